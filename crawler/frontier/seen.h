#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/url_id.h"

namespace trawl::crawler {

/// The set of every URL that the crawl has met: exact over fingerprints, 8 bytes a slot, linear probing.
/// Runs on: event loop. Owns its table; grows by half when nine tenths are full.
class Seen {
 public:
  Seen();

  /// True when `id` was not there before.
  bool Insert(UrlId id);
  bool Contains(UrlId id) const;
  std::size_t size() const { return size_ + (has_zero_ ? 1 : 0); }
  std::size_t bytes() const { return slots_.size() * sizeof(std::uint64_t); }
  /// Makes room for `count` ids at once.
  void Reserve(std::size_t count);

 private:
  std::size_t SlotOf(std::uint64_t id) const;
  void Rehash(std::size_t slots);

  std::vector<std::uint64_t> slots_;  ///< 0: empty
  std::size_t size_ = 0;
  bool has_zero_ = false;
};

}  // namespace trawl::crawler
