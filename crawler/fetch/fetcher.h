#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/bytes.h"
#include "config/instant.h"
#include "config/options.h"
#include "config/outcome.h"

namespace trawl::crawler {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One exchange to make. Plain values, copied into the fetch.
struct FetchRequest {
  std::string url;     ///< normalised
  std::string method = "GET";
  Fields headers;      ///< further fields of the target's own
  std::string etag, last_modified;  ///< of what is stored, for a conditional request
  Bytes max_body = MiB(10);
  Duration timeout = std::chrono::seconds(60);
  bool allow_private = false;
  std::vector<std::string> private_networks;  ///< CIDRs allowed although private
  std::uint16_t target = 0;
};

/// Milliseconds of each step; none when the step did not happen.
struct FetchTimings {
  std::optional<std::uint32_t> dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
};

/// What came of one exchange: always an outcome, and as much of the answer as arrived.
struct FetchResult {
  Outcome outcome = Outcome::kOk;
  std::string detail;  ///< for people: which check failed, at which step
  std::uint16_t status = 0;
  Fields headers;      ///< in order, names as sent
  std::string body;    ///< decoded of its content codings
  bool truncated = false;  ///< the body passed max_body and was cut
  std::string ip;
  std::string protocol;
  std::uint64_t bytes_wire = 0;  ///< read from the socket, head and body
  FetchTimings timings;

  /// The first field of that name, compared without case; empty when there is none.
  std::string_view Header(std::string_view name) const;
};

/// Makes exchanges: DNS, lease of a connection, request, answer, decoding. Follows no redirect.
/// Runs on: event loop. Owns the connection pool, the resolver and the TLS context; ends what is open when destroyed,
/// after every Fetch has returned.
class Fetcher {
 public:
  Fetcher(boost::asio::any_io_executor loop, const config::Options& options);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// Never throws; ends within request.timeout (and its own steps' limits).
  boost::asio::awaitable<FetchResult> Fetch(FetchRequest request);

  /// The addresses of a host, from the cache or DNS. Shares the look-up with a Fetch that follows.
  boost::asio::awaitable<std::vector<boost::asio::ip::address>> Resolve(std::string host);

  /// Ends every fetch under way as kTimeout, soon.
  void Cancel();

  struct Counts {
    std::size_t open = 0;         ///< connections, idle ones too
    std::size_t idle = 0;
    std::uint64_t connects = 0;   ///< since the start
    std::uint64_t reuses = 0;
  };
  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl::crawler
