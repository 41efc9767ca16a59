#include "crawler/fetch/fetcher.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/body_budget.h"
#include "crawler/fetch/connect.h"
#include "crawler/fetch/connection_pool.h"
#include "crawler/fetch/cookie_place.h"
#include "crawler/fetch/deadline.h"
#include "crawler/fetch/dns.h"
#include "crawler/fetch/http1.h"
#include "crawler/fetch/http1_request.h"
#include "crawler/fetch/open_transport.h"
#include "crawler/fetch/origin.h"
#include "crawler/fetch/proxy.h"
#include "crawler/fetch/socket.h"
#include "crawler/fetch/timers.h"
#include "crawler/fetch/tls.h"
#include "crawler/fetch/tunnel.h"

namespace trawl::crawler {

namespace asio = boost::asio;
using asio::ip::address;

namespace {

constexpr std::size_t kReadBuffer = 64 * 1024;
constexpr std::size_t kOtherFiles = 512;  ///< descriptors left to everything that is not a connection

Bytes LargestBody(const config::Options& options) {
  Bytes largest = MaxSitemapBody(options);
  for (const config::Target& target : options.targets)
    largest.count = std::max(largest.count, target.http.max_body.value_or(largest).count);
  return largest;
}

/// As many connections as there are fetches, and as many again idle, as far as descriptors go.
ConnectionPool::Limits PoolLimits(const config::Options& options) {
  ConnectionPool::Limits limits;
  limits.open = 2 * std::size_t{options.crawl.max_fetches};
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY) {
    const std::size_t most =
        files.rlim_cur > 2 * kOtherFiles ? files.rlim_cur - kOtherFiles : files.rlim_cur / 2;
    limits.open = std::min(limits.open, most);
  }
  limits.idle = options.http.idle_timeout;
  return limits;
}

/// A host as certificates have it.
std::string Unbracketed(std::string_view host) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

std::uint32_t MillisSince(Deadline::Clock::time_point from) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Deadline::Clock::now() - from).count());
}

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
  Job(Chained* chain, Timers& timers, Duration timeout) : Chained(chain), deadline(timers, timeout) {}
  /// What connections are told apart by: those through a proxy are of no use to others.
  std::string_view pool_key() const { return proxied_key.empty() ? origin.key : proxied_key; }
  /// The proxy that the request itself is for; null when it is for the origin, or goes through a tunnel.
  const Proxy* request_proxy() const {
    return proxy != nullptr && !proxy->socks() && origin.scheme == "http" ? proxy : nullptr;
  }
  Deadline deadline;
  Lease lease;
  Origin origin;
  const Proxy* proxy = nullptr;
  std::string proxied_key;
};

Instant WallNow() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

/// The proxies of the section first, then those of each target that has its own.
struct Routes {
  explicit Routes(const config::Options& options)
      : common(options.http.proxy, Proxies::SystemEnvironment), setup_error(common.setup_error()) {
    for (std::size_t i = 0; i < options.targets.size(); ++i) {
      const std::string& own = options.targets[i].http.proxy;
      if (own.empty()) continue;
      const auto added = targets.emplace(i, Proxies(own, Proxies::SystemEnvironment)).first;
      if (setup_error.empty()) setup_error = added->second.setup_error();
    }
  }
  Proxies& Of(std::uint16_t target) {
    const auto found = targets.find(target);
    return found == targets.end() ? common : found->second;
  }
  Proxies common;
  std::unordered_map<std::size_t, Proxies> targets;
  std::string setup_error;
};

}  // namespace

Bytes MaxSitemapBody(const config::Options& options) {
  const Bytes share = {std::min(MiB(50).count, options.crawl.memory_max.count / 16)};
  return std::max(share, options.http.max_body);
}

bool FetchResult::Redirects() const {
  return status >= 300 && status < 400 && status != 304 && !Header("location").empty();
}

struct Fetcher::Impl {
  Impl(asio::any_io_executor executor, const config::Options& all, SocketDoor* given)
      : loop(std::move(executor)),
        crawl(all.crawl),
        http(all.http),
        door(given != nullptr ? *given : kernel),
        timers(loop),
        dns(loop, timers, all.dns),
        tls(all.tls),
        pool(loop, timers, PoolLimits(all)),
        routes(all),
        budget({all.crawl.memory_max.count / 2}, LargestBody(all)),
        buffer(kReadBuffer),
        shared{loop, buffer, http, budget} {
    if (const auto read = ParseSourceAddresses(http.source_address)) {
      source = *read;
    } else {
      setup_error = "http.source_address: is no address, or two of one family";
    }
  }

  asio::awaitable<FetchFailure> TakeLease(Job& job, const FetchRequest& request, FetchResult& result,
                                          bool fresh);
  asio::awaitable<FetchFailure> Open(Job& job, const FetchRequest& request, FetchResult& result);
  asio::awaitable<FetchFailure> LookUp(Job& job, std::string host, DnsAnswer& answer, FetchResult& result);
  asio::awaitable<FetchFailure> ConnectTo(Job& job, AddressGuard guard, const DnsAnswer& answer,
                                          std::uint16_t port, Connected& connected, FetchResult& result);
  asio::awaitable<FetchFailure> OpenThrough(Job& job, const FetchRequest& request, FetchResult& result);
  asio::awaitable<FetchFailure> Handshake(Job& job, Transport& transport);
  asio::awaitable<FetchFailure> Secure(Job& job, FetchResult& result, std::unique_ptr<Transport> transport);
  AddressGuard GuardOf(const FetchRequest& request) const {
    const bool all = request.allow_private || crawl.private_addresses == config::PrivateAddresses::kAllow;
    return AddressGuard(all, request.private_networks);
  }

  asio::any_io_executor loop;
  const config::CrawlOptions crawl;
  const config::HttpOptions http;
  SocketDoor kernel;
  SocketDoor& door;
  Timers timers;
  Dns dns;
  TlsContext tls;
  ConnectionPool pool;
  Routes routes;
  BodyBudget budget;
  std::vector<char> buffer;  ///< of whoever reads; nothing stays in it across a wait
  const Http1Exchange::Shared shared;
  SourceAddresses source;
  std::string setup_error;
  std::unordered_map<std::uint16_t, CookieJar> jars;  ///< by target
  Chained jobs;
  std::uint64_t connects = 0, reuses = 0;
  bool cancelled = false;
};

Fetcher::Fetcher(asio::any_io_executor loop, const config::Options& options, SocketDoor* door)
    : impl_(std::make_unique<Impl>(std::move(loop), options, door)) {}

Fetcher::~Fetcher() = default;

std::string Fetcher::SetupError() const {
  const std::array<const std::string*, 4> errors = {&impl_->dns.setup_error(), &impl_->tls.setup_error(),
                                                    &impl_->routes.setup_error, &impl_->setup_error};
  for (const std::string* const error : errors) {
    if (!error->empty()) return *error;
  }
  return {};
}

bool Fetcher::UsesProxy(std::uint16_t target, std::string_view url) const {
  const std::optional<Origin> origin = CutUrl(url);
  return origin && impl_->routes.Of(target).Uses(*origin);
}

void Fetcher::RestoreCookie(std::uint16_t target, Cookie cookie) {
  impl_->jars[target].Restore(std::move(cookie));
}

Fetcher::Counts Fetcher::counts() const {
  return {impl_->pool.open(), impl_->pool.idle(), impl_->connects, impl_->reuses, impl_->budget.held()};
}

void Fetcher::Cancel() {
  impl_->cancelled = true;
  for (Chained* job = impl_->jobs.next; job != &impl_->jobs; job = job->next)
    static_cast<Job*>(job)->deadline.Cancel();
}

/// A connection to make the exchange on, in job.lease: an idle one, unless it must be fresh, or a new one.
asio::awaitable<FetchFailure> Fetcher::Impl::TakeLease(Job& job, const FetchRequest& request,
                                                       FetchResult& result, bool fresh) {
  if (!pool.TryLease(job.pool_key(), fresh, job.lease)) {
    LeaseWait wait(loop);
    job.deadline.BeginStep("waiting for a free connection", request.timeout);
    do {
      pool.Queue(job.pool_key(), wait);
      if (job.deadline.Watch(wait.event)) {
        co_await wait.event.Wait();
        job.deadline.Unwatch();
      }
      if (job.deadline.expired()) co_return job.deadline.failure();
    } while (!pool.TryLease(job.pool_key(), fresh, job.lease));
    wait.Satisfied();
  }
  if (job.lease.connection) {
    std::string refusal;
    if (const std::optional<address>& peer = job.lease.connection->peer) {
      refusal = GuardOf(request).Refusal(*peer);
      result.ip = peer->to_string();
    }
    if (!refusal.empty()) co_return FetchFailure(Outcome::kRefusedPrivate, std::move(refusal));
    ++reuses;
    result.reused = true;
    co_return FetchFailure();
  }
  result.reused = false;
  if (job.proxy == nullptr) co_return co_await Open(job, request, result);
  FetchFailure failure = co_await OpenThrough(job, request, result);
  if (failure.outcome == Outcome::kProxyFailed)
    routes.Of(request.target).Failed(job.proxy, Proxies::Clock::now());
  co_return failure;
}

asio::awaitable<FetchFailure> Fetcher::Impl::LookUp(Job& job, std::string host, DnsAnswer& answer,
                                                    FetchResult& result) {
  const auto begun = Deadline::Clock::now();
  DnsWait wait(loop);
  job.deadline.BeginStep("dns", Duration(3'600'000));  // the resolver has a limit of its own
  dns.Ask(host, wait);
  while (!wait.answer && job.deadline.Watch(wait.event)) {
    co_await wait.event.Wait();
    job.deadline.Unwatch();
  }
  if (!wait.answer) co_return job.deadline.failure();
  answer = std::move(*wait.answer);
  result.timings.dns_ms = result.timings.dns_ms.value_or(0) + MillisSince(begun);
  if (!answer.addresses.empty()) co_return FetchFailure();
  co_return FetchFailure(Outcome::kDnsFailed, host + ": " + answer.failure);
}

asio::awaitable<FetchFailure> Fetcher::Impl::ConnectTo(Job& job, AddressGuard guard, const DnsAnswer& answer,
                                                       std::uint16_t port, Connected& connected,
                                                       FetchResult& result) {
  const auto begun = Deadline::Clock::now();
  job.deadline.BeginStep("connecting", http.connect_timeout);
  do {
    ++connects;
    connected = co_await Connect(loop, timers, door, guard, answer.addresses, port, job.deadline, source);
  } while (connected.out_of_descriptors && !connected.socket && pool.CloseOldestIdle());
  result.timings.connect_ms = MillisSince(begun);
  job.lease.connection = std::make_unique<Connection>();
  co_return std::move(connected.failure);
}

/// Name, race, handshake.
asio::awaitable<FetchFailure> Fetcher::Impl::Open(Job& job, const FetchRequest& request,
                                                  FetchResult& result) {
  DnsAnswer answer;
  FetchFailure failure = co_await LookUp(job, std::string(job.origin.host), answer, result);
  result.absent = failure && answer.absent;
  if (failure) co_return failure;
  Connected connected;
  failure = co_await ConnectTo(job, GuardOf(request), answer, job.origin.port, connected, result);
  if (failure) co_return failure;
  result.ip = connected.address.to_string();
  job.lease.connection->peer = connected.address;
  auto transport = OpenTransport(job.origin.scheme, std::move(connected.socket), tls,
                                 Unbracketed(job.origin.host), std::string(job.origin.key));
  co_return co_await Secure(job, result, std::move(transport));
}

/// Connection to the proxy, tunnel where the exchange needs one, handshake with the origin. The proxy's own
/// address is the operator's word and not guarded; the origin's is, as far as it is known here.
asio::awaitable<FetchFailure> Fetcher::Impl::OpenThrough(Job& job, const FetchRequest& request,
                                                         FetchResult& result) {
  const Proxy& proxy = *job.proxy;
  TunnelEnd end{std::string(job.origin.host), job.origin.port, std::nullopt};
  DnsAnswer answer = dns.Known(end.host).value_or(DnsAnswer{});
  FetchFailure failure;
  if (answer.addresses.empty() && proxy.kind == Proxy::Kind::kSocks5) {
    failure = co_await LookUp(job, end.host, answer, result);
    result.absent = failure && answer.absent;
    if (failure) co_return failure;
  }
  if (!answer.addresses.empty()) {
    const AddressGuard guard = GuardOf(request);
    std::string refusal;
    const auto permitted =
        std::find_if(answer.addresses.begin(), answer.addresses.end(), [&](const address& one) {
          refusal = guard.Refusal(one);
          return refusal.empty();
        });
    if (permitted == answer.addresses.end())
      co_return FetchFailure(Outcome::kRefusedPrivate, std::move(refusal));
    if (proxy.kind == Proxy::Kind::kSocks5) end.address = *permitted;
  }
  failure = co_await LookUp(job, proxy.host, answer, result);
  Connected connected;
  if (!failure)
    failure = co_await ConnectTo(job, AddressGuard(true, {}), answer, proxy.port, connected, result);
  if (failure && !job.deadline.cancelled())
    co_return FetchFailure(Outcome::kProxyFailed, proxy.key + ": " + failure.detail);
  if (failure) co_return failure;
  job.lease.connection->peer = end.address;
  if (end.address) result.ip = end.address->to_string();

  const auto begun = Deadline::Clock::now();
  const std::string_view scheme = proxy.kind == Proxy::Kind::kHttps ? "https" : "http";
  auto transport =
      OpenTransport(scheme, std::move(connected.socket), tls, Unbracketed(proxy.host), proxy.key);
  failure = co_await Handshake(job, *transport);
  if (failure.outcome == Outcome::kTlsFailed)
    failure = FetchFailure(Outcome::kProxyFailed, proxy.key + ": " + failure.detail);
  if (!failure && job.request_proxy() == nullptr) {
    job.deadline.BeginStep("the tunnel through the proxy", http.connect_timeout);
    failure = co_await OpenTunnel(*transport, job.deadline, proxy, std::move(end), buffer);
  }
  result.timings.connect_ms = *result.timings.connect_ms + MillisSince(begun);
  if (failure) co_return failure;
  if (job.origin.scheme == "https")
    transport = tls.OpenOver(std::move(transport), Unbracketed(job.origin.host), std::string(job.origin.key));
  co_return co_await Secure(job, result, std::move(transport));
}

asio::awaitable<FetchFailure> Fetcher::Impl::Handshake(Job& job, Transport& transport) {
  job.deadline.BeginStep("the TLS handshake", http.tls_timeout);
  for (;;) {
    FetchFailure failure;
    const Need need = transport.Handshake(failure);
    if (failure) co_return failure;
    if (need == Need::kNothing) co_return FetchFailure();
    if (job.deadline.Watch(transport.socket())) {
      co_await transport.socket().Wait(need);
      job.deadline.Unwatch();
    }
    if (job.deadline.expired()) co_return job.deadline.failure();
  }
}

/// The handshake with the origin; then the connection is ready for an exchange.
asio::awaitable<FetchFailure> Fetcher::Impl::Secure(Job& job, FetchResult& result,
                                                    std::unique_ptr<Transport> transport) {
  const auto begun = Deadline::Clock::now();
  FetchFailure failure = co_await Handshake(job, *transport);
  if (failure) co_return failure;
  // Of a plain exchange through a TLS proxy nothing is secured beyond the proxy.
  if (job.origin.scheme == "https") {
    result.security = transport->Security();
    result.timings.tls_ms = MillisSince(begun);
  }
  job.lease.connection->transport = std::move(transport);
  co_return FetchFailure();
}

asio::awaitable<FetchResult> Fetcher::Fetch(FetchRequest request) {
  FetchResult result;
  Impl& all = *impl_;
  Job job(&all.jobs, all.timers, request.timeout);
  if (all.cancelled) {
    result.outcome = Outcome::kTimeout;
    result.cancelled = true;
    result.detail = "cancelled before it began";
    co_return result;
  }
  const std::optional<Origin> origin = CutUrl(request.url);
  if (!origin) {
    result.outcome = Outcome::kConnectFailed;
    result.detail = "not a normalised URL of http or https";
    co_return result;
  }
  job.origin = *origin;
  job.proxy = all.routes.Of(request.target).Next(*origin, Proxies::Clock::now());
  if (job.proxy != nullptr) job.proxied_key = std::string(origin->key) + " via " + job.proxy->key;
  CookieJar* const jar = all.http.cookies && request.cookies ? &all.jars[request.target] : nullptr;
  try {
    for (bool fresh = false;; fresh = true) {
      FetchFailure failure = co_await all.TakeLease(job, request, result, fresh);
      if (failure) {
        result.outcome = failure.outcome;
        result.detail = std::move(failure.detail);
        break;
      }
      Transport& transport = *job.lease.connection->transport;
      if (result.reused && origin->scheme == "https") result.security = transport.Security();
      Http1Exchange exchange(transport, job.deadline, all.shared, request, result);
      std::string head =
          Http1Request(request, *origin, all.http, job.request_proxy(),
                       jar != nullptr ? jar->Header(PlaceOf(*origin), WallNow()) : std::string());
      if (request.keep_head) result.request_head = head;
      co_await exchange.Run(std::move(head));
      // A reused connection that ends without a byte was closed while it was idle: that says nothing of the
      // server.
      const bool stale = result.reused && !fresh && !exchange.answered() && !job.deadline.expired();
      job.lease.Return(exchange.reusable());
      if (!stale) break;
      result.outcome = Outcome::kOk;
      result.detail.clear();
    }
  } catch (const std::exception& error) {
    result.outcome = job.deadline.expired() ? Outcome::kTimeout : Outcome::kConnectionLost;
    result.detail = error.what();
  }
  job.lease.Return(false);
  job.deadline.Stop();
  if (result.status == 407 && job.request_proxy() != nullptr) {
    result.outcome = Outcome::kProxyFailed;
    result.detail = job.proxy->key + ": wants user and password (407)";
  }
  if (jar != nullptr) {
    for (const auto& [name, value] : result.headers) {
      if (SameToken(name, "set-cookie")) jar->Set(value, PlaceOf(*origin), WallNow(), result.cookies);
    }
  }
  result.cancelled = job.deadline.cancelled() && result.outcome == Outcome::kTimeout;
  result.timings.total_ms = MillisSince(job.deadline.start());
  co_return result;
}

asio::awaitable<std::vector<address>> Fetcher::Resolve(std::string host) {
  if (std::optional<DnsAnswer> known = impl_->dns.Known(host)) co_return std::move(known->addresses);
  if (impl_->cancelled) co_return std::vector<address>();
  Job job(&impl_->jobs, impl_->timers, Duration(60'000));
  DnsWait wait(impl_->loop);
  job.deadline.BeginStep("dns", Duration(60'000));
  impl_->dns.Ask(host, wait);
  while (!wait.answer && job.deadline.Watch(wait.event)) {
    co_await wait.event.Wait();
    job.deadline.Unwatch();
  }
  if (!wait.answer) co_return std::vector<address>();
  co_return std::move(wait.answer->addresses);
}

}  // namespace trawl::crawler
