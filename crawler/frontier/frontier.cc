#include "crawler/frontier/frontier.h"

#include <algorithm>
#include <utility>

namespace trawl::crawler {
namespace {

constexpr std::size_t kMinHead = 8;
constexpr std::size_t kMaxHead = 4096;
/// A time read off the clock lies up to this before the true one.
constexpr Duration kTick = std::chrono::milliseconds(1);

}  // namespace

std::string_view Name(WaitReason reason) {
  switch (reason) {
    case WaitReason::kNone:
      return "";
    case WaitReason::kDelay:
      return "delay";
    case WaitReason::kConnections:
      return "connections";
    case WaitReason::kIp:
      return "ip";
    case WaitReason::kRobots:
      return "robots";
    case WaitReason::kRetryAfter:
      return "retry-after";
    case WaitReason::kBackoff:
      return "backoff";
    case WaitReason::kParked:
      return "parked";
    case WaitReason::kDue:
      return "due";
    case WaitReason::kPaused:
      return "paused";
  }
  return "";
}

std::size_t Frontier::HeadLimit() const {
  return std::clamp(memory_urls_ / std::max<std::size_t>(hosts_.size(), 1), kMinHead, kMaxHead);
}

std::optional<Instant> Frontier::EarliestStart(const Host& host) const {
  if (host.paused != 0 || host.held != WaitReason::kNone || host.in_flight >= host.policy.connections)
    return std::nullopt;
  const std::optional<Instant> due = host.queue.NextDue();
  if (!due) return std::nullopt;
  Instant at = std::max({*due, host.next_start, host.blocked_until});
  if (!host.ip.empty()) {
    const auto found = ip_next_.find(host.ip);
    if (found != ip_next_.end()) at = std::max(at, found->second);
  }
  return at;
}

void Frontier::Reschedule(HostId id, Host& host) {
  AskRefill(id, host);
  const std::optional<Instant> at = EarliestStart(host);
  if (!at) {
    host.scheduled = Instant::max();
    return;
  }
  if (host.scheduled == *at) return;  // its turn stands already
  host.scheduled = *at;
  schedule_.push({*at, turns_++, id});
}

void Frontier::AskRefill(HostId id, Host& host) {
  if (host.wants_refill || !host.queue.WantsRefill(HeadLimit())) return;
  host.wants_refill = true;
  refills_.push_back(id);
}

void Frontier::Add(std::string_view host_name, const HostPolicy& policy, storage::QueuedUrl url) {
  const HostId id = url.place.key.host;
  auto [found, fresh] = hosts_.try_emplace(id);
  Host& host = found->second;
  if (fresh) {
    host.name = host_name;
    host.policy = policy;
  } else {
    host.policy.delay = std::max(host.policy.delay, policy.delay);
    host.policy.connections = std::min(host.policy.connections, policy.connections);
    host.policy.ip_delay = std::max(host.policy.ip_delay, policy.ip_delay);
  }
  last_added_ = std::max(last_added_, url.place.key.seq);
  host.queue.Add(std::move(url), HeadLimit());
  ++queued_;
  Reschedule(id, host);
}

std::optional<FetchTask> Frontier::Next(Instant now) {
  while (!schedule_.empty() && schedule_.top().at <= now) {
    const Turn turn = schedule_.top();
    schedule_.pop();
    Host& host = hosts_.at(turn.host);
    if (host.scheduled != turn.at) continue;  // an older turn of a host that was scheduled anew
    host.scheduled = Instant::max();
    const std::optional<Instant> at = EarliestStart(host);
    if (!at || *at > now) {
      Reschedule(turn.host, host);
      continue;
    }
    std::optional<storage::QueuedUrl> url = host.queue.Take(now);
    if (!url) {
      Reschedule(turn.host, host);
      continue;
    }
    ++host.in_flight;
    ++in_flight_;
    --queued_;
    host.next_start = now + host.delay();
    if (!host.ip.empty()) ip_next_[host.ip] = now + host.policy.ip_delay;
    Reschedule(turn.host, host);
    return FetchTask{std::move(*url), turn.host};
  }
  return std::nullopt;
}

std::optional<Instant> Frontier::NextReady() {
  while (!schedule_.empty()) {
    const Turn& turn = schedule_.top();
    if (hosts_.at(turn.host).scheduled == turn.at) return turn.at;
    schedule_.pop();
  }
  return std::nullopt;
}

bool Frontier::BindAddress(HostId id, std::string_view ip, Instant now, Instant& not_before) {
  Host& host = hosts_.at(id);
  if (host.ip == ip) return true;  // Next has counted this start already
  host.ip = ip;
  Instant& next = ip_next_.try_emplace(host.ip, Instant::min()).first->second;
  if (next > now) {
    not_before = next;
    return false;
  }
  next = now + host.policy.ip_delay;
  return true;
}

void Frontier::Release(HostId id, Instant now, Duration latency) {
  Host& host = hosts_.at(id);
  --host.in_flight;
  --in_flight_;
  // A delay of zero is the operator's word that the host is his own: then latency does not slow it either.
  const Duration least =
      host.delay() == Duration(0) ? Duration(0) : std::min(latency, host.policy.max_latency_delay);
  const Duration rest = std::max(host.delay(), least);
  if (rest > Duration(0)) host.next_start = std::max(host.next_start, now + rest + kTick);
  Reschedule(id, host);
}

void Frontier::ReleaseUnused(HostId id, Instant now) {
  Host& host = hosts_.at(id);
  --host.in_flight;
  --in_flight_;
  if (host.in_flight == 0) host.next_start = std::min(host.next_start, now);
  Reschedule(id, host);
}

void Frontier::Return(FetchTask task, Instant now, Instant not_before) {
  Host& host = hosts_.at(task.host);
  --host.in_flight;
  --in_flight_;
  ++queued_;
  host.next_start = std::max(now, not_before);
  host.queue.PutBack(std::move(task.url));
  Reschedule(task.host, host);
}

void Frontier::Hold(HostId id, WaitReason reason) {
  Host& host = hosts_.at(id);
  host.held = reason;
  host.scheduled = Instant::max();
}

void Frontier::Unhold(HostId id, Instant now) {
  Host& host = hosts_.at(id);
  host.held = WaitReason::kNone;
  // The exchange that the host was held for counts as one of its answers.
  host.next_start = std::max(host.next_start, now + host.delay());
  Reschedule(id, host);
}

void Frontier::Block(HostId id, Instant now, Instant until, WaitReason reason) {
  Host& host = hosts_.at(id);
  if (until <= now || until <= host.blocked_until) return;
  host.blocked_until = until + kTick;
  host.blocked_reason = reason;
  Reschedule(id, host);
}

void Frontier::Pause(HostId id, PausedBy who) {
  Host& host = hosts_.at(id);
  host.paused |= static_cast<std::uint8_t>(who);
  host.scheduled = Instant::max();
}

void Frontier::Resume(HostId id, PausedBy who) {
  Host& host = hosts_.at(id);
  host.paused &= static_cast<std::uint8_t>(~static_cast<unsigned>(who));
  Reschedule(id, host);
}

void Frontier::SetCrawlDelay(HostId id, Duration delay) {
  hosts_.at(id).crawl_delay = delay;
}

std::uint8_t Frontier::troubles(HostId id) const {
  const auto found = hosts_.find(id);
  return found == hosts_.end() ? 0 : found->second.troubles;
}

void Frontier::SetTroubles(HostId id, std::uint8_t count) {
  hosts_.at(id).troubles = count;
}

void Frontier::SetNextSeq(std::uint64_t seq) {
  next_seq_ = std::max(next_seq_, seq);
  last_added_ = next_seq_ - 1;
}

void Frontier::AddStoredHost(const storage::StoredHost& stored, const HostPolicy& policy, Instant now) {
  Host& host = hosts_.try_emplace(stored.host).first->second;
  host.name = stored.name;
  host.ip = stored.ip;
  host.policy = policy;
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
  host.queue.SetTail(stored.queued);
  queued_ += stored.queued;
  Reschedule(stored.host, host);
}

std::optional<Frontier::RefillRequest> Frontier::NextRefill() {
  if (refills_.empty()) return std::nullopt;
  const HostId id = refills_.back();
  refills_.pop_back();
  const HostQueue::Order after = hosts_.at(id).queue.BeginRefill();
  return RefillRequest{id, {id, after.first, after.second}, HeadLimit()};
}

void Frontier::EndRefill(HostId id, std::vector<storage::QueuedUrl> rows, bool complete, Instant) {
  Host& host = hosts_.at(id);
  host.wants_refill = false;
  const std::uint64_t before = host.queue.size();
  host.queue.EndRefill(std::move(rows), complete, last_added_, HeadLimit());
  queued_ += host.queue.size() - before;  // the store's count at start may have been off
  Reschedule(id, host);
}

void Frontier::AbandonRefill(HostId id, Instant) {
  Host& host = hosts_.at(id);
  host.wants_refill = false;
  host.queue.AbandonRefill(HeadLimit());
}

storage::HostState Frontier::State(HostId id, Instant now) const {
  const Host& host = hosts_.at(id);
  storage::HostState state;
  state.host = id;
  state.name = host.name;
  state.ip = host.ip;
  state.delay = host.delay();
  state.backoffs = host.troubles;
  if (host.blocked_until > now) state.blocked_until = host.blocked_until;
  // A target's pause is not the host's own: it ends with the run.
  if ((host.paused & static_cast<std::uint8_t>(PausedBy::kOperator)) != 0) {
    state.waiting_for = Name(WaitReason::kPaused);
  } else if (host.held != WaitReason::kNone) {
    state.waiting_for = Name(host.held);
  } else if (host.blocked_until > now) {
    state.waiting_for = Name(host.blocked_reason);
  } else if (!host.queue.empty() && host.next_start > now) {
    state.waiting_for = Name(WaitReason::kDelay);
  }
  return state;
}

WaitReason Frontier::WhyWaiting(const Host& host, Instant now) const {
  if (host.paused != 0) return WaitReason::kPaused;
  if (host.held != WaitReason::kNone) return host.held;
  if (host.blocked_until > now) return host.blocked_reason;
  if (host.in_flight >= host.policy.connections) return WaitReason::kConnections;
  const std::optional<Instant> due = host.queue.NextDue();
  if (due && *due > now) return WaitReason::kDue;
  if (host.next_start > now) return WaitReason::kDelay;
  const auto ip = ip_next_.find(host.ip);
  return ip != ip_next_.end() && ip->second > now ? WaitReason::kIp : WaitReason::kNone;
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
