#include "tests/crawler/frontier/simulated_web.h"

#include <algorithm>
#include <utility>

#include "crawler/frontier/retry.h"

namespace trawl::test {

using namespace trawl::crawler;
using namespace std::chrono_literals;

namespace {

constexpr Instant kMidnight{1'700'000'000s};
/// The frontier keeps a millisecond more than is asked for, for clocks that round; twice, where two are
/// added.
constexpr Duration kSlack = 3ms;
constexpr std::uint8_t kSeed = 10, kLink = 21, kRetry = 200;  ///< priorities

std::uint64_t Share(std::uint64_t all, double harmonic, int rank) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(all) / harmonic / rank));
}

UrlId IdOf(int host, std::uint64_t url) {
  return static_cast<UrlId>((static_cast<std::uint64_t>(host) << 32 | url) * 0x9E3779B97F4A7C15ULL);
}

Instant After(Instant at, Duration wait) {
  return at == Instant::min() ? at : at + wait;
}

}  // namespace

SimulatedWeb::SimulatedWeb(std::uint64_t seed, const WebSize& size)
    : size_(size),
      random_(seed),
      frontier_(std::make_unique<Frontier>(size.memory_urls)),
      now_(kMidnight),
      next_restart_(size.restart_every > 0s ? kMidnight + size.restart_every : Instant::max()),
      next_pause_(size.pause_every > 0s ? kMidnight + size.pause_every : Instant::max()) {
  policies_.resize(static_cast<std::size_t>(size.targets));
  for (HostPolicy& policy : policies_) {
    if (random_() % 3 == 0) policy.connections = 2 + static_cast<std::uint32_t>(random_() % 3);
    if (size.domains != 0) policy.domain_delay = 100ms;
  }
  frontier_->SetPolicies(policies_);
  hosts_.resize(static_cast<std::size_t>(size.hosts));
  address_start_.resize(static_cast<std::size_t>(size.addresses), Instant::min());
  domain_start_.resize(static_cast<std::size_t>(std::max(size.domains, 1)), Instant::min());
  address_handed_out_ = address_start_;
  domain_handed_out_ = domain_start_;
  double harmonic = 0;  // Zipf: the host of rank n has a share of 1/n
  for (int i = 1; i <= size.hosts; ++i) harmonic += 1.0 / i;
  for (int i = 0; i < size.hosts; ++i) {
    Host& host = hosts_[static_cast<std::size_t>(i)];
    host.domain = size.domains == 0 ? i : i % size.domains;
    host.name = "h" + std::to_string(i) + ".d" + std::to_string(host.domain) + ".com";
    host.address = static_cast<int>(random_() % static_cast<std::uint64_t>(size.addresses));
    host.size = Share(size.urls, harmonic, i + 1);
    host.target = static_cast<std::uint16_t>(i % size.targets);
    host.policy = policies_[host.target];
    host.latency = Duration(20 + random_() % 400);
    if (random_() % 50 == 0) host.latency = Duration(2000 + random_() % 20000);
    if (random_() % 40 == 0) host.crawl_delay = Duration(2000 + random_() % 30000);
    if (random_() % 30 == 0) {
      // Half of them from the beginning: in a small web most hosts are done within minutes.
      host.down_from = kMidnight + Duration(random_() % 2 == 0 ? 0 : random_() % Duration(2h).count());
      host.down_until = host.down_from + Duration(random_() % Duration(2h).count());
    }
    for (int n = 0; n < 3; ++n) Plant(i);
  }
}

void SimulatedWeb::Host::Answered(Instant at, Duration took) {
  rest_until = std::max(rest_until, at + std::max(delay(), std::min(took, policy.max_latency_delay)));
}

/// Since when nothing but its queue and what it shares with others keeps the host.
Instant SimulatedWeb::Host::free_at() const {
  return std::max({After(handed_out, delay()), rest_until, silent_until, not_before});
}

void SimulatedWeb::Violation(const std::string& what, const Host& host) {
  if (violation_.empty())
    violation_ = what + " at " + host.name + ", " + std::to_string((now_ - kMidnight).count()) + " ms";
}

std::uint64_t SimulatedWeb::known() const {
  std::uint64_t known = 0;
  for (const Host& host : hosts_) known += host.urls.size();
  return known;
}

void SimulatedWeb::Run() {
  const Instant end = kMidnight + size_.length;
  while (now_ < end && violation_.empty()) {
    if (now_ >= next_restart_) Restart(now_);
    if (now_ >= next_pause_) Pause(now_);
    Refill(now_);
    while (frontier_->in_flight() < size_.in_flight) {
      std::optional<FetchTask> task = frontier_->Next(now_);
      if (!task && Refill(now_)) continue;
      if (!task) break;
      Begin(std::move(*task), now_);
    }
    if (size_.compared > 0 && frontier_->in_flight() < size_.in_flight) Compare(now_);
    Instant next = std::min({end, next_restart_, next_pause_});
    if (!ends_.empty()) next = std::min(next, ends_.top().at);
    const std::optional<Instant> ready = frontier_->NextReady();
    if (ready && frontier_->in_flight() < size_.in_flight) next = std::min(next, *ready);
    if (ends_.empty() && !ready) {
      if (!ResumeAll(now_)) break;
      next = now_;
    }
    now_ = std::max(next, now_ + 1ms);
    while (!ends_.empty() && ends_.top().at <= now_ && now_ < end) End();
  }
}

/// The next URL of a host is discovered, if it has one.
void SimulatedWeb::Plant(int index) {
  Host& host = hosts_[static_cast<std::size_t>(index)];
  if (host.urls.size() == host.size) return;
  const std::uint64_t url = host.urls.size();
  if (!frontier_->Discover(IdOf(index, url))) return Violation("known before it was discovered", host);
  host.urls.push_back(Host::State::kWaiting);
  Store(index, frontier_->NewPlace(static_cast<HostId>(index), url == 0 ? kSeed : kLink), {url, {}, 0});
}

/// Writes the row of a URL that waits, and adds it to the frontier.
void SimulatedWeb::Store(int index, const storage::QueueKey& key, const Host::Row& row) {
  Host& host = hosts_[static_cast<std::size_t>(index)];
  if (host.stored.size() == host.taken.size()) host.waiting_since = now_;
  host.stored.emplace(OrderOf(key), row);
  next_seq_ = std::max(next_seq_, key.seq + 1);
  frontier_->Add(host.name, host.policy, Url(index, key, row));
}

storage::QueuedUrl SimulatedWeb::Url(int index, const storage::QueueKey& key, const Host::Row& row) const {
  storage::QueuedUrl url;
  url.id = IdOf(index, row.url);
  url.place = {key, row.due, row.attempts};
  url.url = std::to_string(row.url);
  url.target = hosts_[static_cast<std::size_t>(index)].target;
  return url;
}

/// True when a host got something to fetch.
bool SimulatedWeb::Refill(Instant now) {
  bool brought = false;
  while (const auto request = frontier_->NextRefill()) {
    const int index = static_cast<int>(request->host);
    const auto& stored = hosts_[static_cast<std::size_t>(index)].stored;
    std::vector<storage::QueuedUrl> rows;
    for (auto it = stored.upper_bound(OrderOf(request->after));
         it != stored.end() && rows.size() < request->limit; ++it)
      rows.push_back(Url(index, KeyOf(request->host, it->first), it->second));
    const bool complete = rows.size() < request->limit;
    brought = brought || !rows.empty();
    frontier_->EndRefill(request->host, std::move(rows), complete, now);
  }
  return brought;
}

/// When the model lets the host be fetched; nothing: not before something happens to it.
std::optional<Instant> SimulatedWeb::Earliest(const Host& host) const {
  if (host.paused || host.target_paused || host.held || host.taken.size() >= host.policy.connections)
    return std::nullopt;
  std::optional<Instant> due;
  for (const auto& [order, row] : host.stored) {
    if (!host.taken.contains(order)) due = due ? std::min(*due, row.due) : row.due;
  }
  if (!due) return std::nullopt;
  Instant at = std::max(*due, host.free_at());
  const auto address = static_cast<std::size_t>(host.address), domain = static_cast<std::size_t>(host.domain);
  if (host.bound) at = std::max(at, After(address_handed_out_[address], host.policy.ip_delay));
  if (size_.domains != 0) at = std::max(at, After(domain_handed_out_[domain], host.policy.domain_delay));
  return at;
}

/// With nothing handed out: the frontier knows of everything that the model lets be fetched, and since when.
void SimulatedWeb::Compare(Instant now) {
  ++comparisons;
  const std::optional<Instant> ready = frontier_->NextReady();
  for (int n = 0; n < size_.compared; ++n) {
    CompareHost(compared_, ready, now);
    compared_ = (compared_ + 1) % size_.hosts;
  }
}

void SimulatedWeb::CompareHost(int index, std::optional<Instant> ready, Instant now) {
  const Host& host = hosts_[static_cast<std::size_t>(index)];
  if (host.stored.size() > host.taken.size() &&
      frontier_->State(static_cast<HostId>(index), now).waiting_for.empty())
    Violation("idle, and nobody knows what it waits for", host);
  const std::optional<Instant> at = Earliest(host);
  if (!at) return;
  if (*at + kSlack <= now) Violation("nothing handed out, though it may be fetched", host);
  if (!ready || *ready > std::max(*at, now) + kSlack) Violation("its time is not in the schedule", host);
}

void SimulatedWeb::SetPaused(int index, bool target, bool paused, Instant now) {
  Host& host = hosts_[static_cast<std::size_t>(index)];
  bool& flag = target ? host.target_paused : host.paused;
  if (flag == paused) return;
  flag = paused;
  const PausedBy who = target ? PausedBy::kTarget : PausedBy::kOperator;
  if (paused) {
    frontier_->Pause(static_cast<HostId>(index), who);
  } else {
    frontier_->Resume(static_cast<HostId>(index), who);
    host.not_before = std::max(host.not_before, now);
  }
}

void SimulatedWeb::Pause(Instant now) {
  next_pause_ = now + size_.pause_every;
  ++pauses;
  if (random_() % 8 == 0) {
    const auto target = static_cast<std::uint16_t>(random_() % policies_.size());
    const bool paused = random_() % 2 == 0;
    for (int i = 0; i < size_.hosts; ++i) {
      if (hosts_[static_cast<std::size_t>(i)].target == target) SetPaused(i, true, paused, now);
    }
    return;
  }
  const int index = static_cast<int>(random_() % hosts_.size());
  SetPaused(index, false, !hosts_[static_cast<std::size_t>(index)].paused, now);
}

/// True when somebody was paused.
bool SimulatedWeb::ResumeAll(Instant now) {
  bool any = false;
  for (int i = 0; i < size_.hosts; ++i) {
    const Host& host = hosts_[static_cast<std::size_t>(i)];
    any = any || host.paused || host.target_paused;
    SetPaused(i, false, false, now);
    SetPaused(i, true, false, now);
  }
  return any;
}

/// The crawl is killed: what was in flight is cut off, and a new frontier has what the store gives it.
void SimulatedWeb::Restart(Instant now) {
  CheckStates();
  ++restarts;
  next_restart_ = now + size_.restart_every;
  open_.clear();
  ends_ = {};
  frontier_ = std::make_unique<Frontier>(size_.memory_urls);
  frontier_->SetNextSeq(next_seq_);
  frontier_->SetPolicies(policies_);
  frontier_->Reserve(known());
  HostPolicy gentlest = policies_.front();
  for (const HostPolicy& policy : policies_) gentlest.Soften(policy);
  for (int i = 0; i < size_.hosts; ++i) {
    Host& host = hosts_[static_cast<std::size_t>(i)];
    for (std::uint64_t url = 0; url < host.urls.size(); ++url) {
      frontier_->Discover(IdOf(i, url));
      if (host.urls[url] == Host::State::kInFlight) host.urls[url] = Host::State::kWaiting;
    }
    host.open = 0;
    host.rest_until = now + host.delay();  // what a slow answer asked for ends with the run
    host.taken.clear();
    host.held = host.target_paused = false;
    storage::StoredHost stored;
    stored.host = static_cast<HostId>(i);
    stored.name = host.name;
    if (host.bound) stored.ip = "a" + std::to_string(host.address);
    stored.delay = host.bound ? host.delay() : host.policy.delay;
    stored.queued = host.stored.size();
    if (host.silent_until > now) stored.blocked_until = host.silent_until;
    stored.backoffs = host.troubles;
    stored.waiting_for = Name(host.paused ? WaitReason::kPaused : host.silent_for);
    frontier_->AddStoredHost(stored, gentlest, now);
  }
}

void SimulatedWeb::CheckStates() {
  std::uint64_t stored = 0, taken = 0;
  for (const Host& host : hosts_) {
    using State = Host::State;
    const auto count = [&](State state) { return std::count(host.urls.begin(), host.urls.end(), state); };
    if (static_cast<std::uint64_t>(count(State::kFetched)) != host.fetched ||
        static_cast<std::size_t>(count(State::kInFlight)) != host.taken.size() ||
        host.fetched + host.stored.size() != host.urls.size())
      Violation("a URL has no state, or two", host);
    stored += host.stored.size();
    taken += host.taken.size();
  }
  if (frontier_->known() != known() || frontier_->queued() + taken != stored)
    Violation("frontier and store count otherwise", hosts_.front());
}

/// The frontier has handed the task out.
void SimulatedWeb::Take(const FetchTask& task, Instant now) {
  Host& host = hosts_[static_cast<std::size_t>(task.host)];
  if (host.paused || host.target_paused) Violation("handed out while paused", host);
  if (host.held) Violation("handed out while robots.txt is fetched", host);
  const QueueOrder order = OrderOf(task.url.place.key);
  const auto row = host.stored.find(order);
  if (row == host.stored.end() || !host.taken.insert(order).second)
    return Violation("a place handed out twice", host);
  Host::State& state = host.urls[row->second.url];
  if (state != Host::State::kWaiting) Violation("a URL handed out that does not wait", host);
  state = Host::State::kInFlight;
  const Instant since = std::max({kMidnight, row->second.due, host.waiting_since, host.free_at()});
  longest_wait = std::max(longest_wait, now - since);
  host.handed_out = now;
  if (host.bound) address_handed_out_[static_cast<std::size_t>(host.address)] = now;
  if (size_.domains != 0) domain_handed_out_[static_cast<std::size_t>(host.domain)] = now;
}

/// The URL waits again in its place.
void SimulatedWeb::GiveBack(FetchTask task, Instant now, Instant not_before) {
  Host& host = hosts_[static_cast<std::size_t>(task.host)];
  const QueueOrder order = OrderOf(task.url.place.key);
  host.urls[host.stored.at(order).url] = Host::State::kWaiting;
  host.taken.erase(order);
  host.not_before = std::max(host.not_before, not_before);
  frontier_->Return(std::move(task), now, not_before);
}

/// What the name servers say of the host: now and then another address. False: not yet.
bool SimulatedWeb::Bind(Host& host, HostId id, Instant now, Instant& not_before) {
  if (host.bound) {
    if (random_() % 100 != 0) return true;
    ++moves;
    host.address = static_cast<int>(random_() % address_start_.size());
  } else {
    host.bound = true;
    frontier_->SetCrawlDelay(id, host.crawl_delay);
  }
  if (!frontier_->BindAddress(id, "a" + std::to_string(host.address), now, not_before)) return false;
  address_handed_out_[static_cast<std::size_t>(host.address)] = now;
  return true;
}

void SimulatedWeb::Begin(FetchTask task, Instant now) {
  Take(task, now);
  if (!violation_.empty()) return;
  const int index = static_cast<int>(task.host);
  Host& host = hosts_[static_cast<std::size_t>(index)];
  Instant not_before;
  if (!Bind(host, task.host, now, not_before)) return GiveBack(std::move(task), now, not_before);
  if (random_() % 64 == 0) {  // robots.txt says no, or a budget not yet: nothing is asked of the host
    ++returns;
    return GiveBack(std::move(task), now, now);
  }
  const bool robots = !host.held && random_() % 64 == 0;
  if (robots) {
    host.held = true;
    frontier_->Hold(task.host, WaitReason::kRobots);
    if (random_() % 4 == 0) {  // an earlier run has left it: nothing is asked of the host
      open_.emplace(++tries_, Open{std::move(task), index, Duration(1), true, false});
      ends_.push({now + 1ms, tries_});
      return;
    }
  }
  CheckStart(host, now);
  const Duration took = host.latency + Duration(random_() % 100);
  open_.emplace(++tries_, Open{std::move(task), index, took, robots});
  ends_.push({now + took, tries_});
}

/// A server sees a request.
void SimulatedWeb::CheckStart(Host& host, Instant now) {
  ++starts;
  if (++host.open > host.policy.connections) Violation("too many connections", host);
  if (host.last_start != Instant::min() && now - host.last_start < host.policy.delay)
    Violation("two starts too close", host);
  if (now < host.rest_until) Violation("a start too soon after an answer", host);
  if (now < host.silent_until) Violation("a start while the host is left alone", host);
  Instant& of_address = address_start_[static_cast<std::size_t>(host.address)];
  if (of_address != Instant::min() && now - of_address < host.policy.ip_delay)
    Violation("two starts at one address too close", host);
  of_address = now;
  if (size_.domains != 0) {
    Instant& of_domain = domain_start_[static_cast<std::size_t>(host.domain)];
    if (of_domain != Instant::min() && now - of_domain < host.policy.domain_delay)
      Violation("two starts in one domain too close", host);
    of_domain = now;
  }
  host.last_start = now;
}

/// robots.txt is there: the URL that waited for it goes back to its place.
void SimulatedWeb::EndRobots(Open& open, Instant now) {
  ++robots_read;
  Host& host = hosts_[static_cast<std::size_t>(open.host)];
  host.held = false;
  if (open.asked) {
    --host.open;
    host.Answered(now, Duration(0));
  }
  frontier_->Unhold(open.task.host, now, open.asked);
  GiveBack(std::move(open.task), now, now);
}

/// What follows from a fetch that failed, as the engine has it. True: the URL comes again, behind the others.
bool SimulatedWeb::Fails(const Open& open, const Host::Row& row, Instant now) {
  Host& host = hosts_[static_cast<std::size_t>(open.host)];
  const bool down = now >= host.down_from && now < host.down_until, too_many = random_() % 500 == 0;
  if (!down && !too_many) {
    if (std::exchange(host.troubles, std::uint8_t{0}) != 0) frontier_->SetTroubles(open.task.host, 0);
    return false;
  }
  RetryInput input;
  input.outcome = down ? Outcome::kTimeout : Outcome::kHttpError;
  input.status = down ? 0 : 429;
  input.attempt = static_cast<std::uint8_t>(row.attempts + 1);
  input.host_backoffs = host.troubles;
  if (!down && random_() % 2 == 0) input.retry_after = Duration(1000 + random_() % 60000);
  const RetryDecision decision = DecideRetry(input, http_, politeness_, random_);
  ++(down ? timeouts : waits_429);
  if (decision.host_wait || decision.host_in_trouble) {
    host.troubles = static_cast<std::uint8_t>(std::min(host.troubles + 1, 255));
    frontier_->SetTroubles(open.task.host, host.troubles);
  }
  std::optional<Duration> wait = decision.host_wait;
  WaitReason reason = input.retry_after ? WaitReason::kRetryAfter : WaitReason::kBackoff;
  if (!wait && decision.host_in_trouble && host.troubles >= politeness_.park_after) {
    ++parked;
    wait = politeness_.park;
    reason = WaitReason::kParked;
  }
  if (wait && now + *wait > host.silent_until) {
    host.silent_until = now + *wait;
    host.silent_for = reason;
  }
  if (wait) frontier_->Block(open.task.host, now, now + *wait, reason);
  if (!decision.retry) {
    ++given_up;
    return false;
  }
  host.urls[row.url] = Host::State::kWaiting;
  Store(open.host, frontier_->NewPlace(open.task.host, kRetry),
        {row.url, now + decision.url_wait, input.attempt});
  return true;
}

void SimulatedWeb::End() {
  const Ending ending = ends_.top();
  ends_.pop();
  auto node = open_.extract(ending.n);
  Open& open = node.mapped();
  if (open.robots) return EndRobots(open, ending.at);
  Host& host = hosts_[static_cast<std::size_t>(open.host)];
  const storage::QueueKey key = open.task.url.place.key;
  const Host::Row row = host.stored.at(OrderOf(key));
  --host.open;
  host.Answered(ending.at, open.took);
  frontier_->Release(open.task.host, ending.at, open.took);
  host.stored.erase(OrderOf(key));
  host.taken.erase(OrderOf(key));
  frontier_->Finish(key);
  if (Fails(open, row, ending.at)) return;
  if (std::exchange(host.urls[row.url], Host::State::kFetched) == Host::State::kFetched)
    Violation("fetched twice", host);
  ++host.fetched;
  for (std::uint64_t links = random_() % 8; links > 0; --links) Plant(open.host);
  if (host.fetched == host.urls.size()) Plant(open.host);
}

}  // namespace trawl::test
