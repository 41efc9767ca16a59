#include "storage/sqlite/cookie_rows.h"

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {

CookieRows::CookieRows(Connection& db)
    : db_(db),
      put_(db.Prepare("INSERT OR REPLACE INTO cookie(target, domain, path, name, host_only, value, secure, "
                      "http_only, same_site, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      remove_(db.Prepare(
          "DELETE FROM cookie WHERE target = ? AND domain = ? AND path = ? AND name = ? AND host_only = ?")) {
}

void CookieRows::Put(const CookieRow& cookie, std::int64_t target) {
  if (cookie.removed) {
    remove_.With(target, cookie.domain, cookie.path, cookie.name, cookie.host_only).Run();
    return;
  }
  const std::optional<std::int64_t> expires =
      cookie.expires ? std::optional(ToMs(*cookie.expires)) : std::nullopt;
  put_.With(target, cookie.domain, cookie.path, cookie.name, cookie.host_only, cookie.value, cookie.secure,
            cookie.http_only, cookie.same_site, ToMs(cookie.created), expires)
      .Run();
}

void CookieRows::RemoveExpired(Instant now) {
  db_.Prepare("DELETE FROM cookie WHERE expires <= ?").With(ToMs(now)).Run();
}

}  // namespace trawl::storage::sqlite
