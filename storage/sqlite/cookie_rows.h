#pragma once

#include <cstdint>

#include "storage/records.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Writes the table `cookie`. Runs on: storage thread. Borrows the connection.
class CookieRows {
 public:
  explicit CookieRows(Connection& db);

  /// Puts the cookie in the place of the one it replaces, or takes that one away.
  void Put(const CookieRow& cookie, std::int64_t target);
  /// Takes away what has expired at `now`.
  void RemoveExpired(Instant now);

 private:
  Connection& db_;
  Statement put_, remove_;
};

}  // namespace trawl::storage::sqlite
