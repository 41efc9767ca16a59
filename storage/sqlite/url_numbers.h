#pragma once

#include <cstdint>

#include "config/url_id.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/id_filter.h"

namespace trawl::storage::sqlite {

/// Which number has the row of a URL: the tables `url_number` and `url_number_new`, keyed by the fingerprint.
///
/// Fingerprints are random, so in one large table each new URL would change a page of its own, which goes to
/// the log, from there to the file, and to the cache before: more than half of all that a crawl of a million
/// pages writes. New ones gather in the small table instead, and while a round of them comes, each part of
/// the large table is given its own once, in their order: two levels of a log-structured merge tree
/// (O'Neil et al. 1996), merged part by part. No commit waits for more than its share. A fingerprint stands
/// in one of both. Of nearly all that are new a filter says so, so that neither is read for them; its parts
/// are filled when it is their turn to be merged.
/// Runs on: storage thread. Borrows the connection.
class UrlNumbers {
 public:
  /// `next`: the number of the next new URL.
  UrlNumbers(Connection& db, std::int64_t next);

  /// The number of a known URL, or 0.
  std::int64_t Find(UrlId id);
  /// Gives it the number, unless it has one: that one, or 0.
  std::int64_t Add(UrlId id, std::int64_t number);
  void Remove(UrlId id);
  /// In the transaction that ends now: merges the parts whose turn it is since the last time.
  void Merge(std::int64_t next);

 private:
  static std::int64_t PartsOf(std::int64_t next);
  void MergePart(std::int64_t part);
  void FillFilter(std::int64_t part);

  Connection& db_;
  Statement find_, add_, remove_old_, remove_new_, merge_, clear_, all_;
  IdFilter filter_;
  std::int64_t turn_;  // so many parts were merged
};

}  // namespace trawl::storage::sqlite
