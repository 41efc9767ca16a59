#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/result.h"

namespace trawl::storage {

/// One value of a result row; monostate is NULL. A blob arrives as text of its bytes.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

struct QueryError {
  bool ok = true;
  std::string message;    ///< for people, names the file or shows where the SQL is wrong
  bool usage = false;     ///< the SQL is at fault, not the database
  bool given_up = false;  ///< a QueryLimit ended it
};

/// When a query is given up, beside its end: at `deadline`, or once `*cancelled` is true.
struct QueryLimits {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  const std::atomic<bool>* cancelled = nullptr;
};

/// Runs one read-only statement on the database at `path`, beside a running crawl. Blocks; `row` is called
/// for each row and may return false to stop. Nothing is ever written: a statement that would write is
/// refused, and a missing file is not created. `parameters` are the values of ?1, ?2 ... in the SQL.
QueryError Query(const std::string& path, std::string_view sql,
                 const std::function<void(const std::vector<std::string>& columns)>& header,
                 const std::function<bool(const std::vector<Value>& row)>& row,
                 const QueryLimits& limits = {}, const std::vector<Value>& parameters = {});

}  // namespace trawl::storage
