#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "crawler/explanation.h"
#include "storage/lane.h"
#include "storage/query.h"

namespace trawl::crawler {

/// The rows of one query, or why there are none.
struct SqlRows {
  storage::QueryError error;
  std::vector<std::string> columns;
  std::vector<std::vector<storage::Value>> rows;
  bool more = false;  ///< max_rows or kMaxBytes cut them
};

/// Answers SQL for the control API on one thread of its own, so that a long query delays neither the loop nor
/// the crawl's own reads. Runs on: event loop calls, its thread works. Owns the thread.
class SqlLane {
 public:
  static constexpr std::chrono::seconds kDeadline{5};
  static constexpr std::size_t kMaxWaiting = 32;     ///< more are refused at once
  static constexpr std::size_t kMaxBytes = 4 << 20;  ///< of one answer's cells

  SqlLane(boost::asio::any_io_executor loop, std::string database)
      : loop_(std::move(loop)), database_(std::move(database)) {}
  ~SqlLane();

  boost::asio::awaitable<SqlRows> Run(std::string sql, std::size_t max_rows);
  /// What the database knows of one URL.
  struct Told {
    storage::QueryError error;
    Explanation explanation;
  };
  boost::asio::awaitable<Told> LookUp(Explanation explanation);
  /// What is under way, and all that is asked from now on, is given up.
  void Cancel() { cancelled_ = true; }

 private:
  storage::QueryLimits Limits() const;
  SqlRows Answer(const std::string& sql, std::size_t max_rows) const;

  boost::asio::any_io_executor loop_;
  const std::string database_;
  std::atomic<bool> cancelled_ = false;
  std::size_t waiting_ = 0;            // event loop
  storage::Lane lane_{"control sql"};  // last: its thread ends before what it uses
};

/// A text as an SQL literal, quotes and all; what follows a NUL is cut.
std::string SqlText(std::string_view text);

}  // namespace trawl::crawler
