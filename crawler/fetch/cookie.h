#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/instant.h"

namespace trawl::crawler {

enum class SameSite : std::uint8_t { kDefault = 0, kNone = 1, kLax = 2, kStrict = 3 };

/// A cookie as the storage model of RFC 6265bis has it (section 5.7).
struct Cookie {
  std::string name, value;
  std::string domain;  ///< in lower case, without a leading dot
  std::string path;
  std::optional<Instant> expires;  ///< none: as long as the crawl
  Instant created{};
  bool host_only = true;
  bool secure = false;
  bool http_only = false;
  SameSite same_site = SameSite::kDefault;  ///< kept and stored; a crawler's requests are all top-level
};

/// The place that a cookie is set from or sent to. Views, borrowed for the call.
struct CookiePlace {
  std::string_view host;  ///< of a normalised URL; an address counts as one that has no subdomains
  std::string_view path;  ///< without query
  bool secure = false;    ///< https
};

inline constexpr std::size_t kMaxCookie = 4096;           ///< name and value together (section 5.6, step 5)
inline constexpr std::size_t kMaxCookieAttribute = 1024;  ///< a longer attribute is as if not there
inline constexpr Duration kMaxCookieLife = std::chrono::hours(400 * 24);  ///< section 5.5

/// Reads one Set-Cookie field by sections 5.6 and 5.7, for a cookie that `from` may set; nothing when it is
/// to be ignored. A pair without a name is ignored too, as the public test suite has it. A cookie that
/// expires in the past is one to delete.
std::optional<Cookie> ParseSetCookie(std::string_view field, const CookiePlace& from, Instant now);

/// The date of an Expires attribute (section 5.1.1), which allows far more than any other date of HTTP.
std::optional<Instant> ParseCookieDate(std::string_view text);

/// Whether `host` is `domain` or below it (section 5.1.3).
bool DomainMatches(std::string_view host, std::string_view domain);

/// Whether a cookie for `cookie_path` is sent to `path` (section 5.1.4).
bool PathMatches(std::string_view path, std::string_view cookie_path);

}  // namespace trawl::crawler
