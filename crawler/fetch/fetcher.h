#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/bytes.h"
#include "config/instant.h"
#include "config/options.h"
#include "config/outcome.h"
#include "crawler/fetch/cookie_jar.h"
#include "crawler/fetch/failure.h"
#include "crawler/fetch/fetch_stage.h"
#include "crawler/fetch/fields.h"

namespace trawl::crawler {

class SocketDoor;

/// What a look-up brought, for the fetch that it was made for: addresses, or why there are none.
struct LookedUp {
  std::vector<boost::asio::ip::address> addresses;
  FetchFailure failure;
  bool absent = false;   ///< the name servers know of no such name, or no address of it
  std::uint32_t ms = 0;  ///< how long it took
};

/// One exchange to make. Plain values, copied into the fetch.
struct FetchRequest {
  std::string url;  ///< normalised
  std::string method = "GET";
  Fields headers;                   ///< further fields of the target's own
  std::string etag, last_modified;  ///< of what is stored, for a conditional request
  Bytes max_body = MiB(10);
  Duration timeout = std::chrono::seconds(60);
  bool allow_private = false;
  std::vector<std::string> private_networks;  ///< CIDRs allowed although private
  std::uint16_t target = 0;                   ///< whose cookies and proxies are used
  bool unpack_gzip = false;                   ///< a body that is a gzip file itself is unpacked too
  bool cookies = true;     ///< send the target's cookies and take new ones, where http.cookies says so
  bool keep_head = false;  ///< give the request's head back
  std::optional<LookedUp> looked_up;  ///< of the URL's host: not asked again; its time is the fetch's own
};

/// Decoded bytes read of a sitemap: the 50 MiB of sitemaps.org, or a sixteenth of crawl.memory_max where that
/// is less and http.max_body allows no more.
Bytes MaxSitemapBody(const config::Options& options);

/// Milliseconds of each step; none when the step did not happen. A reused connection has no dns, connect and
/// tls.
struct FetchTimings {
  std::optional<std::uint32_t> dns_ms, connect_ms, tls_ms;
  std::optional<std::uint32_t> first_byte_ms;  ///< from the beginning of the fetch
  std::optional<std::uint32_t> total_ms;
};

/// What came of one exchange: always an outcome, and as much of the answer as arrived.
struct FetchResult {
  Outcome outcome = Outcome::kOk;
  std::string detail;  ///< for people: which check failed, at which step
  std::uint16_t status = 0;
  Fields headers;                ///< in order, names as sent
  std::string body;              ///< decoded of its content codings
  bool truncated = false;        ///< the body passed max_body and was cut
  bool absent = false;           ///< kDnsFailed: the name servers know of no such name, or no address of it
  bool cancelled = false;        ///< kTimeout, but by Cancel(): says nothing of the server and is no visit
  bool starved = false;          ///< kConnectFailed, but for want of a descriptor: neither
  bool reused = false;           ///< on a connection that was open before
  std::string ip;                ///< connected to; empty when only a proxy knows it
  std::string protocol;          ///< "http/1.1", "http/1.0"
  std::string security;          ///< "TLSv1.3"; empty for a plain connection
  std::uint64_t bytes_wire = 0;  ///< of the answer, head and body, coded as sent, without TLS
  FetchTimings timings;
  std::string request_head;  ///< as sent, with its empty line, where FetchRequest::keep_head asks for it
  std::vector<CookieChange> cookies;  ///< what the answer did to the target's jar

  /// The first field of that name, compared without case; empty when there is none.
  std::string_view Header(std::string_view name) const { return FirstField(headers, name); }
  /// A status of 3xx that names another place.
  bool Redirects() const;
};

/// Makes exchanges: DNS, lease of a connection, request, answer, decoding. Follows no redirect.
/// Runs on: event loop. Owns the connection pool, the resolver and the TLS context; ends what is open when
/// destroyed, after every Fetch has returned.
class Fetcher {
 public:
  /// Reads the trust store, /etc/hosts and resolv.conf, so it is made before the loop runs. `door` is what
  /// connections go through to the kernel; null for the kernel itself. It and `options` are copied or outlive
  /// the fetcher.
  Fetcher(boost::asio::any_io_executor loop, const config::Options& options, SocketDoor* door = nullptr);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// Why the options cannot work (dns.servers, dns.hosts, tls.ca_file, http.proxy and the environment's,
  /// http.source_address), naming the key; empty when they can.
  /// The fetches that would need what is missing fail with the same words.
  std::string SetupError() const;

  /// Never throws; ends within request.timeout (and its own steps' limits).
  boost::asio::awaitable<FetchResult> Fetch(FetchRequest request);

  /// The addresses of a host, from the cache or DNS, within `timeout`; for a Fetch that follows.
  /// `host` as it stands in a normalised URL.
  boost::asio::awaitable<LookedUp> Resolve(std::string host, Duration timeout);

  /// Whether fetches of a target's URL go through a proxy, which then decides on addresses.
  bool UsesProxy(std::uint16_t target, std::string_view url) const;

  /// Takes the proxies and the connections a host as `options` have them now; what is under way ends as it
  /// began.
  void TakeOptions(const config::Options& options);

  /// Takes a cookie that an earlier run kept into its target's jar; in the order of their creation.
  void RestoreCookie(std::uint16_t target, Cookie cookie);

  /// Ends every fetch and look-up under way, in the next turns of the loop, and all that begin later at once:
  /// for the end of a crawl. What it ends returns kTimeout with `cancelled` set (from Resolve: no address,
  /// and the same failure); an answer whose status was read and says all (a redirect, 304, 4xx, 5xx) keeps
  /// its outcome.
  void Cancel();

  struct Counts {
    std::size_t open = 0;  ///< connections, idle ones too
    std::size_t idle = 0;
    std::uint64_t connects = 0;  ///< since the start
    std::uint64_t reuses = 0;
    std::uint64_t body_bytes = 0;  ///< of bodies that are being read; paused at half of crawl.memory_max
    FetchStages stages{};          ///< of what is under way, look-ups for a fetch that follows included
  };
  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl::crawler
