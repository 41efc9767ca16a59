#include "crawler/fetch/cookie.h"

#include <algorithm>
#include <charconv>

#include "crawler/fetch/cookie_place.h"
#include "crawler/fetch/fields.h"
#include "crawler/public_suffix.h"
#include "parser/ascii.h"

namespace trawl::crawler {
namespace {

bool IsAddress(std::string_view host) {
  if (host.starts_with('[')) return true;
  // A normalised host whose last label is a number is an IPv4 address, and nothing else ends so.
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() && std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// default-path (section 5.1.4)
std::string DefaultPath(std::string_view path) {
  const std::size_t last = path.rfind('/');
  if (path.empty() || path.front() != '/' || last == 0) return "/";
  return std::string(path.substr(0, last));
}

std::optional<Instant> FromMaxAge(std::string_view text, Instant now) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  std::int64_t seconds = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc()) seconds = INT64_MAX;  // beyond 64 bits
  if (negative || seconds == 0) return Instant{};
  const auto most = std::chrono::duration_cast<std::chrono::seconds>(kMaxCookieLife).count();
  return now + std::chrono::seconds(std::min<std::int64_t>(seconds, most));
}

/// The attributes as the field has them; of one that comes twice the last counts.
struct Attributes {
  std::optional<Instant> expires, max_age;
  std::string domain, path;
  bool secure = false, http_only = false;
  SameSite same_site = SameSite::kDefault;

  void Read(std::string_view name, std::string_view value, Instant now) {
    if (value.size() > kMaxCookieAttribute) return;
    if (SameToken(name, "expires")) {
      if (const auto date = ParseCookieDate(value)) expires = std::min(*date, now + kMaxCookieLife);
    } else if (SameToken(name, "max-age")) {
      if (const auto end = FromMaxAge(value, now)) max_age = end;
    } else if (SameToken(name, "domain")) {
      if (value.starts_with('.')) value.remove_prefix(1);
      domain = parser::AsciiLowered(value);
    } else if (SameToken(name, "path")) {
      path = value.starts_with('/') ? value : std::string_view();
    } else if (SameToken(name, "secure")) {
      secure = true;
    } else if (SameToken(name, "httponly")) {
      http_only = true;
    } else if (SameToken(name, "samesite")) {
      same_site = SameToken(value, "none")     ? SameSite::kNone
                  : SameToken(value, "lax")    ? SameSite::kLax
                  : SameToken(value, "strict") ? SameSite::kStrict
                                               : SameSite::kDefault;
    }
  }
};

/// Takes the next piece up to a ';' off the front.
std::string_view TakePiece(std::string_view& text) {
  const std::size_t end = text.find(';');
  const std::string_view piece = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return piece;
}

bool HasPrefix(std::string_view name, std::string_view prefix) {
  return SameToken(name.substr(0, prefix.size()), prefix);
}

/// Whose cookie it is (section 5.7, steps 8 to 10); false when `from` may not set it.
bool SetDomain(Cookie& cookie, const std::string& domain, const CookiePlace& from) {
  cookie.domain = from.host;
  cookie.host_only = true;
  if (domain.empty() || domain == from.host) {
    // A cookie for a public suffix itself stays with that host.
    cookie.host_only = domain.empty() || IsAddress(from.host) || IsPublicSuffix(domain);
    return true;
  }
  if (IsPublicSuffix(domain) || !DomainMatches(from.host, domain)) return false;
  cookie.domain = domain;
  cookie.host_only = false;
  return true;
}

/// Names that promise how the cookie was set (section 4.1.3).
bool KeepsPromise(const Cookie& cookie, const std::string& path_attribute) {
  if (HasPrefix(cookie.name, "__Secure-")) return cookie.secure;
  if (HasPrefix(cookie.name, "__Host-")) return cookie.secure && cookie.host_only && path_attribute == "/";
  return true;
}

}  // namespace

CookiePlace PlaceOf(const Origin& origin) {
  return {origin.host, origin.target.substr(0, origin.target.find('?')), origin.scheme == "https"};
}

bool DomainMatches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !IsAddress(host);
}

bool PathMatches(std::string_view path, std::string_view cookie_path) {
  if (!path.starts_with(cookie_path)) return false;
  return path.size() == cookie_path.size() || cookie_path.ends_with('/') || path[cookie_path.size()] == '/';
}

std::optional<Cookie> ParseSetCookie(std::string_view field, const CookiePlace& from, Instant now) {
  for (const char c : field) {
    const auto u = static_cast<unsigned char>(c);
    if ((u < 0x20 && u != '\t') || u == 0x7f) return std::nullopt;
  }
  const std::string_view pair = TakePiece(field);
  const std::size_t equals = pair.find('=');
  if (equals == pair.npos) return std::nullopt;
  Cookie cookie;
  cookie.name = TrimSpace(pair.substr(0, equals));
  cookie.value = TrimSpace(pair.substr(equals + 1));
  if (cookie.name.empty() || cookie.name.size() + cookie.value.size() > kMaxCookie) return std::nullopt;
  Attributes attributes;
  while (!field.empty()) {
    const std::string_view piece = TakePiece(field);
    const std::size_t sign = piece.find('=');
    const std::string_view value = sign == piece.npos ? std::string_view() : piece.substr(sign + 1);
    attributes.Read(TrimSpace(piece.substr(0, sign)), TrimSpace(value), now);
  }
  if (!SetDomain(cookie, attributes.domain, from)) return std::nullopt;
  cookie.expires = attributes.max_age ? attributes.max_age : attributes.expires;
  cookie.path = attributes.path.empty() ? DefaultPath(from.path) : attributes.path;
  cookie.created = now;
  cookie.secure = attributes.secure;
  cookie.http_only = attributes.http_only;
  cookie.same_site = attributes.same_site;
  if (!KeepsPromise(cookie, attributes.path)) return std::nullopt;
  return cookie;
}

}  // namespace trawl::crawler
