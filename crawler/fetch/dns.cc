#include "crawler/fetch/dns.h"

#include <ares.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "config/unique_fd.h"
#include "crawler/fetch/dns_sockets.h"

namespace trawl::crawler {

namespace asio = boost::asio;
using asio::ip::address;

/// A name that is being asked for, and those who wait for it.
struct Dns::Lookup final : TimingWheel::Entry {
  Dns* dns = nullptr;
  std::string name;
  std::vector<DnsWait*> waiting;
  std::uint64_t serial =
      0;  ///< tells the answers to this lookup from late ones to an earlier one of the name
  bool asked = false;
  bool told = false;  ///< the waiters have what one family gave; the other is still to come
  Timers::Clock::time_point end;
  int open = 0;  ///< queries without an answer
  DnsAnswer answer;
  bool denied = false;  ///< a family was answered: no such record
  std::string trouble;  ///< a family was not answered, and why
  std::chrono::seconds life = DnsCache::kMaxLife;

  /// The delay for the second family is over, or the patience with the servers.
  void Expire() override {
    if (!told && !answer.addresses.empty()) return dns->TellPart(*this);
    trouble = "no answer from the name servers in time";
    dns->Finish(*this);
  }
};

/// One question at c-ares, for one family. Outlives its lookup when the servers are slow.
struct Dns::Query {
  Dns* dns;
  std::string name;
  std::uint64_t serial;
};

/// A duplicate of a socket of c-ares, which closes its own at will: the loop must never watch a number that
/// may already be another file. Without a descriptor to spare it is not watched until there is one.
struct Dns::Watched {
  Watched(const asio::any_io_executor& loop, int fd) : socket(fd), descriptor(loop) {}

  bool Open() {
    if (descriptor.is_open()) return true;
    UniqueFd copy(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
    boost::system::error_code error;
    if (copy) descriptor.assign(copy.Get(), error);
    if (!copy || error) return false;
    copy.Release();
    return true;
  }

  const int socket;
  asio::posix::stream_descriptor descriptor;
  bool read = false, write = false;                  ///< wanted
  bool read_pending = false, write_pending = false;  ///< a wait is under way
  Dns* dns = nullptr;                                ///< null once c-ares has closed the socket
};

struct Dns::Readiness {
  std::shared_ptr<Watched> watched;
  bool for_write;

  static void Wait(const std::shared_ptr<Watched>& watched) {
    using base = asio::posix::descriptor_base;
    if (!watched->Open()) return;
    if (watched->read && !std::exchange(watched->read_pending, watched->read)) {
      watched->descriptor.async_wait(base::wait_read, Readiness{watched, false});
    }
    if (watched->write && !std::exchange(watched->write_pending, watched->write)) {
      watched->descriptor.async_wait(base::wait_write, Readiness{watched, true});
    }
  }

  void operator()(const boost::system::error_code& error) const {
    (for_write ? watched->write_pending : watched->read_pending) = false;
    if (error || watched->dns == nullptr) return;
    const bool wanted = for_write ? watched->write : watched->read;
    if (wanted) {
      watched->dns->Process(for_write ? ARES_SOCKET_BAD : watched->socket,
                            for_write ? watched->socket : ARES_SOCKET_BAD);
    }
    if (watched->dns != nullptr) Wait(watched);
  }
};

/// c-ares has no clock of its own: while it has queries, it is asked for those to repeat or to give up.
struct Dns::Tick final : TimingWheel::Entry {
  explicit Tick(Dns* owner) : dns(owner) {}
  void Expire() override {
    dns->WatchAgain();
    dns->Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (dns->queries_ > 0) dns->timers_.ArmIn(*this, kPeriod);
  }
  static constexpr Duration kPeriod{100};
  Dns* dns;
};

/// Questions that come in a burst are lost in one, and then cost a repeat of seconds.
struct Dns::Pace final : TimingWheel::Entry {
  explicit Pace(Dns* owner) : dns(owner) {}
  void Expire() override {
    dns->burst_ = 0;
    dns->StartQueued();
  }
  Dns* dns;
};

DnsWait::~DnsWait() {
  if (dns_ != nullptr) dns_->Forget(*this);
}

Dns::Dns(asio::any_io_executor loop, Timers& timers, SocketDoor& door, const config::DnsOptions& options,
         const std::string& hosts_path)
    : loop_(std::move(loop)),
      timers_(timers),
      door_(door),
      tick_(std::make_unique<Tick>(this)),
      pace_(std::make_unique<Pace>(this)) {
  for (const auto& [name, where] : options.hosts) {
    if (!hosts_.Add(name, where)) setup_error_ = "dns.hosts: '" + where + "' is no address";
  }
  hosts_.Load(hosts_path);
  OpenChannel(options);
}

Dns::~Dns() {
  if (channel_ != nullptr) ares_destroy(channel_);  // ends every query through its callback
  for (auto& [name, lookup] : lookups_) {
    for (DnsWait* wait : lookup->waiting) wait->dns_ = nullptr;
  }
}

void Dns::OpenChannel(const config::DnsOptions& options) {
  ares_options ares{};
  char lookups[] = "b";  // the tables are read above, not at every question as c-ares does
  ares.flags = ARES_FLAG_NOSEARCH;
  ares.timeout = static_cast<int>(options.timeout.count());
  ares.tries = static_cast<int>(std::max<std::uint32_t>(1, options.tries));
  ares.lookups = lookups;
  ares.ndomains = 0;
  ares.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
    static_cast<Dns*>(self)->SocketState(fd, readable != 0, writable != 0);
  };
  ares.sock_state_cb_data = this;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                   ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;
  int status = ares_init_options(&channel_, &ares, mask);
  if (status != ARES_SUCCESS) {
    channel_ = nullptr;
    setup_error_ = std::string("the resolver cannot start: ") + ares_strerror(status);
    return;
  }
  UseDoor(channel_, door_);
  std::string servers;
  for (const std::string& server : options.servers) servers += (servers.empty() ? "" : ",") + server;
  if (!servers.empty()) status = ares_set_servers_ports_csv(channel_, servers.c_str());
  if (status != ARES_SUCCESS) setup_error_ = "dns.servers: '" + servers + "': " + ares_strerror(status);

  // Each server is asked before any is asked again, so the last one's turn comes after all others' time.
  ares_addr_port_node* all = nullptr;
  ares_get_servers_ports(channel_, &all);
  int count = 0;
  for (const ares_addr_port_node* one = all; one != nullptr; one = one->next) ++count;
  ares_free_data(all);
  const Duration for_one = options.timeout * ares.tries;
  patience_ = std::max(for_one, std::min(for_one * count, kMaxPatience));
}

std::optional<DnsAnswer> Dns::Known(const std::string& host) {
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  boost::system::error_code error;
  const address literal = asio::ip::make_address(brackets ? host.substr(1, host.size() - 2) : host, error);
  if (!error) return DnsAnswer{{literal}, {}, false};
  const bool rooted = host.size() > 1 && host.back() == '.';
  const std::string name = rooted ? host.substr(0, host.size() - 1) : host;
  if (const auto* addresses = hosts_.Find(name)) return DnsAnswer{*addresses, {}, false};
  if (name == "localhost" || name.ends_with(".localhost")) {  // RFC 6761 section 6.3
    return DnsAnswer{{asio::ip::address_v6::loopback(), asio::ip::address_v4::loopback()}, {}, false};
  }
  if (const DnsAnswer* answer = cache_.Find(name, DnsCache::Clock::now())) return *answer;
  if (!setup_error_.empty()) return DnsAnswer{{}, setup_error_, false};
  return std::nullopt;
}

void Dns::Ask(const std::string& host, DnsWait& wait) {
  if (auto known = Known(host)) {
    wait.answer = std::move(known);
    return wait.event.Set();
  }
  std::string name = host;
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  wait.dns_ = this;
  wait.name_ = name;
  std::unique_ptr<Lookup>& slot = lookups_[name];
  const bool fresh = slot == nullptr;
  if (fresh) {
    slot = std::make_unique<Lookup>();
    slot->dns = this;
    slot->name = name;
  }
  slot->waiting.push_back(&wait);
  if (!fresh) return;
  queued_.push_back(std::move(name));
  StartQueued();
}

void Dns::Send(Lookup& lookup) {
  lookup.asked = true;
  if (burst_++ == 0) timers_.ArmIn(*pace_, TimingWheel::kTick);
  lookup.serial = ++serial_;
  lookup.open = 2;
  ++asked_;
  queries_ += 2;
  lookup.end = Timers::Clock::now() + patience_;
  timers_.ArmAt(lookup, lookup.end);
  if (!tick_->armed()) timers_.ArmIn(*tick_, Tick::kPeriod);
  const std::string name = lookup.name;  // the lookup may end within the first call
  const std::uint64_t serial = lookup.serial;
  for (const int family : {AF_INET, AF_INET6}) {
    ares_addrinfo_hints hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = ARES_AI_NOSORT;
    const auto callback = [](void* argument, int status, int, ares_addrinfo* found) {
      const std::unique_ptr<Query> query(static_cast<Query*>(argument));
      std::vector<address> addresses;
      int ttl = static_cast<int>(DnsCache::kMaxLife.count());
      for (const ares_addrinfo_node* node = found ? found->nodes : nullptr; node; node = node->ai_next) {
        ttl = std::min(ttl, node->ai_ttl);
        if (addresses.size() == kMaxAddresses) continue;
        if (node->ai_family == AF_INET) {
          const auto* v4 = reinterpret_cast<const sockaddr_in*>(node->ai_addr);
          addresses.emplace_back(asio::ip::address_v4(ntohl(v4->sin_addr.s_addr)));
        } else if (node->ai_family == AF_INET6) {
          asio::ip::address_v6::bytes_type bytes;
          std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr,
                      bytes.size());
          addresses.emplace_back(asio::ip::address_v6(bytes));
        }
      }
      for (const ares_addrinfo_cname* alias = found ? found->cnames : nullptr; alias; alias = alias->next) {
        ttl = std::min(ttl, alias->ttl);
      }
      if (found != nullptr) ares_freeaddrinfo(found);
      query->dns->Answered(*query, status, std::move(addresses), ttl);
    };
    auto query = std::make_unique<Query>(Query{this, name, serial});
    ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, callback, query.release());
  }
}

void Dns::Answered(Query& query, int status, std::vector<address> addresses, int ttl) {
  --queries_;
  if (status == ARES_EDESTRUCTION) return;
  const auto found = lookups_.find(query.name);
  if (found == lookups_.end() || found->second->serial != query.serial)
    return;  // the waiters were told before
  Lookup& lookup = *found->second;
  --lookup.open;
  if (status == ARES_SUCCESS && !addresses.empty()) {
    auto& all = lookup.answer.addresses;
    // IPv6 first: the order in which connections are tried alternates from there (RFC 8305 section 4).
    all.insert(addresses.front().is_v6() ? all.begin() : all.end(), addresses.begin(), addresses.end());
    lookup.life = std::min(lookup.life, std::chrono::seconds(std::max(0, ttl)));
  } else if (status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_SUCCESS ||
             status == ARES_EBADNAME) {
    lookup.denied = true;
    if (lookup.answer.failure.empty() || status == ARES_ENOTFOUND) {
      lookup.answer.failure = status == ARES_ENOTFOUND  ? "the name does not exist"
                              : status == ARES_EBADNAME ? "not a name that DNS can hold"
                                                        : "the name has no address";
    }
  } else {
    lookup.trouble = ares_strerror(status);
  }
  if (lookup.open == 0) return Finish(lookup);
  if (!lookup.answer.addresses.empty()) timers_.ArmIn(lookup, kResolutionDelay);
}

/// One family has come and the other is late: who waits gets what there is. The lookup stays for the rest,
/// with which it is cached as a whole; a part passes for the whole only briefly.
void Dns::TellPart(Lookup& lookup) {
  lookup.told = true;
  DnsAnswer part = lookup.answer;
  part.failure.clear();
  part.partial = true;
  cache_.Store(lookup.name, part, lookup.life, DnsCache::Clock::now());
  timers_.ArmAt(lookup, lookup.end);
  --asked_;
  Tell(lookup, part);
  StartQueued();
}

void Dns::Finish(Lookup& lookup) {
  DnsAnswer answer = std::move(lookup.answer);
  if (!answer.addresses.empty()) {
    answer.failure.clear();
    answer.partial = !lookup.trouble.empty();
  } else if (!lookup.trouble.empty()) {
    answer.failure = lookup.trouble;
  } else {
    answer.absent = true;
  }
  cache_.Store(lookup.name, answer, lookup.life, DnsCache::Clock::now());
  const auto found = lookups_.find(lookup.name);
  const std::unique_ptr<Lookup> ended = std::move(found->second);
  lookups_.erase(found);
  if (!ended->told) --asked_;
  Tell(*ended, answer);
  StartQueued();
}

void Dns::Tell(Lookup& lookup, const DnsAnswer& answer) {
  for (DnsWait* wait : std::exchange(lookup.waiting, {})) {
    wait->dns_ = nullptr;
    wait->answer = answer;
    wait->event.Set();
  }
}

void Dns::StartQueued() {
  while (asked_ < kMaxInFlight && burst_ < kBurst && !queued_.empty()) {
    const std::string name = std::move(queued_.front());
    queued_.pop_front();
    const auto found = lookups_.find(name);
    if (found == lookups_.end() || found->second->asked) continue;
    if (found->second->waiting.empty()) {
      lookups_.erase(found);
    } else {
      Send(*found->second);
    }
  }
}

void Dns::Forget(DnsWait& wait) {
  const auto found = lookups_.find(wait.name_);
  if (found != lookups_.end()) std::erase(found->second->waiting, &wait);
}

void Dns::SocketState(int fd, bool readable, bool writable) {
  auto found = watched_.find(fd);
  if (!readable && !writable) {
    if (found == watched_.end()) return;
    boost::system::error_code ignored;
    found->second->dns = nullptr;
    found->second->descriptor.close(ignored);
    watched_.erase(found);
    return;
  }
  if (found == watched_.end()) {
    found = watched_.emplace(fd, std::make_shared<Watched>(loop_, fd)).first;
    found->second->dns = this;
  }
  found->second->read = readable;
  found->second->write = writable;
  Readiness::Wait(found->second);
}

/// Those for which there was no descriptor: c-ares would wait for their answers in vain.
void Dns::WatchAgain() {
  for (const auto& [fd, watched] : watched_) {
    if (!watched->descriptor.is_open()) Readiness::Wait(watched);
  }
}

void Dns::Process(int readable, int writable) {
  ares_process_fd(channel_, readable, writable);
}

}  // namespace trawl::crawler
