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

// Of those that first gather something from the whole crawl, a slice is a large part of it.
constexpr std::int64_t kSlice = RowExport::kSlice, kLargeSlice = 100'000, kHosts = 500;

constexpr ExportTable kTables[] = {
    {"pages", "p.url", "page", kSlice},
    {"links", "l.n", "link", kSlice},
    {"visits", "v.n", "visit", kSlice},
    {"errors", "v.n", "visit", kSlice},
    {"skipped", "u.n", "url", kSlice},
    {"redirects", "r.visit", "redirect", kSlice},
    {"items", "i.n", "item", kSlice},
    {"item_", "i.n", "item", kSlice},
    {"structured", "s.n", "statement", kSlice},
    {"hosts", "h.n", "host", kSlice},
    {"queue", "q.host|u.host", "host", kHosts},
    {"duplicates", "p.url", "page", kLargeSlice},
    {"near_duplicates", "n.url", "near", kSlice},
    {"broken_links", "l.n", "link", kLargeSlice},
    {"runs", "r.n", "run", kSlice},
    {"bodies", "b.visit", "body", kSlice},
    {"sitemaps", "u.n", "url", kSlice},
    {"robots", "r.rowid", "robots_txt", kSlice},
    {"changes", "c.n", "change", kSlice},
};
// Of each table above, its integer key.
constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
    {"page", "url"},         {"link", "n"},   {"visit", "n"}, {"url", "n"},
    {"redirect", "visit"},   {"host", "n"},   {"run", "n"},   {"body", "visit"},
    {"robots_txt", "rowid"}, {"change", "n"}, {"item", "n"},  {"statement", "n"},
    {"near", "url"},
};

bool Is(const ExportTable& table, std::string_view name) {
  return table.name.ends_with('_') ? name.starts_with(table.name) : name == table.name;
}

QueryError WrongRequest(std::string message) {
  return {false, std::move(message), true};
}

std::string QuotedName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

/// Where the SELECTs of a view begin that give its rows: those in no parentheses.
std::vector<std::size_t> SelectsOf(std::string_view sql) {
  std::vector<std::size_t> selects;
  int depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    const char c = sql[at];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth == 0 && sql.substr(at).starts_with("SELECT ")) selects.push_back(at);
  }
  return selects;
}

/// The view's own text, as the database has it, with its key as one more column in front.
std::string KeyedSelect(Connection& db, const std::string& view, const ExportTable& table) {
  Statement find = db.Prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?");
  if (!find.With(view).Step()) return {};
  std::string sql(find.Text(0));
  find.Reset();
  const std::size_t begin = sql.find(" AS");
  if (begin == std::string::npos) return {};
  sql.erase(0, begin + 3);
  std::string_view keys = table.key;
  std::size_t moved = 0;
  for (const std::size_t select : SelectsOf(sql)) {
    const std::string key = std::string(keys.substr(0, keys.find('|'))) + " AS export_key, ";
    sql.insert(select + moved + 7, key);
    moved += key.size();
    keys.remove_prefix(std::min(keys.find('|') + 1, keys.size()));
  }
  return sql;
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
  for (const ExportTable& table : kTables)
    names.push_back(std::string(table.name) + (table.name.ends_with('_') ? "RULE" : ""));
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
                                  [&](const ExportTable& t) { return Is(t, request.table); });
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
  const std::string select = KeyedSelect(db, request.table, *table);
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
  const std::string keys =
      "SELECT " + std::string(key->second) + " AS k FROM " + std::string(table->table) + " WHERE k ";
  rows->slice_ = table->slice;
  // ">= ?1 + 1" and not "> ?1": that would begin at the place of ?1, which may be in a damaged page.
  rows->keys_sql_ = "SELECT max(k), count(*) FROM (" + keys + ">= ?1 + 1 ORDER BY k LIMIT ?2)";
  rows->from_sql_ = keys + ">= ?1 ORDER BY k LIMIT 1";
  // The line break ends a comment in the expression.
  const std::string filter = request.where.empty() ? "" : " AND (" + request.where + "\n)";
  rows->rows_sql_ = "SELECT export_key, " + list + " FROM (" + select +
                    ") WHERE export_key >= ?1 + 1 AND export_key <= ?2" + filter + " ORDER BY export_key";
  std::string_view tail;
  if (!db.Prepare(rows->rows_sql_, &tail) || tail.find_first_not_of(" \n") != std::string_view::npos) {
    error = WrongRequest("--where: " + (db.failed() ? db.failure().message : "is more than one expression"));
    return nullptr;
  }
  return rows;
}

bool RowExport::Readable() {
  const StoreErrc code = db_->failure().code;
  if (code != StoreErrc::kCorrupt && code != StoreErrc::kIo) return true;
  db_->ClearError();
  return false;
}

std::optional<RowExport::Keys> RowExport::KeysBehind(std::int64_t after, std::int64_t most) {
  Keys keys;
  {
    Statement statement = db_->Prepare(keys_sql_);
    if (statement && statement.With(after, most).Step()) {
      keys.count = statement.Int(1);
      keys.last = keys.count > 0 ? statement.Int(0) : after;
    }
  }
  return Readable() ? std::optional(keys) : std::nullopt;
}

std::optional<std::int64_t> RowExport::EndOfGap(std::int64_t after) {
  const auto readable = [this](std::int64_t from) {
    {
      Statement statement = db_->Prepare(from_sql_);
      if (statement) statement.With(from).Step();
    }
    return Readable();
  };
  // Ever further until there is something to read, and back to where that begins.
  std::int64_t bad = std::max<std::int64_t>(after, 0);  // keys begin at 1
  std::int64_t good = bad + 1;
  for (std::int64_t step = 1; !readable(good); step *= 2) {
    bad = good;
    if (good > INT64_MAX / 2 - step) return std::nullopt;
    good += step;
  }
  while (good - bad > 1) {
    const std::int64_t middle = bad + (good - bad) / 2;
    (readable(middle) ? good : bad) = middle;
  }
  return good;
}

RowExport::Read RowExport::ReadRows(std::int64_t& from, std::int64_t to, const TakeRow& row) {
  bool stopped = false;
  {
    Statement rows = db_->Prepare(rows_sql_);
    if (rows) rows.With(from, to);
    std::vector<Value> cells(columns_.size());
    while (rows && !stopped && rows.Step()) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = sqlite::CellOf(rows, static_cast<int>(i) + 1);
      from = rows.Int(0);
      stopped = !row(cells);
    }
  }
  if (stopped) return Read::kStopped;
  return Readable() ? Read::kAll : Read::kDamaged;
}

bool RowExport::ReadAround(std::int64_t from, std::int64_t to, const TakeRow& row) {
  const Read read = ReadRows(from, to, row);
  if (read != Read::kDamaged || from == to) return read != Read::kStopped;
  const std::optional<Keys> first = KeysBehind(from, 1);
  if (!first) {
    ++unreadable_.gaps;
    return true;
  }
  if (first->count == 0 || first->last > to) return true;  // rows of the last key, which has several
  const std::optional<Keys> second = KeysBehind(first->last, 1);
  if (first->last == to || (second && (second->count == 0 || second->last > to))) {
    ++unreadable_.rows;
    return true;
  }
  from = std::max(from, first->last - 1);
  const std::int64_t middle = std::max(first->last, from + (to - from) / 2);
  return ReadAround(from, middle, row) && ReadAround(middle, to, row);
}

QueryError RowExport::Next(const std::function<bool(const std::vector<Value>& row)>& row) {
  std::int64_t most = slice_;
  std::optional<Keys> keys = KeysBehind(position_, most);
  while (!keys && most > 1) keys = KeysBehind(position_, most /= 2);
  if (keys) {
    done_ = keys->count < most;
    if (keys->count > 0 && !ReadAround(position_, keys->last, row)) return {};
    position_ = keys->last;
  } else {
    ++unreadable_.gaps;
    const std::optional<std::int64_t> end = EndOfGap(position_);
    done_ = !end;
    if (end) position_ = *end - 1;
  }
  if (!db_->failed()) return {};
  const bool usage = db_->failure().code == StoreErrc::kSql;
  return {false, usage ? db_->failure().message : sqlite::Sentence(path_, db_->failure()), usage};
}

}  // namespace trawl::storage
