#include "crawler/stored_cookie.h"

#include <utility>

namespace trawl::crawler {

storage::CookieRow RowOf(const CookieChange& change, std::uint16_t target, storage::BatchText& text) {
  const Cookie& cookie = change.cookie;
  storage::CookieRow row;
  row.target = target;
  row.domain = text.Keep(cookie.domain);
  row.path = text.Keep(cookie.path);
  row.name = text.Keep(cookie.name);
  row.host_only = cookie.host_only;
  row.removed = change.removed;
  if (change.removed) return row;
  row.value = text.Keep(cookie.value);
  row.secure = cookie.secure;
  row.http_only = cookie.http_only;
  row.same_site = static_cast<std::uint8_t>(cookie.same_site);
  row.created = cookie.created;
  row.expires = cookie.expires;
  return row;
}

Cookie CookieOf(storage::StoredCookie stored) {
  Cookie cookie;
  cookie.name = std::move(stored.name);
  cookie.value = std::move(stored.value);
  cookie.domain = std::move(stored.domain);
  cookie.path = std::move(stored.path);
  cookie.expires = stored.expires;
  cookie.created = stored.created;
  cookie.host_only = stored.host_only;
  cookie.secure = stored.secure;
  cookie.http_only = stored.http_only;
  const bool known = stored.same_site <= static_cast<std::uint8_t>(SameSite::kStrict);
  cookie.same_site = known ? static_cast<SameSite>(stored.same_site) : SameSite::kDefault;
  return cookie;
}

}  // namespace trawl::crawler
