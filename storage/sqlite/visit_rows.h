#pragma once

#include <cstdint>
#include <span>

#include "config/options.h"
#include "storage/records.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/dictionary.h"
#include "storage/sqlite/item_rows.h"
#include "storage/sqlite/row_inserts.h"
#include "storage/sqlite/search_rows.h"

namespace trawl::storage::sqlite {

/// Links of one page that have a number; more are counted, not kept.
inline constexpr std::size_t kMaxLinksPerPage = 65536;

/// How a page that was there is found otherwise. Numbers of the table `change_kinds`: never renumber.
enum class ChangeKind { kChanged = 1, kGone = 2, kBack = 3 };

/// Writes what a visit brought: the tables `visit`, `redirect`, `page`, `page_text`, `page_main`,
/// `link` and `change`.
/// Runs on: storage thread. Borrows the connection and the dictionary of words.
class VisitRows {
 public:
  /// `search` is told of every page that comes or goes; null: there is no index of words.
  VisitRows(Connection& db, Words& words, ItemRows& items, SearchRows* search,
            const config::StorageOptions& options);

  /// Appends a visit and gives its number.
  std::int64_t Add(const Visit& visit, std::int64_t url, std::int64_t run);
  /// The number of the last visit of all.
  std::int64_t last() const { return next_ - 1; }
  void AddRedirect(std::int64_t visit, const Redirect& redirect);
  /// Numbers of the rows that a page belongs to.
  struct Place {
    std::int64_t url = 0, visit = 0, host = 0;
  };
  /// Puts the page in the place of the earlier one, with its text and links. True when the URL had none.
  bool PutPage(const Page& page, std::span<const Link> links, const Place& place);
  /// The server says that the stored page is still current.
  void Confirm(std::int64_t url, Instant at);
  /// The page, if there is one, is not there any more; without effect when that is known.
  void MarkGone(std::int64_t url, Instant at);

 private:
  struct Earlier {
    std::int64_t visit = 0;
    std::int64_t first_seen = 0;
    std::int64_t changed_at = 0;
  };

  Earlier Replace(const Page& page, std::int64_t url);
  void AddChange(std::int64_t url, Instant at, ChangeKind kind, std::int64_t old_hash,
                 std::optional<std::int64_t> new_hash);
  void AddLinks(std::span<const Link> links, std::int64_t visit);

  Words& words_;
  ItemRows& items_;
  SearchRows* const search_;
  LinkKinds kinds_;
  const config::LinkStorage keep_links_;
  const bool keep_text_, keep_main_;
  Statement add_, redirect_, earlier_, page_, new_page_, text_, main_, drop_text_, drop_main_, drop_links_,
      confirm_, gone_, change_;
  RowInserts link_rows_;
  std::int64_t next_ = 1;
};

}  // namespace trawl::storage::sqlite
