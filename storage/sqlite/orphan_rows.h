#pragma once

#include <cstdint>
#include <vector>

#include "config/url_id.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Keeps the table `orphan`: URLs that something else than a page has named (a seed, a sitemap, a redirect)
/// and that no page has linked to so far. Of every link that is read it is asked whether its target is one,
/// so a count in memory, which never says no of one that is there, spares it nearly every look-up.
/// Runs on: storage thread. Borrows the connection.
class OrphanRows {
 public:
  /// Reads the ids that are there.
  explicit OrphanRows(Connection& db);

  void Add(std::int64_t url, UrlId id);
  /// A page links to the URL. It need not be known.
  void OnLink(UrlId id);
  /// The URL loses its row.
  void Remove(std::int64_t url, UrlId id);

 private:
  static constexpr std::size_t kLeast = 1 << 16, kMost = 1 << 22;  ///< counts, a byte each

  bool MayHave(UrlId id) const { return counts_[First(id)] != 0 && counts_[Second(id)] != 0; }
  std::size_t First(UrlId id) const { return static_cast<std::uint64_t>(id) & (counts_.size() - 1); }
  std::size_t Second(UrlId id) const { return static_cast<std::uint64_t>(id) >> 32 & (counts_.size() - 1); }
  void Count(UrlId id);
  void Discount(UrlId id);
  void ReadAll(std::size_t counts);

  Connection& db_;
  Statement all_, add_, remove_, link_;
  std::vector<std::uint8_t> counts_;  // of ids, each in two places; one that is full stays
  std::size_t ids_ = 0;
};

}  // namespace trawl::storage::sqlite
