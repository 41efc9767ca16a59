#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/query.h"

namespace trawl::storage {

namespace sqlite {
class Connection;
}

/// A view that can be exported, and the key that its rows come in the order of.
struct ExportTable {
  std::string_view name;  ///< of the view; "item_" stands for those of all item rules
  /// The key's column, as the text of the view names it; one for each SELECT of a UNION, with a '|' between.
  std::string_view key;
  std::string_view table;  ///< whose integer key it is
  std::int64_t slice;      ///< keys that are read at once
};

/// What can be exported. A new one is a row in row_export.cc.
std::span<const ExportTable> ExportTables();

struct ExportRequest {
  std::string database;              ///< path
  std::string table = "pages";       ///< name of an ExportTable
  std::vector<std::string> columns;  ///< of the view, in this order; empty: all
  std::string where;                 ///< an SQL expression over the view's columns; empty: every row
  std::int64_t after = INT64_MIN;    ///< rows with larger keys only: where an earlier export stood
};

/// What an export of a damaged file had to leave out.
struct Unreadable {
  std::int64_t rows = 0;  ///< whose key is known
  std::int64_t gaps = 0;  ///< stretches of keys where the damage hides even which rows there are
  bool any() const { return rows + gaps > 0; }
};

/// Streams the rows of a view in the order of their key, a slice of keys at a time. Each slice is a read
/// transaction of its own, of some milliseconds, so that a running crawl's log can be folded away meanwhile:
/// a row is as it was when its slice was read. Of a damaged file it reads all that is readable: around what
/// is not, slices are halved down to single rows. Runs on: any one thread; every call blocks. Owns its
/// connection.
class RowExport {
 public:
  static constexpr std::int64_t kSlice = 2000;  ///< keys, of most tables

  /// None with the reason in `error`: the database cannot be read, or (usage) the table, a column or the
  /// expression is wrong.
  static std::unique_ptr<RowExport> Open(const ExportRequest& request, QueryError& error);
  ~RowExport();

  const std::vector<std::string>& columns() const { return columns_; }

  /// Hands out the rows of the next slice; `row` may return false to stop. After it, done() says whether
  /// that was the last and position() where an export that goes on begins.
  QueryError Next(const std::function<bool(const std::vector<Value>& row)>& row);
  bool done() const { return done_; }
  const Unreadable& unreadable() const { return unreadable_; }
  std::int64_t position() const { return position_; }

 private:
  using TakeRow = std::function<bool(const std::vector<Value>& row)>;
  RowExport();

  /// False when the file is damaged there: the error is taken from the connection.
  bool Readable();
  /// The last of the next `most` keys behind `after`, and how many there are; none where that is not
  /// readable.
  struct Keys {
    std::int64_t last = 0, count = 0;
  };
  std::optional<Keys> KeysBehind(std::int64_t after, std::int64_t most);
  /// Where keys are readable again behind `after`; none when nowhere.
  std::optional<std::int64_t> EndOfGap(std::int64_t after);
  enum class Read { kAll, kStopped, kDamaged };
  /// Rows of keys behind `from` up to `to`; `from` becomes the key of the last one that was handed out.
  Read ReadRows(std::int64_t& from, std::int64_t to, const TakeRow& row);
  /// The same, leaving out what is not readable. False when `row` stopped it.
  bool ReadAround(std::int64_t from, std::int64_t to, const TakeRow& row);

  std::unique_ptr<sqlite::Connection> db_;
  std::string path_, keys_sql_, from_sql_, rows_sql_;
  std::vector<std::string> columns_;
  std::int64_t slice_ = kSlice;
  std::int64_t position_ = INT64_MIN;
  bool done_ = false;
  Unreadable unreadable_;
};

}  // namespace trawl::storage
