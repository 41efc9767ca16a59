#include "crawler/frontier/host_queue.h"

#include <algorithm>
#include <utility>

namespace trawl::crawler {
namespace {

constexpr std::size_t kCompact = 32;  ///< gone entries at the front that are carried along at most

bool LaterDue(const HeadUrl& a, const HeadUrl& b) {
  return a.due() > b.due();
}
bool OrderBefore(QueueOrder order, const HeadUrl& url) {
  return order < url.order();
}

bool Contains(const std::vector<QueueOrder>& orders, QueueOrder order) {
  return std::find(orders.begin(), orders.end(), order) != orders.end();
}
void Erase(std::vector<QueueOrder>& orders, QueueOrder order) {
  const auto found = std::find(orders.begin(), orders.end(), order);
  if (found == orders.end()) return;
  *found = orders.back();
  orders.pop_back();
}

}  // namespace

void HostQueue::InsertReady(HeadUrl url) {
  if (ready_size() == 0 || ready_.back().order() < url.order()) {
    ready_.push_back(std::move(url));
  } else if (first_ > 0 && url.order() < ready_[first_].order()) {
    ready_[--first_] = std::move(url);
  } else {
    const auto place = std::upper_bound(ready_.begin() + first_, ready_.end(), url.order(), OrderBefore);
    ready_.insert(place, std::move(url));
  }
}

void HostQueue::Keep(HeadUrl url) {
  if (url.due() <= latest_now_) {
    InsertReady(std::move(url));
  } else {
    delayed_.push_back(std::move(url));
    std::push_heap(delayed_.begin(), delayed_.end(), LaterDue);
  }
}

void HostQueue::Add(const storage::QueuedUrl& url, std::size_t head_limit) {
  if (refill_) {
    refill_->arrived.emplace_back(url);
    return;
  }
  if (BehindBoundary(OrderOf(url.place.key))) {
    ++tail_;
    return;
  }
  Keep(HeadUrl(url));
  Trim(head_limit);
}

void HostQueue::Trim(std::size_t head_limit) {
  // Only ready URLs are put back behind the boundary: a delayed one is rare, and its time is known here.
  if (ready_size() <= head_limit) return;
  while (ready_size() > head_limit) {
    ready_.pop_back();
    ++tail_;
  }
  boundary_ = ready_size() == 0 ? 0 : ready_.back().order();
  // Delayed URLs behind the boundary would be read a second time.
  tail_ += std::erase_if(delayed_, [&](const HeadUrl& url) { return url.order() > boundary_; });
  std::make_heap(delayed_.begin(), delayed_.end(), LaterDue);
}

std::optional<storage::QueuedUrl> HostQueue::Take(HostId host, Instant now) {
  latest_now_ = std::max(latest_now_, now);
  while (!delayed_.empty() && delayed_.front().due() <= now) {
    std::pop_heap(delayed_.begin(), delayed_.end(), LaterDue);
    HeadUrl url = std::move(delayed_.back());
    delayed_.pop_back();
    InsertReady(std::move(url));
  }
  if (ready_size() == 0) return std::nullopt;
  const HeadUrl url = std::move(ready_[first_++]);
  if (first_ == ready_.size()) {
    first_ = 0;
    if (ready_.capacity() > kCompact) {
      ready_ = std::vector<HeadUrl>();
    } else {
      ready_.clear();
    }
  } else if (first_ > kCompact && first_ > ready_.size() / 2) {
    ready_.erase(ready_.begin(), ready_.begin() + first_);
    first_ = 0;
  }
  taken_.push_back(url.order());
  return url.Unpack(host);
}

void HostQueue::PutBack(const storage::QueuedUrl& url) {
  const QueueOrder order = OrderOf(url.place.key);
  Erase(taken_, order);
  if (BehindBoundary(order)) {
    ++tail_;  // better ones came meanwhile: the store brings it back in its turn
  } else {
    Keep(HeadUrl(url));
  }
}

void HostQueue::Forget(QueueOrder order) {
  Erase(taken_, order);
  if (refill_) refill_->left.push_back(order);
}

std::optional<Instant> HostQueue::NextDue() const {
  if (ready_size() > 0) return Instant::min();
  if (!delayed_.empty()) return delayed_.front().due();
  return std::nullopt;
}

bool HostQueue::WantsRefill(std::size_t head_limit) const {
  return tail_ > 0 && !refill_ && ready_size() <= head_limit / 4 && delayed_.size() <= 4 * head_limit;
}

QueueOrder HostQueue::BeginRefill() {
  refill_ = std::make_unique<Refill>();
  return boundary_;
}

void HostQueue::EndRefill(const std::vector<storage::QueuedUrl>& rows, bool complete,
                          std::uint64_t last_added, std::size_t head_limit) {
  const std::unique_ptr<Refill> refill = std::exchange(refill_, nullptr);
  std::vector<QueueOrder> read;  // sorted, as the rows are
  for (const storage::QueuedUrl& row : rows) {
    const QueueOrder order = OrderOf(row.place.key);
    // A row newer than the last Add is committed, but its Add is still to come: it must not come twice.
    if (order <= boundary_ || row.place.key.seq > last_added) continue;
    if (Contains(taken_, order) || Contains(refill->left, order)) continue;
    read.push_back(order);
    Keep(HeadUrl(row));
  }
  if (!read.empty()) boundary_ = read.back();
  const std::uint64_t known = std::erase_if(refill->arrived, [&](const HeadUrl& url) {
    return std::binary_search(read.begin(), read.end(), url.order());
  });
  tail_ = complete ? 0 : tail_ - std::min(tail_, read.size() - known);
  for (HeadUrl& url : refill->arrived) {
    if (BehindBoundary(url.order())) {
      ++tail_;
    } else {
      Keep(std::move(url));
    }
  }
  Trim(std::max(head_limit, read.size()));
}

void HostQueue::AbandonRefill(std::size_t head_limit) {
  const std::unique_ptr<Refill> refill = std::exchange(refill_, nullptr);
  for (HeadUrl& url : refill->arrived) {
    if (BehindBoundary(url.order())) {
      ++tail_;
    } else {
      Keep(std::move(url));
    }
  }
  Trim(head_limit);
}

}  // namespace trawl::crawler
