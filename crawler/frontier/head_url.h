#pragma once

#include <cstdint>
#include <memory>

#include "config/instant.h"
#include "storage/records.h"

namespace trawl::crawler {

/// A URL's place in the queue of its host as one number: priority, then arrival.
using QueueOrder = std::uint64_t;

constexpr QueueOrder OrderOf(const storage::QueueKey& key) {
  return QueueOrder{key.priority} << 56 | key.seq;
}
constexpr storage::QueueKey KeyOf(HostId host, QueueOrder order) {
  return {host, static_cast<std::uint8_t>(order >> 56), order & ((QueueOrder{1} << 56) - 1)};
}

/// A waiting URL in one block of memory, half of what a storage::QueuedUrl takes: a frontier holds half a
/// million of them. Runs on: event loop. Owns its block.
class HeadUrl {
 public:
  explicit HeadUrl(const storage::QueuedUrl& url);

  QueueOrder order() const { return order_; }
  Instant due() const;
  std::uint16_t target() const;
  storage::QueuedUrl Unpack(HostId host) const;

 private:
  struct Fixed;
  Fixed Read() const;

  QueueOrder order_;  ///< beside the block: the queue is sorted by it
  std::unique_ptr<char[]> block_;
};

}  // namespace trawl::crawler
