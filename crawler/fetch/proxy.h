#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "crawler/fetch/origin.h"

namespace trawl::crawler {

/// One proxy, as an operator named it.
struct Proxy {
  enum class Kind : std::uint8_t {
    kHttp,     ///< "http://": plain requests in absolute form, CONNECT for https
    kHttps,    ///< "https://": the same, over TLS to the proxy
    kSocks5,   ///< "socks5://": gets addresses, which are looked up and guarded here
    kSocks5h,  ///< "socks5h://": gets names, and looks them up itself
  };
  Kind kind = Kind::kHttp;
  std::string host;  ///< an IPv6 address in brackets
  std::uint16_t port = 0;
  std::string user, password;  ///< decoded; both empty for none
  std::string name;            ///< scheme, host and port: what messages say
  std::string key;             ///< name and credentials: what connections are told apart by

  bool socks() const { return kind == Kind::kSocks5 || kind == Kind::kSocks5h; }
  bool credentials() const { return !user.empty() || !password.empty(); }
};

/// "scheme://[user[:password]@]host[:port]". A port that is not given is 80, 443 or 1080.
std::optional<Proxy> ParseProxy(std::string_view text);

/// Which proxy a fetch goes through: the configured ones in turn, or those of the environment
/// (http_proxy, https_proxy, all_proxy, no_proxy; HTTP_PROXY is not read, since a CGI client can set it). One
/// that failed is passed over for a while, as long as there is another. Runs on: event loop. Owns the
/// proxies.
class Proxies {
 public:
  using Clock = std::chrono::steady_clock;
  using Environment = std::function<std::string(const char* name)>;  ///< empty when not set
  static constexpr std::chrono::seconds kRest{60};                   ///< of one that failed

  /// Of the process.
  static std::string SystemEnvironment(const char* name);

  /// `configured`: a list separated by commas; "none" for no proxy whatever the environment says; empty for
  /// the environment's.
  Proxies(std::string_view configured, const Environment& environment);

  /// What could not be read, for people; empty when all could.
  const std::string& setup_error() const { return setup_error_; }
  /// Whether fetches of this origin go through a proxy.
  bool Uses(const Origin& origin) const;
  /// The next one for this origin; null for none. Lives as long as this.
  const Proxy* Next(const Origin& origin, Clock::time_point now);
  void Failed(const Proxy* proxy, Clock::time_point now);

 private:
  struct Entry {
    Proxy proxy;
    Clock::time_point rests_until{};
  };
  struct Ring {
    std::vector<Entry> entries;
    std::size_t next = 0;
  };
  void Add(Ring& ring, std::string_view list, std::string_view name);
  bool Excepted(const Origin& origin) const;
  const Ring& RingOf(const Origin& origin) const { return origin.scheme == "https" ? https_ : http_; }

  Ring http_, https_;
  std::vector<std::string> exceptions_;  ///< of no_proxy, in lower case
  bool except_all_ = false;
  std::string setup_error_;
};

}  // namespace trawl::crawler
