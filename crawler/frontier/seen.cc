#include "crawler/frontier/seen.h"

#include <utility>

namespace trawl::crawler {
namespace {

constexpr std::size_t kFirstSlots = 8;

/// Scatters ids. A restart hands them out in their order: unscattered, all that came so far would crowd at
/// the front of a table that has just grown, and each would walk past thousands of others.
std::uint64_t Scatter(std::uint64_t id) {
  return id * 0x9E3779B97F4A7C15ULL;
}

/// Maps what is uniform over 64 bits onto [0, slots) without a division.
std::size_t Scale(std::uint64_t scattered, std::size_t slots) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(scattered) * slots) >> 64);
}

}  // namespace

Seen::Seen() : shards_(std::size_t{1} << kShardBits) {
  for (Shard& shard : shards_) shard.slots.resize(kFirstSlots);
}

std::size_t Seen::Shard::SlotOf(std::uint64_t id) const {
  std::size_t slot = Scale(Scatter(id), slots.size());
  while (slots[slot] != 0 && slots[slot] != id) {
    if (++slot == slots.size()) slot = 0;
  }
  return slot;
}

bool Seen::Insert(UrlId id) {
  const auto key = static_cast<std::uint64_t>(id);
  if (key == 0) return !std::exchange(has_zero_, true);
  Shard& shard = shards_[ShardOf(key)];
  std::size_t slot = shard.SlotOf(key);
  if (shard.slots[slot] == key) return false;
  if ((shard.size + 1) * 10 > shard.slots.size() * 9) {
    shard.Rehash(shard.slots.size() + shard.slots.size() / 4);
    slot = shard.SlotOf(key);
  }
  shard.slots[slot] = key;
  ++shard.size;
  ++size_;
  return true;
}

bool Seen::Contains(UrlId id) const {
  const auto key = static_cast<std::uint64_t>(id);
  if (key == 0) return has_zero_;
  const Shard& shard = shards_[ShardOf(key)];
  return shard.slots[shard.SlotOf(key)] == key;
}

std::size_t Seen::bytes() const {
  std::size_t slots = 0;
  for (const Shard& shard : shards_) slots += shard.slots.size();
  return slots * sizeof(std::uint64_t);
}

void Seen::Reserve(std::size_t count) {
  const std::size_t wanted = (count + count / 8) / shards_.size() + kFirstSlots;
  for (Shard& shard : shards_) {
    if (wanted > shard.slots.size()) shard.Rehash(wanted);
  }
}

void Seen::Shard::Rehash(std::size_t count) {
  // Scale keeps the order of scattered ids, so the old table is read and the new one written front to back.
  const std::vector<std::uint64_t> old = std::exchange(slots, std::vector<std::uint64_t>(count));
  for (const std::uint64_t id : old) {
    if (id != 0) slots[SlotOf(id)] = id;
  }
}

}  // namespace trawl::crawler
