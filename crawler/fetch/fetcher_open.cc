// The steps of a fetch up to its connection: lease, name, race, tunnel, handshake.

#include <algorithm>

#include "crawler/fetch/fetcher_impl.h"
#include "crawler/fetch/open_transport.h"
#include "crawler/fetch/tunnel.h"

namespace trawl::crawler {

namespace asio = boost::asio;
using asio::ip::address;

namespace {

/// A host as certificates have it.
std::string Unbracketed(std::string_view host) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

}  // namespace

/// A connection to make the exchange on, in job.lease: an idle one, unless it must be fresh, or a new one.
asio::awaitable<FetchFailure> Fetcher::Impl::TakeLease(Job& job, const FetchRequest& request,
                                                       FetchResult& result, bool fresh) {
  if (!pool.TryLease(job.pool_key(), fresh, job.lease)) {
    LeaseWait wait(loop);
    job.place.Enter(FetchStage::kConnect);
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
      refusal = AddressGuard(request.allow_private, request.private_networks).Refusal(*peer);
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
    job.routes->Of(request.target).Failed(job.proxy, Proxies::Clock::now());
  co_return failure;
}

asio::awaitable<LookedUp> Fetcher::Impl::LookUp(Job& job, std::string host) {
  LookedUp found;
  const auto begun = Deadline::Clock::now();
  DnsWait wait(loop);
  job.place.Enter(FetchStage::kDns);
  job.deadline.BeginStep("dns", Duration(3'600'000));  // the resolver has a limit of its own
  dns.Ask(host, wait);
  while (!wait.answer && job.deadline.Watch(wait.event)) {
    co_await wait.event.Wait();
    job.deadline.Unwatch();
  }
  found.ms = MillisSince(begun);
  if (!wait.answer) {
    found.failure = job.deadline.failure();
    co_return found;
  }
  found.addresses = std::move(wait.answer->addresses);
  found.absent = wait.answer->absent;
  if (found.addresses.empty())
    found.failure = FetchFailure(Outcome::kDnsFailed, host + ": " + wait.answer->failure);
  co_return found;
}

asio::awaitable<FetchFailure> Fetcher::Impl::ConnectTo(Job& job, AddressGuard guard,
                                                       std::vector<address> addresses, std::uint16_t port,
                                                       Connected& connected, FetchResult& result) {
  const auto begun = Deadline::Clock::now();
  job.place.Enter(FetchStage::kConnect);
  job.deadline.BeginStep("connecting", http.connect_timeout);
  do {
    ++connects;
    connected = co_await Connect(loop, timers, door, guard, addresses, port, job.deadline, source);
  } while (connected.out_of_descriptors && !connected.socket && pool.CloseOldestIdle());
  result.timings.connect_ms = MillisSince(begun);
  result.starved = connected.out_of_descriptors && connected.failure.outcome == Outcome::kConnectFailed;
  job.lease.connection = std::make_unique<Connection>();
  co_return std::move(connected.failure);
}

/// Name, race, handshake.
asio::awaitable<FetchFailure> Fetcher::Impl::Open(Job& job, const FetchRequest& request,
                                                  FetchResult& result) {
  LookedUp found;
  if (request.looked_up) {
    found = *request.looked_up;
  } else {
    found = co_await LookUp(job, std::string(job.origin.host));
  }
  result.timings.dns_ms = found.ms;
  result.absent = found.absent;
  if (found.failure) co_return std::move(found.failure);
  Connected connected;
  const AddressGuard guard(request.allow_private, request.private_networks);
  FetchFailure failure =
      co_await ConnectTo(job, guard, std::move(found.addresses), job.origin.port, connected, result);
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
  std::vector<address> known = dns.Known(end.host).value_or(DnsAnswer{}).addresses;
  std::uint32_t dns_ms = 0;
  if (known.empty() && proxy.kind == Proxy::Kind::kSocks5) {
    LookedUp found = co_await LookUp(job, end.host);
    dns_ms = found.ms;
    result.timings.dns_ms = dns_ms;
    result.absent = found.absent;
    if (found.failure) co_return std::move(found.failure);
    known = std::move(found.addresses);
  }
  if (!known.empty()) {
    const AddressGuard guard(request.allow_private, request.private_networks);
    std::string refusal;
    const auto permitted = std::find_if(known.begin(), known.end(), [&](const address& one) {
      refusal = guard.Refusal(one);
      return refusal.empty();
    });
    if (permitted == known.end()) co_return FetchFailure(Outcome::kRefusedPrivate, std::move(refusal));
    if (proxy.kind == Proxy::Kind::kSocks5) end.address = *permitted;
  }
  LookedUp found = co_await LookUp(job, proxy.host);
  result.timings.dns_ms = dns_ms + found.ms;
  FetchFailure failure = std::move(found.failure);
  Connected connected;
  if (!failure) {
    const AddressGuard anywhere(true, {});
    failure = co_await ConnectTo(job, anywhere, std::move(found.addresses), proxy.port, connected, result);
  }
  if (failure && !job.deadline.cancelled() && !result.starved)
    co_return FetchFailure(Outcome::kProxyFailed, proxy.name + ": " + failure.detail);
  if (failure) co_return failure;
  job.lease.connection->peer = end.address;
  if (end.address) result.ip = end.address->to_string();

  const auto begun = Deadline::Clock::now();
  const std::string_view scheme = proxy.kind == Proxy::Kind::kHttps ? "https" : "http";
  auto transport =
      OpenTransport(scheme, std::move(connected.socket), tls, Unbracketed(proxy.host), proxy.key);
  failure = co_await Handshake(job, *transport);
  if (failure.outcome == Outcome::kTlsFailed)
    failure = FetchFailure(Outcome::kProxyFailed, proxy.name + ": " + failure.detail);
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
  job.place.Enter(FetchStage::kTls);
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

}  // namespace trawl::crawler
