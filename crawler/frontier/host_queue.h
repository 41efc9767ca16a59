#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/instant.h"
#include "storage/records.h"

namespace trawl::crawler {

/// The waiting URLs of one host: the head in memory, the tail only in the store.
/// Runs on: event loop. Owns the head. Invariant: every queued URL whose key is at most boundary() is in
/// memory; what lies behind it is in the store and counted by tail().
class HostQueue {
 public:
  /// The place of a URL in the order: priority, then arrival.
  using Order = std::pair<std::uint8_t, std::uint64_t>;

  /// A URL that the store holds as queued. `head_limit`: how many may stay in memory.
  void Add(storage::QueuedUrl url, std::size_t head_limit);
  /// The first URL that is due, removed; nothing when none is.
  std::optional<storage::QueuedUrl> Take(Instant now);
  /// A URL that Take gave and that was not fetched.
  void PutBack(storage::QueuedUrl url);
  /// The store has taken a URL that Take gave out of this place.
  void Forget(Order order);
  /// When the first URL is due: `Instant::min()` when one is already in the ready head; nothing when the head
  /// is empty.
  std::optional<Instant> NextDue() const;

  bool empty() const { return ready_.empty() && delayed_.empty() && tail_ == 0 && arrived_.empty(); }
  std::size_t in_memory() const { return ready_.size() + delayed_.size(); }
  std::uint64_t size() const { return in_memory() + tail_ + arrived_.size(); }
  std::uint64_t tail() const { return tail_; }
  /// The tail as the store counted it at start.
  void SetTail(std::uint64_t count) { tail_ = count; }

  /// True when the head runs low, the store has more, and no refill is under way.
  bool WantsRefill(std::size_t head_limit) const;
  /// Begins a refill; the store is to be read behind the order that this gives.
  Order BeginRefill();
  /// Ends it with the rows read, in order; `complete`: the store had no more; `last_added`: the greatest seq
  /// that any Add has had so far (a row beyond it is still to be added).
  void EndRefill(std::vector<storage::QueuedUrl> rows, bool complete, std::uint64_t last_added,
                 std::size_t head_limit);
  /// Ends it without rows: the read failed.
  void AbandonRefill(std::size_t head_limit);

 private:
  static Order OrderOf(const storage::QueuedUrl& url) { return {url.place.key.priority, url.place.key.seq}; }
  void Keep(storage::QueuedUrl url);
  void Trim(std::size_t head_limit);

  std::map<Order, storage::QueuedUrl> ready_;
  std::multimap<Instant, storage::QueuedUrl> delayed_;  ///< not due when they came
  std::uint64_t tail_ = 0;
  Order boundary_{0, 0};  ///< meant while tail_ > 0
  bool refilling_ = false;
  std::set<Order> taken_;                    ///< given by Take, still a row of the store
  std::vector<storage::QueuedUrl> arrived_;  ///< added while a refill was under way
  std::set<Order> left_;  ///< forgotten while a refill was under way: its read may be older
  Instant latest_now_ = Instant::min();
};

}  // namespace trawl::crawler
