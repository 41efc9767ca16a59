#include "crawler/frontier/seen.h"

#include <utility>

namespace trawl::crawler {
namespace {

constexpr std::size_t kFirstSlots = 1024;

/// Maps a fingerprint, uniform over 64 bits, onto [0, slots) without a division.
std::size_t Scale(std::uint64_t id, std::size_t slots) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(id) * slots) >> 64);
}

}  // namespace

Seen::Seen() : slots_(kFirstSlots) {}

std::size_t Seen::SlotOf(std::uint64_t id) const {
  std::size_t slot = Scale(id, slots_.size());
  while (slots_[slot] != 0 && slots_[slot] != id) {
    if (++slot == slots_.size()) slot = 0;
  }
  return slot;
}

bool Seen::Insert(UrlId id) {
  const auto key = static_cast<std::uint64_t>(id);
  if (key == 0) return !std::exchange(has_zero_, true);
  std::size_t slot = SlotOf(key);
  if (slots_[slot] == key) return false;
  if ((size_ + 1) * 10 > slots_.size() * 9) {
    Rehash(slots_.size() + slots_.size() / 2);
    slot = SlotOf(key);
  }
  slots_[slot] = key;
  ++size_;
  return true;
}

bool Seen::Contains(UrlId id) const {
  const auto key = static_cast<std::uint64_t>(id);
  return key == 0 ? has_zero_ : slots_[SlotOf(key)] == key;
}

void Seen::Reserve(std::size_t count) {
  const std::size_t wanted = count + count / 8 + kFirstSlots;
  if (wanted > slots_.size()) Rehash(wanted);
}

void Seen::Rehash(std::size_t slots) {
  // Scale keeps the order of ids, so the old table is read and the new one written front to back.
  std::vector<std::uint64_t> old = std::exchange(slots_, std::vector<std::uint64_t>(slots));
  for (std::uint64_t id : old) {
    if (id != 0) slots_[SlotOf(id)] = id;
  }
}

}  // namespace trawl::crawler
