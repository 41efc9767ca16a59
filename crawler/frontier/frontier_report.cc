// What a restart brings back, what the store refills, and what is told of the hosts.

#include <algorithm>
#include <utility>

#include "crawler/frontier/frontier.h"

namespace trawl::crawler {

void Frontier::SetNextSeq(std::uint64_t seq) {
  next_seq_ = std::max(next_seq_, seq);
  last_added_ = next_seq_ - 1;
}

void Frontier::AddStoredHost(const storage::StoredHost& stored, const HostPolicy& policy, Instant now) {
  Host& host = hosts_.try_emplace(stored.host).first->second;
  host.name = stored.name;
  host.policy = policy;
  // What was in force beyond the policy is taken for a crawl delay, until robots.txt is read again.
  if (stored.delay > policy.delay) host.crawl_delay = stored.delay;
  if (!stored.ip.empty()) host.ip = LimitOf(stored.ip);
  host.troubles = stored.backoffs;
  if (stored.waiting_for == Name(WaitReason::kPaused))
    host.paused = static_cast<std::uint8_t>(PausedBy::kOperator);
  if (stored.blocked_until && *stored.blocked_until > now) {
    host.blocked_until = *stored.blocked_until;
    host.blocked_reason = WaitReason::kBackoff;
    for (WaitReason reason : {WaitReason::kRetryAfter, WaitReason::kParked, WaitReason::kRobots}) {
      if (stored.waiting_for == Name(reason)) host.blocked_reason = reason;
    }
  }
  // The run before may have been killed in the middle of a fetch.
  if (host.delay() > Duration(0)) host.rest_until = host.next_start = now + host.delay();
  host.queue.SetTail(stored.queued);
  queued_ += stored.queued;
  Reschedule(stored.host, host);
}

void Frontier::ChangePolicies(std::vector<HostPolicy> policies, Instant now) {
  policies_ = std::move(policies);
  for (auto& [id, host] : hosts_) {
    host.policy_known = false;
    const std::uint64_t named = host.targets;
    for (std::size_t target = 0; target < policies_.size(); ++target) {
      if ((named >> target % 64 & 1) != 0) Merge(host, policies_[target], static_cast<std::uint16_t>(target));
    }
    // A pause that was shortened is not waited for at its old length.
    host.rest_until = std::min(host.rest_until, now + host.delay());
    host.next_start = std::min(host.next_start, now + host.delay());
    Reschedule(id, host);
  }
}

std::optional<Frontier::RefillRequest> Frontier::NextRefill() {
  if (refills_.empty()) return std::nullopt;
  const HostId id = refills_.Pop();
  return RefillRequest{id, KeyOf(id, hosts_.at(id).queue.BeginRefill()), HeadLimit()};
}

void Frontier::EndRefill(HostId id, std::vector<storage::QueuedUrl> rows, bool complete, Instant) {
  Host& host = hosts_.at(id);
  host.wants_refill = false;
  for (const storage::QueuedUrl& row : rows) {
    if (row.target < policies_.size()) Merge(host, policies_[row.target], row.target);
  }
  const std::uint64_t size = host.queue.size();
  const std::size_t before = host.queue.in_memory();
  host.queue.EndRefill(rows, complete, last_added_, HeadLimit());
  in_memory_ += host.queue.in_memory() - before;
  queued_ += host.queue.size() - size;  // the store's count at start may have been off
  Reschedule(id, host);
}

void Frontier::AbandonRefill(HostId id, Instant) {
  Host& host = hosts_.at(id);
  host.wants_refill = false;
  const std::size_t before = host.queue.in_memory();
  host.queue.AbandonRefill(HeadLimit());
  in_memory_ += host.queue.in_memory() - before;
  Reschedule(id, host);
}

storage::HostState Frontier::State(HostId id, Instant now) const {
  const Host& host = hosts_.at(id);
  storage::HostState state;
  state.host = id;
  state.name = host.name;
  if (host.ip != nullptr) state.ip = host.ip->name;
  state.delay = host.delay();
  state.backoffs = host.troubles;
  if (host.blocked_until > now) state.blocked_until = host.blocked_until;
  const WaitReason reason = WhyWaiting(host, now);
  if (reason == WaitReason::kPaused || host.held != WaitReason::kNone || host.blocked_until > now ||
      !host.queue.empty())
    state.waiting_for = Name(reason);
  return state;
}

WaitReason Frontier::WhyWaiting(const Host& host, Instant now) const {
  if ((host.paused & static_cast<std::uint8_t>(PausedBy::kOperator)) != 0) return WaitReason::kPaused;
  if (host.paused != 0) return WaitReason::kTarget;
  if (host.held != WaitReason::kNone) return host.held;
  if (host.blocked_until > now) return host.blocked_reason;
  if (host.in_flight >= host.policy.connections) return WaitReason::kConnections;
  const std::optional<Instant> due = host.queue.NextDue();
  if (due && *due > now) return WaitReason::kDue;
  if (host.next_start > now) return WaitReason::kDelay;
  if (host.ip != nullptr && host.ip->next > now) return WaitReason::kIp;
  if (host.domain != nullptr && host.domain->next > now) return WaitReason::kDomain;
  return host.standing == Standing::kReady || host.standing == Standing::kLimit ? WaitReason::kTurn
                                                                                : WaitReason::kNone;
}

std::map<WaitReason, Frontier::Waiting> Frontier::waiting(Instant now) const {
  std::map<WaitReason, Waiting> by_reason;
  for (const auto& [id, host] : hosts_) {
    if (host.queue.empty()) continue;
    Waiting& waiting = by_reason[WhyWaiting(host, now)];
    ++waiting.hosts;
    waiting.urls += host.queue.size();
  }
  return by_reason;
}

Frontier::Blocked Frontier::blocked(Instant now) const {
  Blocked blocked;
  for (const auto& [id, host] : hosts_) {
    if (host.blocked_until <= now || host.queue.empty()) continue;
    ++blocked.hosts;
    blocked.urls += host.queue.size();
    if (!blocked.first || host.blocked_until < *blocked.first) {
      blocked.first = host.blocked_until;
      blocked.example = host.name;
    }
  }
  return blocked;
}

}  // namespace trawl::crawler
