#include "crawler/fetch/fetcher.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/connect.h"
#include "crawler/fetch/connection_pool.h"
#include "crawler/fetch/deadline.h"
#include "crawler/fetch/dns.h"
#include "crawler/fetch/http1.h"
#include "crawler/fetch/http1_request.h"
#include "crawler/fetch/open_transport.h"
#include "crawler/fetch/origin.h"
#include "crawler/fetch/socket.h"
#include "crawler/fetch/timers.h"
#include "crawler/fetch/tls.h"

namespace trawl::crawler {

namespace asio = boost::asio;
using asio::ip::address;

namespace {

constexpr std::size_t kReadBuffer = 64 * 1024;
constexpr std::size_t kOtherFiles = 512;  ///< descriptors left to everything that is not a connection

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
  Deadline deadline;
  Lease lease;
  Origin origin;
};

}  // namespace

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
        buffer(kReadBuffer) {}

  asio::awaitable<FetchFailure> TakeLease(Job& job, const FetchRequest& request, FetchResult& result,
                                          bool fresh);
  asio::awaitable<FetchFailure> Open(Job& job, const FetchRequest& request, FetchResult& result);
  asio::awaitable<FetchFailure> Handshake(Job& job, FetchResult& result,
                                          std::unique_ptr<Transport> transport);
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
  std::vector<char> buffer;  ///< of whoever reads; nothing stays in it across a wait
  Chained jobs;
  std::uint64_t connects = 0, reuses = 0;
  bool cancelled = false;
};

Fetcher::Fetcher(asio::any_io_executor loop, const config::Options& options, SocketDoor* door)
    : impl_(std::make_unique<Impl>(std::move(loop), options, door)) {}

Fetcher::~Fetcher() = default;

std::string Fetcher::SetupError() const {
  return impl_->dns.setup_error().empty() ? impl_->tls.setup_error() : impl_->dns.setup_error();
}

Fetcher::Counts Fetcher::counts() const {
  return {impl_->pool.open(), impl_->pool.idle(), impl_->connects, impl_->reuses};
}

void Fetcher::Cancel() {
  impl_->cancelled = true;
  for (Chained* job = impl_->jobs.next; job != &impl_->jobs; job = job->next)
    static_cast<Job*>(job)->deadline.Cancel();
}

/// A connection to make the exchange on, in job.lease: an idle one, unless it must be fresh, or a new one.
asio::awaitable<FetchFailure> Fetcher::Impl::TakeLease(Job& job, const FetchRequest& request,
                                                       FetchResult& result, bool fresh) {
  if (!pool.TryLease(job.origin.key, fresh, job.lease)) {
    LeaseWait wait(loop);
    job.deadline.BeginStep("waiting for a free connection", request.timeout);
    do {
      pool.Queue(job.origin.key, wait);
      if (job.deadline.Watch(wait.event)) {
        co_await wait.event.Wait();
        job.deadline.Unwatch();
      }
      if (job.deadline.expired()) co_return job.deadline.failure();
    } while (!pool.TryLease(job.origin.key, fresh, job.lease));
    wait.Satisfied();
  }
  if (job.lease.connection) {
    const address peer = job.lease.connection->peer;
    std::string refusal = GuardOf(request).Refusal(peer);
    result.ip = peer.to_string();
    if (!refusal.empty()) co_return FetchFailure(Outcome::kRefusedPrivate, std::move(refusal));
    ++reuses;
    result.reused = true;
    co_return FetchFailure();
  }
  result.reused = false;
  co_return co_await Open(job, request, result);
}

/// Name, race, handshake.
asio::awaitable<FetchFailure> Fetcher::Impl::Open(Job& job, const FetchRequest& request,
                                                  FetchResult& result) {
  const std::string host(job.origin.host);
  auto begun = Deadline::Clock::now();
  DnsAnswer answer;
  {
    DnsWait wait(loop);
    job.deadline.BeginStep("dns", request.timeout);  // the resolver has a limit of its own
    dns.Ask(host, wait);
    while (!wait.answer && job.deadline.Watch(wait.event)) {
      co_await wait.event.Wait();
      job.deadline.Unwatch();
    }
    if (!wait.answer) co_return job.deadline.failure();
    answer = std::move(*wait.answer);
  }
  result.timings.dns_ms = MillisSince(begun);
  if (answer.addresses.empty()) {
    result.absent = answer.absent;
    co_return FetchFailure(Outcome::kDnsFailed, host + ": " + answer.failure);
  }

  begun = Deadline::Clock::now();
  const AddressGuard guard = GuardOf(request);
  job.deadline.BeginStep("connecting", http.connect_timeout);
  Connected connected;
  do {
    ++connects;
    connected = co_await Connect(loop, timers, door, guard, answer.addresses, job.origin.port, job.deadline);
  } while (connected.out_of_descriptors && !connected.socket && pool.CloseOldestIdle());
  result.timings.connect_ms = MillisSince(begun);
  if (!connected.socket) co_return std::move(connected.failure);
  result.ip = connected.address.to_string();
  job.lease.connection = std::make_unique<Connection>();
  job.lease.connection->peer = connected.address;
  const std::string origin(job.origin.key);
  const bool bracketed = host.front() == '[';
  const std::string name = bracketed ? host.substr(1, host.size() - 2) : host;
  auto transport = OpenTransport(job.origin.scheme, std::move(connected.socket), tls, name, origin);
  co_return co_await Handshake(job, result, std::move(transport));
}

asio::awaitable<FetchFailure> Fetcher::Impl::Handshake(Job& job, FetchResult& result,
                                                       std::unique_ptr<Transport> transport) {
  const auto begun = Deadline::Clock::now();
  job.deadline.BeginStep("the TLS handshake", http.tls_timeout);
  for (;;) {
    FetchFailure failure;
    const Need need = transport->Handshake(failure);
    if (failure) co_return failure;
    if (need == Need::kNothing) break;
    if (job.deadline.Watch(transport->socket())) {
      co_await transport->socket().Wait(need);
      job.deadline.Unwatch();
    }
    if (job.deadline.expired()) co_return job.deadline.failure();
  }
  result.security = transport->Security();
  if (!result.security.empty()) result.timings.tls_ms = MillisSince(begun);
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
  try {
    for (bool fresh = false;; fresh = true) {
      FetchFailure failure = co_await all.TakeLease(job, request, result, fresh);
      if (failure) {
        result.outcome = failure.outcome;
        result.detail = std::move(failure.detail);
        break;
      }
      Transport& transport = *job.lease.connection->transport;
      if (result.reused) result.security = transport.Security();
      Http1Exchange exchange(transport, job.deadline, all.buffer, all.http, request, result);
      co_await exchange.Run(Http1Request(request, *origin, all.http));
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
