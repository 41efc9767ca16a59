#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/instant.h"
#include "config/url_id.h"
#include "crawler/frontier/host_queue.h"
#include "crawler/frontier/line.h"
#include "crawler/frontier/seen.h"
#include "crawler/frontier/start_limit.h"
#include "storage/records.h"

namespace trawl::crawler {

/// How gently one host is treated. Of several targets that name a host, the gentlest holds.
struct HostPolicy {
  Duration delay = std::chrono::seconds(1);  ///< after the end of an answer, and between two starts
  std::uint32_t connections = 1;
  Duration ip_delay = std::chrono::milliseconds(250);  ///< between two starts at one address
  Duration max_latency_delay = std::chrono::seconds(30);
  Duration domain_delay{0};  ///< between two starts at hosts of one registrable domain

  /// Takes what is gentler of `other`.
  void Soften(const HostPolicy& other) {
    delay = std::max(delay, other.delay);
    connections = std::min(connections, other.connections);
    ip_delay = std::max(ip_delay, other.ip_delay);
    max_latency_delay = std::max(max_latency_delay, other.max_latency_delay);
    domain_delay = std::max(domain_delay, other.domain_delay);
  }
};

/// One URL handed out. Its host is acquired until Release or Return.
struct FetchTask {
  storage::QueuedUrl url;
  HostId host{};
};

/// Why a host with queued URLs is not being fetched. The words of the `hosts` view.
enum class WaitReason : std::uint8_t {
  kNone,
  kDelay,
  kConnections,
  kIp,
  kRobots,
  kRetryAfter,
  kBackoff,
  kParked,
  kDue,
  kPaused,
  kDomain,
  kTurn,    ///< ready, behind others
  kTarget,  ///< its target is paused, outside its window, or gone from the configuration
};
std::string_view Name(WaitReason reason);

/// Who paused a host; each resumes only what it paused.
enum class PausedBy : std::uint8_t { kOperator = 1, kTarget = 2 };

/// URLs of a lower priority number than this overtake those of all other hosts.
inline constexpr std::uint8_t kExpressPriority = 10;

/// What to fetch next, politely. Runs on: event loop; pure: time is an argument, it never sees bytes or
/// sockets. Owns the seen set and the head of every host's queue. URL states: unknown -> waiting -> in flight
/// -> finished.
///
/// Invariant: every host that could be fetched now or later stands in the schedule at the earliest moment at
/// which it may be fetched, or behind it: in the line of those that are ready, or of a limit it shares.
/// So Next gives something if anything may be fetched.
class Frontier {
 public:
  explicit Frontier(std::size_t memory_urls = 500'000) : memory_urls_(memory_urls) {}

  // Discovery.
  /// True when the URL was unknown; it is known from now on.
  bool Discover(UrlId id) { return seen_.Insert(id); }
  bool Knows(UrlId id) const { return seen_.Contains(id); }
  /// A place at the end of its priority's order. The row that carries it must be written before any later
  /// place is taken.
  storage::QueueKey NewPlace(HostId host, std::uint8_t priority) { return {host, priority, next_seq_++}; }
  /// A URL whose row is committed as queued. Calls come in the order of NewPlace.
  void Add(std::string_view host_name, const HostPolicy& policy, storage::QueuedUrl url);

  // Handing out.
  /// The next URL that may be fetched at `now`, its host acquired; nothing when all wait.
  std::optional<FetchTask> Next(Instant now);
  /// When Next may give something again if nothing else happens, Instant::min() for a host that was never
  /// asked; nothing when it never will.
  std::optional<Instant> NextReady();

  // What the engine learns of a host.
  /// The host's address. False: another host of that address started too recently; Return the task with the
  /// time that is put into `not_before`.
  bool BindAddress(HostId host, std::string_view ip, Instant now, Instant& not_before);
  /// The fetch ended: the host may be fetched again after its delay, at least one `latency` later.
  void Release(HostId host, Instant now, Duration latency);
  /// The task ended without a word to the host, which may be fetched again at once.
  void ReleaseUnused(HostId host, Instant now);
  /// The task was not fetched: it goes back to its place, and the host is free from `not_before` on.
  void Return(FetchTask task, Instant now, Instant not_before);
  /// The store has committed that the task's URL left its place.
  void Finish(const storage::QueueKey& key) { hosts_.at(key.host).queue.Forget(OrderOf(key)); }
  /// Nothing is handed out until Unhold (robots.txt is on its way).
  void Hold(HostId host, WaitReason reason);
  /// `asked`: the host was asked something meanwhile, which counts as a start and as one of its answers.
  void Unhold(HostId host, Instant now, bool asked = true);
  /// Nothing is handed out before `until`.
  void Block(HostId host, Instant now, Instant until, WaitReason reason);
  /// Nothing is handed out until nobody pauses the host any more.
  void Pause(HostId host, PausedBy who);
  void Resume(HostId host, PausedBy who);
  /// A crawl delay of robots.txt; the longer of it and the policy's delay holds.
  void SetCrawlDelay(HostId host, Duration delay);
  /// Consecutive troubles of the host; zero after a good answer.
  std::uint8_t troubles(HostId host) const;
  void SetTroubles(HostId host, std::uint8_t count);

  // Restart and refill.
  /// What each target asks for; then refills tell a stored host which of them holds for it.
  void SetPolicies(std::vector<HostPolicy> policies) { policies_ = std::move(policies); }
  /// The targets ask for something else now; each host takes the gentlest of those that it has URLs of.
  void ChangePolicies(std::vector<HostPolicy> policies, Instant now);
  void Reserve(std::size_t known) { seen_.Reserve(known); }
  void SetNextSeq(std::uint64_t seq);
  /// A host of an earlier run, whose last answer may have ended just now. `policy` holds until a URL's target
  /// is known.
  void AddStoredHost(const storage::StoredHost& host, const HostPolicy& policy, Instant now);
  struct RefillRequest {
    HostId host;
    storage::QueueKey after;
    std::size_t limit;
  };
  /// A host whose head runs low while the store has more; each is given once until EndRefill or
  /// AbandonRefill.
  std::optional<RefillRequest> NextRefill();
  void EndRefill(HostId host, std::vector<storage::QueuedUrl> rows, bool complete, Instant now);
  void AbandonRefill(HostId host, Instant now);

  // Reports.
  std::uint64_t queued() const { return queued_; }        ///< waiting, in memory or not
  std::uint64_t in_flight() const { return in_flight_; }  ///< handed out, host not yet released
  std::size_t known() const { return seen_.size(); }
  std::size_t in_memory() const { return in_memory_; }  ///< of queued()
  std::size_t hosts() const { return hosts_.size(); }
  bool KnowsHost(HostId host) const { return hosts_.contains(host); }
  struct Waiting {
    std::uint64_t hosts = 0;
    std::uint64_t urls = 0;
  };
  /// Hosts with queued URLs, by why they are not fetched right now; WaitReason::kNone: they could be.
  std::map<WaitReason, Waiting> waiting(Instant now) const;
  storage::HostState State(HostId host, Instant now) const;  ///< views live until the host is forgotten
  /// The longest any host must still wait, by reason: what a one-shot crawl looks at before it gives up.
  struct Blocked {
    std::uint64_t hosts = 0;
    std::uint64_t urls = 0;
    std::optional<Instant> first;  ///< the earliest end of a block
    std::string example;
  };
  Blocked blocked(Instant now) const;

 private:
  /// Where a host stands. A host that could be fetched now or later is always somewhere.
  enum class Standing : std::uint8_t {
    kNowhere,   ///< nothing to fetch, or held, paused, or all its connections are in use
    kSchedule,  ///< until the moment `scheduled`
    kReady,     ///< in the line of its target
    kLimit,     ///< in the line of its address or domain
  };
  struct Host {
    std::string name;
    HostPolicy policy;
    HostQueue queue;
    StartLimit* ip = nullptr;
    StartLimit* domain = nullptr;  ///< none without a delay for domains
    Duration crawl_delay{0};
    Instant rest_until = Instant::min();  ///< what answers that have ended ask for
    Instant next_start = Instant::min();  ///< the same, and what fetches under way ask for
    Instant blocked_until = Instant::min();
    Instant scheduled = Instant::max();
    std::uint64_t targets = 0;  ///< that named it: bit number modulo 64, so that a wrong guess is too gentle
    std::uint32_t in_flight = 0;
    std::uint8_t troubles = 0;
    std::uint8_t paused = 0;  ///< bits of PausedBy
    WaitReason blocked_reason = WaitReason::kNone;
    WaitReason held = WaitReason::kNone;
    Standing standing = Standing::kNowhere;
    bool wants_refill = false;
    bool policy_known = false;  ///< a URL has said what its target's policy is
    Duration delay() const { return std::max(policy.delay, crawl_delay); }
  };
  /// A moment at which a host, or the first in the line of a limit, may have its turn. It counts only while
  /// the one it is for stands at that very moment; else it is of an earlier plan.
  struct Turn {
    Instant at;
    std::uint64_t order;  ///< of equal times, the one that has waited longest
    HostId host;
    StartLimit* limit;  ///< when set, the turn is its
    bool operator>(const Turn& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  std::size_t HeadLimit() const;
  std::optional<Instant> EarliestStart(const Host& host) const;
  WaitReason WhyWaiting(const Host& host, Instant now) const;
  void Reschedule(HostId id, Host& host);
  void AskRefill(HostId id, Host& host);
  void Merge(Host& host, const HostPolicy& policy, std::uint16_t target);
  StartLimit* LimitOf(std::string name);
  // Handing out.
  void Ripen(Instant now);
  void StandReady(HostId id, Host& host);
  std::optional<HostId> PopReady();
  static void EndTurn(HostId id, const Host& host);
  static StartLimit* BusyLimit(HostId id, const Host& host, Instant now);
  void ScheduleLimit(StartLimit& limit, Instant now);
  void ScheduleLimits(const Host& host, Instant now);
  static void KeepStart(HostId id, const Host& host);
  void Unstart(HostId id, Host& host, Instant now);
  bool Counts(const Turn& turn) const;

  std::unordered_map<HostId, Host> hosts_;
  std::deque<StartLimit> limits_;  ///< never moved: hosts point to them
  std::unordered_map<std::string_view, StartLimit*> limit_names_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> schedule_;
  Line<HostId> express_;             ///< ready, with a URL that an operator has asked for
  std::vector<Line<HostId>> ready_;  ///< by target: each gets its turn, however many hosts another has
  Line<std::uint16_t> ready_targets_;
  Line<HostId> refills_;
  std::vector<HostPolicy> policies_;
  Seen seen_;
  std::size_t memory_urls_;
  std::size_t in_memory_ = 0;
  Instant latest_ = Instant::min();
  std::uint64_t next_seq_ = 1;
  std::uint64_t last_added_ = 0;
  std::uint64_t turns_ = 0;
  std::uint64_t queued_ = 0;
  std::uint64_t in_flight_ = 0;
};

}  // namespace trawl::crawler
