#pragma once

#include <cstdint>
#include <functional>
#include <memory>
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
  std::string_view name;   ///< of the view
  std::string_view key;    ///< the key's column, as the text of the view names it
  std::string_view table;  ///< whose integer key it is
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

/// Streams the rows of a view in the order of their key, a slice of keys at a time. Each slice is a read
/// transaction of its own, of some milliseconds, so that a running crawl's log can be folded away meanwhile:
/// a row is as it was when its slice was read. Runs on: any one thread; every call blocks. Owns its
/// connection.
class RowExport {
 public:
  static constexpr std::int64_t kSlice = 2000;  ///< keys

  /// None with the reason in `error`: the database cannot be read, or (usage) the table, a column or the
  /// expression is wrong.
  static std::unique_ptr<RowExport> Open(const ExportRequest& request, QueryError& error);
  ~RowExport();

  const std::vector<std::string>& columns() const { return columns_; }

  /// Hands out the rows of the next slice; `row` may return false to stop. After it, done() says whether
  /// that was the last and position() where an export that goes on begins.
  QueryError Next(const std::function<bool(const std::vector<Value>& row)>& row);
  bool done() const { return done_; }
  std::int64_t position() const { return position_; }

 private:
  RowExport();

  std::unique_ptr<sqlite::Connection> db_;
  std::string path_, boundary_sql_, rows_sql_;
  std::vector<std::string> columns_;
  std::int64_t position_ = INT64_MIN;
  bool done_ = false;
};

}  // namespace trawl::storage
