#pragma once

#include <cstdint>
#include <string_view>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Keeps the index of words: `page_search`, an FTS5 table whose content is the view `page_words`, so that the
/// text stands in the database once and plain sqlite3 can ask it. Pages of URLs up to a number are in it;
/// those behind are added by steps, in the order of the numbers, and it covers everything once they reached
/// the end. A row is added and removed in the transaction that changes its page. Runs on: storage thread.
/// Borrows the connection.
class SearchRows {
 public:
  /// Makes the index, empty, where it is missing, or drops it where it is not wanted. In a transaction of its
  /// own.
  static void Prepare(Connection& db, bool wanted);

  /// After Prepare(db, true).
  explicit SearchRows(Connection& db);

  /// The page that visit `visit` gave to a URL. Empty texts are those that are not stored.
  void Add(std::int64_t url, std::int64_t visit, std::string_view title, std::string_view description,
           std::string_view text);
  /// Before the page or its text is changed in any way.
  void Remove(std::int64_t url, std::int64_t visit);

  /// Adds the next pages of URLs that are not covered; false when there are none. In the caller's
  /// transaction.
  bool Step();
  bool complete() const { return covered_ == INT64_MAX; }

 private:
  Connection& db_;
  Statement add_, remove_, last_, step_, cover_;
  std::int64_t covered_;
};

}  // namespace trawl::storage::sqlite
