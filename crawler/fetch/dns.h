#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/options.h"
#include "crawler/fetch/dns_cache.h"
#include "crawler/fetch/event.h"
#include "crawler/fetch/hosts_file.h"
#include "crawler/fetch/timers.h"

struct ares_channeldata;

namespace trawl::crawler {

class SocketDoor;

class Dns;

/// One who waits for a name. Leaves the queue when it dies. Runs on: event loop.
class DnsWait {
 public:
  explicit DnsWait(boost::asio::any_io_executor loop) : event(std::move(loop)) {}
  ~DnsWait();
  DnsWait(const DnsWait&) = delete;
  DnsWait& operator=(const DnsWait&) = delete;

  Event event;
  std::optional<DnsAnswer> answer;  ///< set before the event

 private:
  friend class Dns;
  Dns* dns_ = nullptr;
  std::string name_;
};

/// Names to addresses: literals, tables, cache, then the name servers through c-ares, which tells what to
/// wait for and is waited for by the loop. Questions for one name are asked once. Runs on: event loop. Owns
/// the channel and the cache; borrows the timers and the door.
class Dns {
 public:
  static constexpr std::size_t kMaxInFlight = 512;  ///< names asked for at once; more wait their turn
  static constexpr std::size_t kBurst =
      64;  ///< names in one tick of the wheel: what a server's socket takes at once
  static constexpr std::size_t kMaxAddresses = 16;  ///< kept of one name
  static constexpr Duration kResolutionDelay{
      50};  ///< for the other family, once one has come (RFC 8305 section 3)
  static constexpr Duration kMaxPatience{30'000};  ///< for all servers, where one alone may not take longer

  Dns(boost::asio::any_io_executor loop, Timers& timers, SocketDoor& door, const config::DnsOptions& options,
      const std::string& hosts_path = "/etc/hosts");
  ~Dns();
  Dns(const Dns&) = delete;
  Dns& operator=(const Dns&) = delete;

  /// What is known without asking. `host` is in lower case, an IPv6 literal in brackets or bare.
  std::optional<DnsAnswer> Known(const std::string& host);
  /// Asks; the answer comes to `wait`, possibly before this returns.
  void Ask(const std::string& host, DnsWait& wait);

  /// Empty when dns.servers and dns.hosts could be read.
  const std::string& setup_error() const { return setup_error_; }
  std::size_t in_flight() const { return lookups_.size(); }

 private:
  friend class DnsWait;
  struct Lookup;
  struct Query;
  struct Watched;
  struct Readiness;
  struct Tick;
  struct Pace;

  void OpenChannel(const config::DnsOptions& options);
  void Start(const std::string& name);
  void Send(Lookup& lookup);
  void Answered(Query& query, int status, std::vector<boost::asio::ip::address> addresses, int ttl);
  void TellPart(Lookup& lookup);
  void Finish(Lookup& lookup);
  void Tell(Lookup& lookup, const DnsAnswer& answer);
  void StartQueued();
  void Forget(DnsWait& wait);
  void SocketState(int fd, bool readable, bool writable);
  void WatchAgain();
  void Process(int readable, int writable);

  boost::asio::any_io_executor loop_;
  Timers& timers_;
  SocketDoor& door_;
  Duration patience_{};  ///< for one name, all servers and tries
  HostsFile hosts_;
  DnsCache cache_;
  std::string setup_error_;
  ares_channeldata* channel_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Lookup>> lookups_;
  std::deque<std::string> queued_;
  std::size_t asked_ = 0;  ///< lookups that are at the name servers
  std::uint64_t serial_ = 0;
  std::size_t queries_ = 0;  ///< c-ares has these; an outlived lookup's too
  std::unordered_map<int, std::shared_ptr<Watched>> watched_;
  std::unique_ptr<Tick> tick_;
  std::unique_ptr<Pace> pace_;
  std::size_t burst_ = 0;  ///< sent in this tick
};

}  // namespace trawl::crawler
