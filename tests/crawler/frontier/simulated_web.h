#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/options.h"
#include "crawler/frontier/frontier.h"

namespace trawl::test {

struct WebSize {
  int hosts = 0;
  std::uint64_t urls = 0;
  int addresses = 0;
  int domains = 0;  ///< 0: domains are not limited
  int targets = 1;
  std::size_t memory_urls = 0;
  std::size_t in_flight = 0;  ///< at most
  Duration length{};          ///< the simulation ends then, or when all is fetched
  Duration restart_every{};   ///< the crawl is killed and goes on from what is stored; 0: never
  Duration pause_every{};     ///< a host, or a whole target, is paused or resumed; 0: never
  int compared = 0;           ///< hosts that each step looks at, in turn
};

/// The real frontier in a world computed from a seed: hosts of very different sizes and speeds, some on one
/// address or domain, some in trouble; a clock that jumps from event to event; a store that answers at once
/// and that the crawl is restarted from. What a server would see is checked at every start, and each hand-out
/// against a plain model of every host. Runs on: one thread. Owns the frontier.
class SimulatedWeb {
 public:
  SimulatedWeb(std::uint64_t seed, const WebSize& size);

  void Run();

  struct Host {
    std::string name;
    int address = 0, domain = 0;
    std::uint16_t target = 0;
    std::uint64_t size = 0;  ///< URLs
    Duration latency{}, crawl_delay{0};
    Instant down_from = Instant::max(), down_until = Instant::max();  ///< it does not answer then
    crawler::HostPolicy policy;                                       ///< its target's
    enum class State : std::uint8_t { kWaiting, kInFlight, kFetched };
    std::vector<State> urls;  ///< of those known to the frontier so far; a URL is its number
    struct Row {
      std::uint64_t url = 0;
      Instant due{};
      std::uint8_t attempts = 0;
    };
    std::map<crawler::QueueOrder, Row> stored;  ///< queued, those in flight included
    std::uint64_t fetched = 0;
    // What its server sees.
    std::uint32_t open = 0;
    Instant last_start = Instant::min();
    Instant silent_until = Instant::min();  ///< it is left alone: Retry-After, back-off, parked
    crawler::WaitReason silent_for = crawler::WaitReason::kNone;
    std::uint8_t troubles = 0;
    Instant rest_until = Instant::min();  ///< what its answers ask for
    // What a plain model of the frontier knows.
    std::set<crawler::QueueOrder> taken;
    Instant handed_out = Instant::min();  ///< the last time
    Instant not_before = Instant::min();  ///< what a return, a restart or a resumption asked for
    Instant waiting_since = Instant::min();
    bool bound = false, held = false, paused = false, target_paused = false;
    Duration delay() const { return std::max(policy.delay, crawl_delay); }
    void Answered(Instant at, Duration took);
    Instant free_at() const;
  };

  const std::vector<Host>& hosts() const { return hosts_; }
  const crawler::Frontier& frontier() const { return *frontier_; }
  std::uint64_t known() const;
  /// What is wrong, the first of it; empty: nothing.
  const std::string& violation() const { return violation_; }
  /// Everybody knows the same: each URL is fetched, or stored as queued and counted by the frontier.
  void CheckStates();

  std::uint64_t starts = 0, returns = 0, waits_429 = 0, timeouts = 0, parked = 0, given_up = 0, moves = 0,
                robots_read = 0, restarts = 0, pauses = 0, comparisons = 0;
  /// The longest that a URL of a host which might have been fetched has waited for its turn.
  Duration longest_wait{0};

 private:
  struct Ending {
    Instant at;
    std::uint64_t n;
    bool operator>(const Ending& other) const { return at != other.at ? at > other.at : n > other.n; }
  };
  struct Open {
    crawler::FetchTask task;
    int host;
    Duration took;
    bool robots = false;  ///< robots.txt is asked for, not the task's URL
    bool asked = true;    ///< the server sees it; not so of a robots.txt that an earlier run has left
  };

  void Violation(const std::string& what, const Host& host);
  void Plant(int index);
  void Store(int index, const storage::QueueKey& key, const Host::Row& row);
  storage::QueuedUrl Url(int index, const storage::QueueKey& key, const Host::Row& row) const;
  bool Refill(Instant now);
  void Compare(Instant now);
  void CompareHost(int index, std::optional<Instant> ready, Instant now);
  std::optional<Instant> Earliest(const Host& host) const;
  void Pause(Instant now);
  bool ResumeAll(Instant now);
  void SetPaused(int index, bool target, bool paused, Instant now);
  void Restart(Instant now);
  void Take(const crawler::FetchTask& task, Instant now);
  void GiveBack(crawler::FetchTask task, Instant now, Instant not_before);
  bool Bind(Host& host, HostId id, Instant now, Instant& not_before);
  bool Fails(const Open& open, const Host::Row& row, Instant now);
  void Begin(crawler::FetchTask task, Instant now);
  void CheckStart(Host& host, Instant now);
  void End();
  void EndRobots(Open& open, Instant now);

  const WebSize size_;
  std::mt19937_64 random_;
  std::unique_ptr<crawler::Frontier> frontier_;
  std::vector<crawler::HostPolicy> policies_;  ///< by target
  std::vector<Host> hosts_;
  std::vector<Instant> address_start_, domain_start_;            ///< as servers see them
  std::vector<Instant> address_handed_out_, domain_handed_out_;  ///< as the model does
  std::unordered_map<std::uint64_t, Open> open_;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> ends_;
  std::uint64_t tries_ = 0, next_seq_ = 1;
  int compared_ = 0;  ///< the next host to be compared
  const config::HttpOptions http_;
  const config::PolitenessOptions politeness_;
  Instant now_, next_restart_, next_pause_;
  std::string violation_;
};

}  // namespace trawl::test
