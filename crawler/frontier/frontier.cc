#include "crawler/frontier/frontier.h"

#include <algorithm>
#include <utility>

#include "crawler/scope.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kMinHead = 4;
constexpr std::size_t kMaxHead = 4096;
/// A time read off the clock lies up to this before the true one.
constexpr Duration kDueTick = std::chrono::milliseconds(1);
/// Hosts that one call of Next takes off the schedule: with more due at once, the loop must not stop.
constexpr int kRipenAtOnce = 64;

/// How far apart two readings of the clock must be for `delay` to have passed.
Duration Apart(Duration delay) {
  return delay > Duration(0) ? delay + kDueTick : Duration(0);
}

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
    case WaitReason::kDomain:
      return "domain";
    case WaitReason::kTurn:
      return "turn";
    case WaitReason::kTarget:
      return "target";
  }
  return "";
}

std::size_t Frontier::HeadLimit() const {
  if (in_memory_ > memory_urls_) return kMinHead;
  return std::clamp(memory_urls_ / std::max<std::size_t>(hosts_.size(), 1), kMinHead, kMaxHead);
}

std::optional<Instant> Frontier::EarliestStart(const Host& host) const {
  if (host.paused != 0 || host.held != WaitReason::kNone || host.in_flight >= host.policy.connections)
    return std::nullopt;
  const std::optional<Instant> due = host.queue.NextDue();
  if (!due) return std::nullopt;
  return std::max({*due, host.next_start, host.blocked_until});
}

void Frontier::Reschedule(HostId id, Host& host) {
  AskRefill(id, host);
  // Whoever stands in a line is looked at anew when its turn comes.
  if (host.standing == Standing::kReady || host.standing == Standing::kLimit) return;
  const std::optional<Instant> at = EarliestStart(host);
  if (!at) {
    host.standing = Standing::kNowhere;
    return;
  }
  if (host.standing == Standing::kSchedule && host.scheduled == *at) return;
  host.standing = Standing::kSchedule;
  host.scheduled = *at;
  schedule_.push({*at, turns_++, id, nullptr});
}

void Frontier::AskRefill(HostId id, Host& host) {
  if (host.wants_refill || !host.queue.WantsRefill(HeadLimit())) return;
  host.wants_refill = true;
  refills_.Push(id);
}

StartLimit* Frontier::LimitOf(std::string name) {
  if (const auto found = limit_names_.find(name); found != limit_names_.end()) return found->second;
  StartLimit& limit = limits_.emplace_back();
  limit.name = std::move(name);
  limit_names_.emplace(limit.name, &limit);
  return &limit;
}

void Frontier::Merge(Host& host, const HostPolicy& policy, std::uint16_t target) {
  host.targets |= std::uint64_t{1} << target % 64;
  if (!host.policy_known) {
    host.policy = policy;
    host.policy_known = true;
  } else {
    host.policy.Soften(policy);
  }
  if (host.policy.domain_delay > Duration(0) && host.domain == nullptr) {
    // The dot keeps the name of a domain apart from an address.
    host.domain = LimitOf("." + std::string(RegistrableDomain(host.name)));
  }
}

void Frontier::Add(std::string_view host_name, const HostPolicy& policy, storage::QueuedUrl url) {
  const HostId id = url.place.key.host;
  auto [found, fresh] = hosts_.try_emplace(id);
  Host& host = found->second;
  if (fresh) host.name = host_name;
  Merge(host, policy, url.target);
  last_added_ = std::max(last_added_, url.place.key.seq);
  const std::size_t before = host.queue.in_memory();
  host.queue.Add(url, HeadLimit());
  in_memory_ += host.queue.in_memory() - before;
  ++queued_;
  Reschedule(id, host);
}

void Frontier::StandReady(HostId id, Host& host) {
  host.standing = Standing::kReady;
  const HeadUrl& front = host.queue.Front();
  if (KeyOf(id, front.order()).priority < kExpressPriority) {
    express_.Push(id);
    return;
  }
  const std::uint16_t target = front.target() == storage::kNoTarget ? 0 : front.target();
  if (target >= ready_.size()) ready_.resize(target + std::size_t{1});
  if (ready_[target].empty()) ready_targets_.Push(target);
  ready_[target].Push(id);
}

std::optional<HostId> Frontier::PopReady() {
  if (!express_.empty()) return express_.Pop();
  if (ready_targets_.empty()) return std::nullopt;
  const std::uint16_t target = ready_targets_.Pop();
  const HostId id = ready_[target].Pop();
  if (!ready_[target].empty()) ready_targets_.Push(target);
  return id;
}

bool Frontier::Counts(const Turn& turn) const {
  if (turn.limit != nullptr) return turn.limit->turn == turn.at;
  const Host& host = hosts_.at(turn.host);
  return host.standing == Standing::kSchedule && host.scheduled == turn.at;
}

void Frontier::Ripen(Instant now) {
  for (int taken = 0; !schedule_.empty() && schedule_.top().at <= now; ++taken) {
    if (taken >= kRipenAtOnce && !(express_.empty() && ready_targets_.empty())) return;
    const Turn turn = schedule_.top();
    schedule_.pop();
    if (!Counts(turn)) continue;
    HostId id = turn.host;
    if (turn.limit != nullptr) {
      turn.limit->turn = Instant::max();
      if (turn.limit->granted) continue;
      if (turn.limit->next > now) {
        ScheduleLimit(*turn.limit, now);
        continue;
      }
      id = turn.limit->line.Pop();
    }
    Host& host = hosts_.at(id);
    const bool ready = EarliestStart(host).has_value();
    // Its address may be another by now, which the turn is no good for.
    if (ready && (turn.limit == host.ip || turn.limit == host.domain)) {
      if (turn.limit != nullptr) turn.limit->granted = id;
    } else if (turn.limit != nullptr) {
      ScheduleLimit(*turn.limit, now);
    }
    if (ready) {
      StandReady(id, host);
    } else {
      host.standing = Standing::kNowhere;
      ScheduleLimits(host, now);
    }
  }
}

/// The turn that a limit has given the host, if any, is over: it has started, or cannot.
void Frontier::EndTurn(HostId id, const Host& host) {
  for (StartLimit* limit : {host.ip, host.domain}) {
    if (limit != nullptr && limit->granted == id) limit->granted.reset();
  }
}

/// Whom a limit has given its turn passes every line, else hosts of two limits would send each other from
/// line to line for ever; who comes without one goes behind those who wait.
StartLimit* Frontier::BusyLimit(HostId id, const Host& host, Instant now) {
  bool has_turn = false;
  for (const StartLimit* limit : {host.ip, host.domain}) has_turn |= limit != nullptr && limit->granted == id;
  for (StartLimit* limit : {host.ip, host.domain}) {
    if (limit == nullptr) continue;
    if (limit->next > now || (!has_turn && limit->crowded())) return limit;
  }
  return nullptr;
}

void Frontier::ScheduleLimit(StartLimit& limit, Instant now) {
  const Instant at = std::max(limit.next, now);
  if (limit.line.empty() || limit.granted || limit.turn <= at) return;
  limit.turn = at;
  schedule_.push({at, turns_++, HostId{}, &limit});
}

void Frontier::ScheduleLimits(const Host& host, Instant now) {
  for (StartLimit* limit : {host.ip, host.domain}) {
    if (limit != nullptr) ScheduleLimit(*limit, now);
  }
}

std::optional<FetchTask> Frontier::Next(Instant now) {
  latest_ = std::max(latest_, now);
  while (true) {
    Ripen(now);
    const std::optional<HostId> id = PopReady();
    if (!id) return std::nullopt;
    Host& host = hosts_.at(*id);
    host.standing = Standing::kNowhere;
    const std::optional<Instant> at = EarliestStart(host);
    if (at && *at <= now) {
      StartLimit* const busy = BusyLimit(*id, host, now);
      EndTurn(*id, host);
      if (busy != nullptr) {
        host.standing = Standing::kLimit;
        busy->line.Push(*id);
        // Also of the other limit, whose turn may have brought the host here: who stands behind it goes on.
        ScheduleLimits(host, now);
        continue;
      }
      const std::size_t before = host.queue.in_memory();
      std::optional<storage::QueuedUrl> url = host.queue.Take(*id, now);
      in_memory_ += host.queue.in_memory() - before;
      ++host.in_flight;
      ++in_flight_;
      --queued_;
      host.next_start = std::max(host.next_start, now + Apart(host.delay()));
      if (host.ip != nullptr) host.ip->Start(*id, now, Apart(host.policy.ip_delay));
      if (host.domain != nullptr) host.domain->Start(*id, now, Apart(host.policy.domain_delay));
      ScheduleLimits(host, now);
      Reschedule(*id, host);
      return FetchTask{std::move(*url), *id};
    }
    // It was ready when it joined the line, and was blocked, held or returned to since.
    EndTurn(*id, host);
    ScheduleLimits(host, now);
    Reschedule(*id, host);
  }
}

std::optional<Instant> Frontier::NextReady() {
  if (!express_.empty() || !ready_targets_.empty()) return latest_;
  while (!schedule_.empty()) {
    const Turn& turn = schedule_.top();
    if (Counts(turn)) return turn.at;
    schedule_.pop();
  }
  return std::nullopt;
}

bool Frontier::BindAddress(HostId id, std::string_view ip, Instant now, Instant& not_before) {
  Host& host = hosts_.at(id);
  if (host.ip != nullptr && host.ip->name == ip) return true;  // Next has counted this start already
  StartLimit* const before = std::exchange(host.ip, LimitOf(std::string(ip)));
  if (before != nullptr && before->granted == id) {  // the turn of another of its fetches
    before->granted.reset();
    ScheduleLimit(*before, now);
  }
  if (host.ip->next > now) {
    not_before = host.ip->next;
    return false;
  }
  host.ip->Start(id, now, Apart(host.policy.ip_delay));
  return true;
}

void Frontier::Release(HostId id, Instant now, Duration latency) {
  Host& host = hosts_.at(id);
  KeepStart(id, host);
  --host.in_flight;
  --in_flight_;
  // A delay of zero is the operator's word that the host is his own: then latency does not slow it either.
  const Duration least =
      host.delay() == Duration(0) ? Duration(0) : std::min(latency, host.policy.max_latency_delay);
  const Duration rest = Apart(std::max(host.delay(), least));
  if (rest > Duration(0)) host.rest_until = std::max(host.rest_until, now + rest);
  host.next_start = std::max(host.next_start, host.rest_until);
  Reschedule(id, host);
}

/// The host was acquired and has heard something: others wait for it although the task may be returned.
void Frontier::KeepStart(HostId id, const Host& host) {
  for (StartLimit* limit : {host.ip, host.domain}) {
    if (limit != nullptr) limit->Keep(id);
  }
}

/// The host was acquired and heard nothing: what its start has asked others to wait is given back. With other
/// fetches of it under way it is not known whose start was the latest, so that one stands.
void Frontier::Unstart(HostId id, Host& host, Instant now) {
  --host.in_flight;
  --in_flight_;
  if (host.in_flight == 0) {
    host.next_start = host.rest_until;
    for (StartLimit* limit : {host.ip, host.domain}) {
      if (limit != nullptr) limit->Undo(id);
    }
  }
  ScheduleLimits(host, now);
}

void Frontier::ReleaseUnused(HostId id, Instant now) {
  Host& host = hosts_.at(id);
  Unstart(id, host, now);
  Reschedule(id, host);
}

void Frontier::Return(FetchTask task, Instant now, Instant not_before) {
  Host& host = hosts_.at(task.host);
  Unstart(task.host, host, now);
  ++queued_;
  host.next_start = std::max(host.next_start, not_before);
  const std::size_t before = host.queue.in_memory();
  host.queue.PutBack(task.url);
  in_memory_ += host.queue.in_memory() - before;
  Reschedule(task.host, host);
}

void Frontier::Hold(HostId id, WaitReason reason) {
  Host& host = hosts_.at(id);
  host.held = reason;
  Reschedule(id, host);
}

void Frontier::Unhold(HostId id, Instant now, bool asked) {
  Host& host = hosts_.at(id);
  host.held = WaitReason::kNone;
  if (asked) KeepStart(id, host);
  if (asked && host.delay() > Duration(0)) {
    host.rest_until = std::max(host.rest_until, now + Apart(host.delay()));
    host.next_start = std::max(host.next_start, host.rest_until);
  }
  Reschedule(id, host);
}

void Frontier::Block(HostId id, Instant now, Instant until, WaitReason reason) {
  Host& host = hosts_.at(id);
  if (until <= now || until <= host.blocked_until) return;
  host.blocked_until = until + kDueTick;
  host.blocked_reason = reason;
  Reschedule(id, host);
}

void Frontier::Pause(HostId id, PausedBy who) {
  Host& host = hosts_.at(id);
  host.paused |= static_cast<std::uint8_t>(who);
  Reschedule(id, host);
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

}  // namespace trawl::crawler
