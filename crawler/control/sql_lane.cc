#include "crawler/control/sql_lane.h"

#include <utility>

#include "crawler/async.h"
#include "crawler/cross.h"
#include "crawler/explain_url.h"

namespace trawl::crawler {
namespace {

std::size_t BytesOf(const std::vector<storage::Value>& row) {
  std::size_t bytes = row.size() * sizeof(storage::Value);
  for (const storage::Value& value : row) {
    if (const std::string* text = std::get_if<std::string>(&value)) bytes += text->size();
  }
  return bytes;
}

}  // namespace

SqlLane::~SqlLane() {
  Cancel();
  lane_.Stop();
}

storage::QueryLimits SqlLane::Limits() const {
  return {std::chrono::steady_clock::now() + kDeadline, &cancelled_};
}

SqlRows SqlLane::Answer(const std::string& sql, std::size_t max_rows) const {
  SqlRows result;
  std::size_t bytes = 0;
  result.error = storage::Query(
      database_, sql, [&](const std::vector<std::string>& columns) { result.columns = columns; },
      [&](const std::vector<storage::Value>& row) {
        bytes += BytesOf(row);
        result.more = result.rows.size() >= max_rows || bytes > kMaxBytes;
        if (!result.more) result.rows.push_back(row);
        return !result.more;
      },
      Limits());
  return result;
}

Awaitable<SqlRows> SqlLane::Run(std::string sql, std::size_t max_rows) {
  if (waiting_ >= kMaxWaiting) {
    SqlRows busy;
    busy.error = {false, "too many queries are waiting", false, true};
    co_return busy;
  }
  ++waiting_;
  auto start = [this, &sql, max_rows](auto done) {
    lane_.Post([this, done = std::move(done), sql = std::move(sql), max_rows]() mutable {
      done(Answer(sql, max_rows));
    });
  };
  SqlRows rows = co_await Cross<SqlRows>(loop_, start);
  --waiting_;
  co_return rows;
}

Awaitable<SqlLane::Told> SqlLane::LookUp(Explanation explanation) {
  if (waiting_ >= kMaxWaiting) {
    Told busy{{false, "too many queries are waiting", false, true}, std::move(explanation)};
    co_return busy;
  }
  ++waiting_;
  auto start = [this, &explanation](auto done) {
    lane_.Post([this, done = std::move(done), told = Told{{}, std::move(explanation)}]() mutable {
      told.error = LookUpStory(database_, told.explanation, Limits());
      done(std::move(told));
    });
  };
  Told told = co_await Cross<Told>(loop_, start);
  --waiting_;
  co_return told;
}

std::string SqlText(std::string_view text) {
  std::string literal = "'";
  for (char c : text.substr(0, text.find('\0'))) {
    literal += c;
    if (c == '\'') literal += c;
  }
  return literal + "'";
}

}  // namespace trawl::crawler
