#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "config/instant.h"
#include "crawler/frontier/head_url.h"
#include "storage/records.h"

namespace trawl::crawler {

/// The waiting URLs of one host: the head in memory, the tail only in the store.
/// Runs on: event loop. Owns the head. Invariant: every queued URL whose order is at most the boundary is in
/// memory; what lies behind it is in the store and counted by tail().
class HostQueue {
 public:
  /// A URL that the store holds as queued. `head_limit`: how many may stay in memory.
  void Add(const storage::QueuedUrl& url, std::size_t head_limit);
  /// The first URL that is due, removed; nothing when none is.
  std::optional<storage::QueuedUrl> Take(HostId host, Instant now);
  /// A URL that Take gave and that was not fetched. Its due time may be a later one than the store's.
  void PutBack(const storage::QueuedUrl& url);
  /// The store has taken a URL that Take gave out of this place.
  void Forget(QueueOrder order);
  /// When the first URL is due: `Instant::min()` when one is already in the ready head; nothing when the head
  /// is empty.
  std::optional<Instant> NextDue() const;
  /// The place of the URL that comes first when all that are in memory are due; with NextDue.
  const HeadUrl& Front() const { return first_ < ready_.size() ? ready_[first_] : delayed_.front(); }

  bool empty() const { return size() == 0; }
  std::size_t in_memory() const { return ready_size() + delayed_.size(); }
  std::uint64_t size() const { return in_memory() + tail_ + (refill_ ? refill_->arrived.size() : 0); }
  std::uint64_t tail() const { return tail_; }
  /// The tail as the store counted it at start.
  void SetTail(std::uint64_t count) { tail_ = count; }

  /// True when the head runs low, the store has more, and no refill is under way.
  bool WantsRefill(std::size_t head_limit) const;
  /// Begins a refill; the store is to be read behind the order that this gives.
  QueueOrder BeginRefill();
  /// Ends it with the rows read, in order; `complete`: the store had no more; `last_added`: the greatest seq
  /// that any Add has had so far (a row beyond it is still to be added).
  void EndRefill(const std::vector<storage::QueuedUrl>& rows, bool complete, std::uint64_t last_added,
                 std::size_t head_limit);
  /// Ends it without rows: the read failed.
  void AbandonRefill(std::size_t head_limit);

 private:
  /// What happens while the store is being read.
  struct Refill {
    std::vector<HeadUrl> arrived;  ///< added: the read may or may not see them
    std::vector<QueueOrder> left;  ///< forgotten: the read may still see them
  };
  std::size_t ready_size() const { return ready_.size() - first_; }
  bool BehindBoundary(QueueOrder order) const { return tail_ > 0 && order > boundary_; }
  void Keep(HeadUrl url);
  void InsertReady(HeadUrl url);
  void Trim(std::size_t head_limit);

  std::vector<HeadUrl> ready_;     ///< sorted by order; those before first_ are gone
  std::vector<HeadUrl> delayed_;   ///< not due when they came: a heap, earliest first
  std::vector<QueueOrder> taken_;  ///< given by Take, still a row of the store
  std::unique_ptr<Refill> refill_;
  std::uint64_t tail_ = 0;
  QueueOrder boundary_ = 0;  ///< meant while tail_ > 0
  Instant latest_now_{};     ///< a due time of zero is always past
  std::uint32_t first_ = 0;
};

}  // namespace trawl::crawler
