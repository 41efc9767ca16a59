#include "storage/export/row_export.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/sqlite/open_database.h"
#include "storage/sqlite/row_cells.h"

namespace trawl::storage {
namespace {

using sqlite::Connection;
using sqlite::Statement;

constexpr ExportTable kTables[] = {
    {"pages", "p.url", "page"},
    {"links", "l.n", "link"},
    {"visits", "v.n", "visit"},
    {"errors", "v.n", "visit"},
    {"skipped", "u.n", "url"},
    {"redirects", "r.visit", "redirect"},
    {"hosts", "h.n", "host"},
    {"runs", "r.n", "run"},
    {"bodies", "b.visit", "body"},
    {"sitemaps", "u.n", "url"},
    {"robots", "r.rowid", "robots_txt"},
    {"changes", "c.n", "change"},
};
// Of each table above, its integer key.
constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
    {"page", "url"},         {"link", "n"},   {"visit", "n"}, {"url", "n"},
    {"redirect", "visit"},   {"host", "n"},   {"run", "n"},   {"body", "visit"},
    {"robots_txt", "rowid"}, {"change", "n"},
};

QueryError WrongRequest(std::string message) {
  return {false, std::move(message), true};
}

std::string QuotedName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

/// The view's own SELECT, as the database has it, with its key as one more column in front.
std::string KeyedSelect(Connection& db, const ExportTable& table) {
  Statement find = db.Prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?");
  if (!find.With(table.name).Step()) return {};
  const std::string sql(find.Text(0));
  const std::size_t select = sql.find("SELECT ");
  if (select == std::string::npos) return {};
  return "SELECT " + std::string(table.key) + " AS export_key, " + sql.substr(select + 7);
}

std::vector<std::string> ColumnsOf(Connection& db, const std::string& select) {
  const Statement statement = db.Prepare(select);
  std::vector<std::string> columns;
  for (int i = 1; statement && i < statement.columns(); ++i) columns.emplace_back(statement.ColumnName(i));
  return columns;
}

std::string Listed(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list.append(list.empty() ? "" : ", ").append(column);
  return list;
}

std::string TableNames() {
  std::vector<std::string> names;
  for (const ExportTable& table : kTables) names.emplace_back(table.name);
  return Listed(names);
}

}  // namespace

std::span<const ExportTable> ExportTables() {
  return kTables;
}

RowExport::RowExport() = default;
RowExport::~RowExport() = default;

std::unique_ptr<RowExport> RowExport::Open(const ExportRequest& request, QueryError& error) {
  const auto table = std::find_if(std::begin(kTables), std::end(kTables),
                                  [&](const ExportTable& t) { return t.name == request.table; });
  if (table == std::end(kTables)) {
    error = WrongRequest("there is no table \"" + request.table + "\"; there are " + TableNames());
    return nullptr;
  }
  std::unique_ptr<RowExport> rows(new RowExport);
  rows->path_ = request.database;
  rows->position_ = request.after;
  rows->db_ = sqlite::OpenForQuestions(request.database, error.message);
  error.ok = rows->db_ != nullptr;
  if (!rows->db_) return nullptr;
  Connection& db = *rows->db_;
  const std::string select = KeyedSelect(db, *table);
  const std::vector<std::string> all = ColumnsOf(db, select);
  if (all.empty()) {
    error = {false, request.database + " has no view " + request.table + "; the next crawl into it makes it",
             false};
    return nullptr;
  }
  rows->columns_ = request.columns.empty() ? all : request.columns;
  std::string list;
  for (const std::string& column : rows->columns_) {
    if (std::find(all.begin(), all.end(), column) == all.end()) {
      error = WrongRequest(request.table + " has no column \"" + column + "\"; it has " + Listed(all));
      return nullptr;
    }
    list += (list.empty() ? "" : ", ") + QuotedName(column);
  }
  const auto key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                [&](const auto& k) { return k.first == table->table; });
  rows->boundary_sql_ = "SELECT max(k), count(*) FROM (SELECT " + std::string(key->second) + " AS k FROM " +
                        std::string(table->table) + " WHERE k > ?1 ORDER BY k LIMIT " +
                        std::to_string(kSlice) + ")";
  // The line break ends a comment in the expression.
  const std::string filter = request.where.empty() ? "" : " AND (" + request.where + "\n)";
  rows->rows_sql_ = "SELECT " + list + " FROM (" + select + ") WHERE export_key > ?1 AND export_key <= ?2" +
                    filter + " ORDER BY export_key";
  std::string_view tail;
  if (!db.Prepare(rows->rows_sql_, &tail) || tail.find_first_not_of(" \n") != std::string_view::npos) {
    error = WrongRequest("--where: " + (db.failed() ? db.failure().message : "is more than one expression"));
    return nullptr;
  }
  return rows;
}

QueryError RowExport::Next(const std::function<bool(const std::vector<Value>& row)>& row) {
  std::int64_t last = position_;
  {
    Statement boundary = db_->Prepare(boundary_sql_);
    if (boundary && boundary.With(position_).Step()) {
      done_ = boundary.Int(1) < kSlice;
      if (!boundary.IsNull(0)) last = boundary.Int(0);
    }
  }
  if (last != position_ && !db_->failed()) {
    Statement rows = db_->Prepare(rows_sql_);
    if (rows) rows.With(position_, last);
    std::vector<Value> cells(columns_.size());
    while (rows && rows.Step()) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = sqlite::CellOf(rows, static_cast<int>(i));
      if (!row(cells)) return {};
    }
  }
  position_ = last;
  if (!db_->failed()) return {};
  const bool usage = db_->failure().code == StoreErrc::kSql;
  return {false, usage ? db_->failure().message : sqlite::Sentence(path_, db_->failure()), usage};
}

}  // namespace trawl::storage
