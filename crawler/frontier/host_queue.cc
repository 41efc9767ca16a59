#include "crawler/frontier/host_queue.h"

#include <algorithm>
#include <utility>

namespace trawl::crawler {

void HostQueue::Keep(storage::QueuedUrl url) {
  if (url.place.due <= latest_now_) {
    const Order order = OrderOf(url);
    ready_.emplace(order, std::move(url));
  } else {
    const Instant due = url.place.due;
    delayed_.emplace(due, std::move(url));
  }
}

void HostQueue::Add(storage::QueuedUrl url, std::size_t head_limit) {
  if (refilling_) {
    // The read may or may not see this row: decided when its result is here.
    arrived_.push_back(std::move(url));
    return;
  }
  if (tail_ > 0 && OrderOf(url) > boundary_) {
    ++tail_;
    return;
  }
  Keep(std::move(url));
  Trim(head_limit);
}

void HostQueue::Trim(std::size_t head_limit) {
  // Only ready URLs are put back behind the boundary: a delayed one is rare, and its time is known here.
  while (ready_.size() > head_limit) {
    const auto last = std::prev(ready_.end());
    ready_.erase(last);
    ++tail_;
    const Order before = ready_.empty() ? Order{0, 0} : std::prev(ready_.end())->first;
    boundary_ = before;
    // Delayed URLs behind the boundary would be read a second time.
    std::erase_if(delayed_, [&](const auto& entry) {
      if (OrderOf(entry.second) <= boundary_) return false;
      ++tail_;
      return true;
    });
  }
}

std::optional<storage::QueuedUrl> HostQueue::Take(Instant now) {
  latest_now_ = std::max(latest_now_, now);
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    auto node = delayed_.extract(delayed_.begin());
    const Order order = OrderOf(node.mapped());
    ready_.emplace(order, std::move(node.mapped()));
  }
  if (ready_.empty()) return std::nullopt;
  auto node = ready_.extract(ready_.begin());
  taken_.insert(node.key());
  return std::move(node.mapped());
}

void HostQueue::PutBack(storage::QueuedUrl url) {
  taken_.erase(OrderOf(url));
  if (tail_ > 0 && OrderOf(url) > boundary_) {
    ++tail_;  // better ones came meanwhile: the store brings it back in its turn
  } else {
    Keep(std::move(url));
  }
}

void HostQueue::Forget(Order order) {
  taken_.erase(order);
  if (refilling_) left_.insert(order);
}

std::optional<Instant> HostQueue::NextDue() const {
  if (!ready_.empty()) return Instant::min();
  if (!delayed_.empty()) return delayed_.begin()->first;
  return std::nullopt;
}

bool HostQueue::WantsRefill(std::size_t head_limit) const {
  return tail_ > 0 && !refilling_ && ready_.size() <= head_limit / 4 && delayed_.size() <= 4 * head_limit;
}

HostQueue::Order HostQueue::BeginRefill() {
  refilling_ = true;
  return boundary_;
}

void HostQueue::EndRefill(std::vector<storage::QueuedUrl> rows, bool complete, std::uint64_t last_added,
                          std::size_t head_limit) {
  refilling_ = false;
  std::set<Order> read;
  for (storage::QueuedUrl& row : rows) {
    const Order order = OrderOf(row);
    // A row newer than the last Add is committed, but its Add is still to come: it must not come twice.
    if (order <= boundary_ || row.place.key.seq > last_added) continue;
    if (taken_.contains(order) || left_.contains(order)) continue;
    read.insert(order);
    Keep(std::move(row));
  }
  if (!read.empty()) boundary_ = *read.rbegin();
  left_.clear();
  std::vector<storage::QueuedUrl> arrived = std::exchange(arrived_, {});
  const auto known =
      std::stable_partition(arrived.begin(), arrived.end(),
                            [&](const storage::QueuedUrl& url) { return !read.contains(OrderOf(url)); });
  const std::uint64_t from_tail = read.size() - static_cast<std::uint64_t>(arrived.end() - known);
  tail_ = complete ? 0 : tail_ - std::min(tail_, from_tail);
  arrived.erase(known, arrived.end());
  for (storage::QueuedUrl& url : arrived) {
    if (tail_ == 0 || OrderOf(url) <= boundary_) {
      Keep(std::move(url));
    } else {
      ++tail_;
    }
  }
  Trim(std::max(head_limit, read.size()));
}

void HostQueue::AbandonRefill(std::size_t head_limit) {
  refilling_ = false;
  left_.clear();
  for (storage::QueuedUrl& url : std::exchange(arrived_, {})) Add(std::move(url), head_limit);
}

}  // namespace trawl::crawler
