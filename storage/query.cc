#include "storage/query.h"

#include <algorithm>
#include <utility>

#include "storage/sqlite/open_database.h"
#include "storage/sqlite/row_cells.h"

namespace trawl::storage {
namespace {

using sqlite::Connection;
using sqlite::Statement;

QueryError WrongSql(std::string message) {
  return {false, std::move(message), true};
}

/// The words of SQLite, and below them the line of the SQL with a mark where it is wrong.
std::string Explain(std::string_view sql, const Connection::Failure& failure) {
  std::string message = failure.message;
  if (failure.sql_offset < 0 || static_cast<std::size_t>(failure.sql_offset) > sql.size()) return message;
  const std::size_t at = static_cast<std::size_t>(failure.sql_offset);
  const std::size_t before = sql.rfind('\n', at == 0 ? 0 : at - 1);
  const std::size_t begin = before == std::string_view::npos || before >= at ? 0 : before + 1;
  const std::size_t end = std::min(sql.find('\n', at), sql.size());
  message +=
      "\n  " + std::string(sql.substr(begin, end - begin)) + "\n  " + std::string(at - begin, ' ') + "^";
  return message;
}

bool OnlySpaceAndComments(Connection& db, std::string_view tail) {
  while (!tail.empty() && !db.failed()) {
    if (db.Prepare(tail, &tail)) return false;
  }
  return !db.failed();
}

}  // namespace

QueryError Query(const std::string& path, std::string_view sql,
                 const std::function<void(const std::vector<std::string>& columns)>& header,
                 const std::function<bool(const std::vector<Value>& row)>& row, const QueryLimits& limits,
                 const std::vector<Value>& parameters) {
  std::string error;
  const std::unique_ptr<Connection> db = sqlite::OpenForQuestions(path, error);
  if (!db) return {false, error, false};
  const std::function<bool()> give_up = [&limits] {
    return (limits.cancelled && limits.cancelled->load(std::memory_order_relaxed)) ||
           std::chrono::steady_clock::now() >= limits.deadline;
  };
  const QueryError given_up{false, "the query took too long and was given up", true, true};
  if (give_up()) return given_up;  // SQLite asks only now and then
  db->InterruptWhen(&give_up);

  std::string_view tail = sql;
  Statement statement;
  while (!statement && !tail.empty() && !db->failed()) statement = db->Prepare(tail, &tail);
  if (db->failed()) return WrongSql(Explain(sql, db->failure()));
  if (!statement) return WrongSql("there is no SQL to run");
  if (!statement.ReadOnly()) return WrongSql("only statements that read are allowed here");
  if (!OnlySpaceAndComments(*db, tail)) return WrongSql("only one statement at a time is allowed");

  for (std::size_t i = 0; i < parameters.size(); ++i)
    sqlite::BindValue(statement, static_cast<int>(i) + 1, parameters[i]);
  std::vector<std::string> columns;
  for (int i = 0; i < statement.columns(); ++i) columns.emplace_back(statement.ColumnName(i));
  header(columns);
  std::vector<Value> cells(columns.size());
  while (statement.Step()) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = sqlite::CellOf(statement, static_cast<int>(i));
    if (!row(cells)) return {};
  }
  if (!db->failed()) return {};
  if (give_up()) return given_up;
  const bool usage = db->failure().code == StoreErrc::kSql || db->failure().code == StoreErrc::kReadOnly;
  return {false, usage ? db->failure().message : sqlite::Sentence(path, db->failure()), usage};
}

}  // namespace trawl::storage
