#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/body_budget.h"
#include "crawler/fetch/connect.h"
#include "crawler/fetch/connection_pool.h"
#include "crawler/fetch/cookie_jar.h"
#include "crawler/fetch/deadline.h"
#include "crawler/fetch/dns.h"
#include "crawler/fetch/fetch_stage.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/fetch/http1.h"
#include "crawler/fetch/origin.h"
#include "crawler/fetch/proxy.h"
#include "crawler/fetch/routes.h"
#include "crawler/fetch/socket.h"
#include "crawler/fetch/timers.h"
#include "crawler/fetch/tls.h"
#include "crawler/fetch/transport.h"

namespace trawl::crawler {

/// What all fetches share, and the steps of one up to its connection (fetcher_open.cc).
/// Runs on: event loop.
struct Fetcher::Impl {
  /// A link in the chain of all that is under way.
  struct Chained {
    explicit Chained(Chained* chain) : next(chain), previous(chain->previous) {
      next->previous = this;
      previous->next = this;
    }
    Chained() : next(this), previous(this) {}
    ~Chained() {
      next->previous = previous;
      previous->next = next;
    }
    Chained(const Chained&) = delete;
    Chained& operator=(const Chained&) = delete;
    Chained *next, *previous;
  };

  /// One fetch under way.
  struct Job : Chained {
    Job(Impl& all, Duration timeout, Duration spent = Duration(0))
        : Chained(&all.jobs), place(all.stages), deadline(all.timers, timeout, spent) {}
    /// What connections are told apart by: those through a proxy are of no use to others.
    std::string_view pool_key() const { return proxied_key.empty() ? origin.key : proxied_key; }
    /// The proxy that the request itself is for; null when it is for the origin, or goes through a tunnel.
    const Proxy* request_proxy() const {
      return proxy != nullptr && !proxy->socks() && origin.scheme == "http" ? proxy : nullptr;
    }
    FetchPlace place;
    std::shared_ptr<Routes> routes;  ///< whose proxy it is: a reload may bring others meanwhile
    Deadline deadline;
    Lease lease;
    Origin origin;
    const Proxy* proxy = nullptr;
    std::string proxied_key;
  };

  Impl(boost::asio::any_io_executor executor, const config::Options& all, SocketDoor* given);

  boost::asio::awaitable<FetchFailure> TakeLease(Job& job, const FetchRequest& request, FetchResult& result,
                                                 bool fresh);
  boost::asio::awaitable<FetchFailure> Open(Job& job, const FetchRequest& request, FetchResult& result);
  boost::asio::awaitable<LookedUp> LookUp(Job& job, std::string host);
  boost::asio::awaitable<FetchFailure> ConnectTo(Job& job, AddressGuard guard,
                                                 std::vector<boost::asio::ip::address> addresses,
                                                 std::uint16_t port, Connected& connected,
                                                 FetchResult& result);
  boost::asio::awaitable<FetchFailure> OpenThrough(Job& job, const FetchRequest& request,
                                                   FetchResult& result);
  boost::asio::awaitable<FetchFailure> Handshake(Job& job, Transport& transport);
  boost::asio::awaitable<FetchFailure> Secure(Job& job, FetchResult& result,
                                              std::unique_ptr<Transport> transport);

  boost::asio::any_io_executor loop;
  const config::HttpOptions http;
  SocketDoor kernel;
  SocketDoor& door;
  Timers timers;
  Dns dns;
  TlsContext tls;
  ConnectionPool pool;
  std::shared_ptr<Routes> routes;  ///< shared with the fetches that began on them
  BodyBudget budget;
  std::vector<char> buffer;  ///< of whoever reads; nothing stays in it across a wait
  const Http1Exchange::Shared shared;
  SourceAddresses source;
  std::string setup_error;
  std::unordered_map<std::uint16_t, CookieJar> jars;  ///< by target
  Chained jobs;
  FetchStages stages{};
  std::uint64_t connects = 0, reuses = 0;
  bool cancelled = false;
};

}  // namespace trawl::crawler
