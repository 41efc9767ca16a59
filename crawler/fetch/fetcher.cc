#include "crawler/fetch/fetcher.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "crawler/fetch/cookie_place.h"
#include "crawler/fetch/descriptors.h"
#include "crawler/fetch/fetcher_impl.h"
#include "crawler/fetch/http1_request.h"

namespace trawl::crawler {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kReadBuffer = 64 * 1024;
constexpr std::size_t kLeastPerOrigin = 256;  ///< the frontier is what keeps to connections_per_host

Bytes LargestBody(const config::Options& options) {
  Bytes largest = MaxSitemapBody(options);
  for (const config::Target& target : options.targets)
    largest.count = std::max(largest.count, target.http.max_body.value_or(largest).count);
  return largest;
}

std::size_t PerOrigin(const config::Options& options) {
  std::size_t most = options.politeness.connections_per_host;
  for (const config::Target& target : options.targets)
    most = std::max<std::size_t>(most, target.politeness.connections_per_host.value_or(0));
  return std::max(most, kLeastPerOrigin);
}

/// As many connections as there are fetches, and as many again idle, as far as descriptors go.
ConnectionPool::Limits PoolLimits(const config::Options& options) {
  ConnectionPool::Limits limits;
  limits.open = 2 * std::size_t{options.crawl.max_fetches};
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY) {
    limits.open = std::min<std::size_t>(limits.open, DescriptorsForConnections(files.rlim_cur));
  }
  limits.per_origin = PerOrigin(options);
  limits.idle = options.http.idle_timeout;
  return limits;
}

Instant WallNow() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace

Bytes MaxSitemapBody(const config::Options& options) {
  const Bytes share = {std::min(MiB(50).count, options.crawl.memory_max.count / 16)};
  return std::max(share, options.http.max_body);
}

bool FetchResult::Redirects() const {
  return status >= 300 && status < 400 && status != 304 && !Header("location").empty();
}

Fetcher::Impl::Impl(asio::any_io_executor executor, const config::Options& all, SocketDoor* given)
    : loop(std::move(executor)),
      http(all.http),
      door(given != nullptr ? *given : kernel),
      timers(loop),
      dns(loop, timers, door, all.dns),
      tls(all.tls),
      pool(loop, timers, PoolLimits(all)),
      routes(std::make_shared<Routes>(all)),
      budget({all.crawl.memory_max.count / 2}, LargestBody(all)),
      buffer(kReadBuffer),
      shared{loop, buffer, http, budget} {
  if (const auto read = ParseSourceAddresses(http.source_address)) {
    source = *read;
  } else {
    setup_error = "http.source_address: is no address, or two of one family";
  }
}

Fetcher::Fetcher(asio::any_io_executor loop, const config::Options& options, SocketDoor* door)
    : impl_(std::make_unique<Impl>(std::move(loop), options, door)) {}

Fetcher::~Fetcher() = default;

std::string Fetcher::SetupError() const {
  const std::array<const std::string*, 4> errors = {&impl_->dns.setup_error(), &impl_->tls.setup_error(),
                                                    &impl_->routes->setup_error(), &impl_->setup_error};
  for (const std::string* const error : errors) {
    if (!error->empty()) return *error;
  }
  return {};
}

bool Fetcher::UsesProxy(std::uint16_t target, std::string_view url) const {
  const std::optional<Origin> origin = CutUrl(url);
  return origin && impl_->routes->Of(target).Uses(*origin);
}

void Fetcher::TakeOptions(const config::Options& options) {
  impl_->routes = std::make_shared<Routes>(options);
  impl_->pool.SetPerOrigin(PerOrigin(options));
}

void Fetcher::RestoreCookie(std::uint16_t target, Cookie cookie) {
  impl_->jars[target].Restore(std::move(cookie));
}

Fetcher::Counts Fetcher::counts() const {
  return {impl_->pool.open(), impl_->pool.idle(),   impl_->connects,
          impl_->reuses,      impl_->budget.held(), impl_->stages};
}

void Fetcher::Cancel() {
  impl_->cancelled = true;
  for (Impl::Chained* job = impl_->jobs.next; job != &impl_->jobs; job = job->next)
    static_cast<Impl::Job*>(job)->deadline.Cancel();
}

asio::awaitable<FetchResult> Fetcher::Fetch(FetchRequest request) {
  FetchResult result;
  Impl& all = *impl_;
  const Duration spent(request.looked_up ? request.looked_up->ms : 0);
  Impl::Job job(all, request.timeout, spent);
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
  job.routes = all.routes;
  job.proxy = job.routes->Of(request.target).Next(*origin, Proxies::Clock::now());
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
      Http1Exchange exchange(transport, job.deadline, job.place, all.shared, request, result);
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
  job.place.Leave();
  job.lease.Return(false);
  job.deadline.Stop();
  if (result.status == 407 && job.request_proxy() != nullptr) {
    result.outcome = Outcome::kProxyFailed;
    result.detail = job.proxy->name + ": wants user and password (407)";
    job.routes->Of(request.target).Failed(job.proxy, Proxies::Clock::now());
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

asio::awaitable<LookedUp> Fetcher::Resolve(std::string host, Duration timeout) {
  Impl::Job job(*impl_, timeout);
  if (impl_->cancelled) job.deadline.Cancel();
  LookedUp found = co_await impl_->LookUp(job, std::move(host));
  co_return found;
}

}  // namespace trawl::crawler
