#include "crawler/near_copies.h"

#include <algorithm>
#include <bit>

namespace trawl::crawler {

std::uint32_t NearCopies::Meet(std::uint64_t kind, std::uint64_t simhash, std::uint32_t most) {
  if (cells_.empty()) cells_.resize(kSets * kWays);
  ++ticks_;
  Cell* const begin = cells_.data() + kind % kSets * kWays;
  Cell* gives_way = begin;
  bool alike = false;
  std::uint32_t count = 0;
  for (Cell* cell = begin; cell != begin + kWays; ++cell) {
    if (cell->count > 0 && cell->kind == kind) {
      if (std::popcount(cell->simhash ^ simhash) <= kDistance) {
        alike = true;
        count = std::max(count, std::min(cell->count, most));
        cell->count = std::min(cell->count, most - (most > 0)) + 1;
        cell->met_at = ticks_;
      } else {
        --cell->count;
      }
    }
    const bool free = cell->count == 0, other_free = gives_way->count == 0;
    if (free > other_free || (free == other_free && cell->met_at < gives_way->met_at)) gives_way = cell;
  }
  if (!alike) *gives_way = {kind, simhash, 1, ticks_};
  return count;
}

}  // namespace trawl::crawler
