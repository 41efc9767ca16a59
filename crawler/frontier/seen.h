#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/url_id.h"

namespace trawl::crawler {

/// The set of every URL that the crawl has met: exact over fingerprints, 8 bytes a slot, linear probing.
/// Runs on: event loop. Owns its tables: many small ones, each of which grows by a quarter when nine tenths
/// are full, so that growing takes little memory beside it and never stops the loop.
class Seen {
 public:
  Seen();

  /// True when `id` was not there before.
  bool Insert(UrlId id);
  bool Contains(UrlId id) const;
  std::size_t size() const { return size_ + (has_zero_ ? 1 : 0); }
  std::size_t bytes() const;
  /// Makes room for `count` ids at once.
  void Reserve(std::size_t count);

 private:
  static constexpr int kShardBits = 9;
  /// The ids of one range of fingerprints.
  struct Shard {
    std::vector<std::uint64_t> slots;  ///< 0: empty
    std::size_t size = 0;
    std::size_t SlotOf(std::uint64_t id) const;
    void Rehash(std::size_t count);
  };
  static std::size_t ShardOf(std::uint64_t id) { return id >> (64 - kShardBits); }

  std::vector<Shard> shards_;
  std::size_t size_ = 0;
  bool has_zero_ = false;
};

}  // namespace trawl::crawler
