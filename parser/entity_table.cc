#include "parser/entity_table.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "parser/entity_records.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kSlots = 4096;

constexpr bool EndsName(char c) {
  return c == '\1' || c == '\2';
}

constexpr std::size_t SlotOf(std::uint32_t hash) {
  return (hash ^ hash >> 15) % kSlots;
}

constexpr std::uint32_t Hash(const char* name, std::size_t size) {
  std::uint32_t hash = 2166136261U;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ static_cast<unsigned char>(name[i])) * 16777619U;
  return hash;
}

// Open addressing, half full: a slot holds where a record begins, plus one.
constexpr std::array<std::uint16_t, kSlots> MakeSlots() {
  static_assert(sizeof kEntityRecords < 65535);
  std::array<std::uint16_t, kSlots> slots{};
  for (std::size_t at = 0; at + 1 < sizeof kEntityRecords;) {
    std::size_t size = 0;
    while (!EndsName(kEntityRecords[at + size])) ++size;
    std::size_t slot = SlotOf(Hash(kEntityRecords + at, size));
    while (slots[slot] != 0) slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<std::uint16_t>(at + 1);
    at += size;
    while (kEntityRecords[at] != '\0') ++at;
    ++at;
  }
  return slots;
}
constexpr std::array<std::uint16_t, kSlots> kSlotTable = MakeSlots();

}  // namespace

Entity FindEntity(std::string_view name) {
  if (name.empty() || name.size() > kMaxEntityName) return {};
  for (std::size_t slot = SlotOf(Hash(name.data(), name.size())); kSlotTable[slot] != 0;
       slot = (slot + 1) % kSlots) {
    const char* const record = kEntityRecords + kSlotTable[slot] - 1;
    // A record that ends early differs before its end: no name holds '\1', '\2' or '\0'.
    if (std::strncmp(record, name.data(), name.size()) != 0 || !EndsName(record[name.size()])) continue;
    return {record + name.size() + 1, record[name.size()] == '\2'};
  }
  return {};
}

}  // namespace trawl::parser
