#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crawler/control/access.h"
#include "crawler/control/history.h"
#include "crawler/control/http_server.h"
#include "crawler/control/sql_lane.h"
#include "crawler/control/status.h"
#include "crawler/engine.h"
#include "crawler/gate.h"
#include "crawler/parse_pool.h"
#include "crawler/start_failure.h"
#include "crawler/storage_watch.h"

namespace trawl::crawler {

/// What an operator sees and commands: the control API on a Unix socket, the dashboard and metrics on TCP.
/// Runs on: event loop. Owns its servers, the thread that answers SQL, and the history; borrows the crawl.
/// Close before it dies.
class Control {
 public:
  struct Crawl {
    const config::Options& options;
    Clock& clock;
    Engine& engine;
    ParsePool& pool;
    storage::Store& store;
    const StorageWatch& storage;
  };
  struct Reloaded {
    bool good = false;
    std::vector<std::string> lines;  ///< what changed; when it is not good, all that is wrong
  };
  /// What only the daemon itself can do.
  struct Hooks {
    std::function<void(bool at_once)> stop;
    std::function<boost::asio::awaitable<Reloaded>()> reload;
  };

  Control(boost::asio::any_io_executor loop, Crawl crawl, Hooks hooks);

  /// Listens.
  StartFailure Start();
  /// For a log line: where it listens.
  const std::string& dashboard_address() const { return dashboard_address_; }
  /// The crawl is ending: commands that change it are refused.
  void SetStopping() { stopping_ = true; }
  void Close(std::function<void()> done);

 private:
  struct Route;
  static const Route kRoutes[];

  boost::asio::awaitable<void> Watch();
  boost::asio::awaitable<ControlReply> Answer(ControlRequest request);
  boost::asio::awaitable<ControlReply> AnswerOnTcp(ControlRequest request);

  // routes.cc; what answers with rows: row_routes.cc; of single targets and hosts: target_routes.cc
  boost::asio::awaitable<ControlReply> Status(ControlRequest request);
  boost::asio::awaitable<ControlReply> TargetList(ControlRequest request);
  boost::asio::awaitable<ControlReply> Hosts(ControlRequest request);
  boost::asio::awaitable<ControlReply> Queue(ControlRequest request);
  boost::asio::awaitable<ControlReply> Errors(ControlRequest request);
  boost::asio::awaitable<ControlReply> ErrorReasons(ControlRequest request);
  boost::asio::awaitable<ControlReply> Pages(ControlRequest request);
  boost::asio::awaitable<ControlReply> Reports(ControlRequest request);
  boost::asio::awaitable<ControlReply> Calendar(ControlRequest request);
  boost::asio::awaitable<ControlReply> Explain(ControlRequest request);
  boost::asio::awaitable<ControlReply> Sql(ControlRequest request);
  boost::asio::awaitable<ControlReply> Add(ControlRequest request);
  boost::asio::awaitable<ControlReply> Pause(ControlRequest request);
  boost::asio::awaitable<ControlReply> Resume(ControlRequest request);
  boost::asio::awaitable<ControlReply> Reload(ControlRequest request);
  boost::asio::awaitable<ControlReply> Stop(ControlRequest request);
  boost::asio::awaitable<ControlReply> Metrics(ControlRequest request);
  boost::asio::awaitable<ControlReply> PastSamples(ControlRequest request);
  boost::asio::awaitable<ControlReply> Events(ControlRequest request);
  boost::asio::awaitable<ControlReply> SetPaused(ControlRequest request, bool pause);
  boost::asio::awaitable<ControlReply> Rows(std::string sql, std::size_t most);
  boost::asio::awaitable<void> CountQueued();
  boost::asio::awaitable<SqlRows> HostRows(std::string which, std::string order, std::size_t most);
  boost::asio::awaitable<ControlReply> TargetStatus(std::string name);
  boost::asio::awaitable<ControlReply> HostStatus(std::string name);
  json::object TargetObject(std::uint16_t index) const;
  ControlReply RefuseUnknown(std::string_view target) const;
  std::optional<ControlReply> RefuseTarget(const ControlRequest& request) const;
  void ShowNow(SqlRows& hosts) const;
  std::optional<std::uint16_t> TargetNamed(std::string_view name) const;
  storage::Facts Live(const Explanation& explanation) const;
  StatusInput Look() const;
  std::vector<std::pair<std::string, std::string>> HeldTargets() const;
  Sample Measure(double lag_ms) const;
  std::uint64_t ParserMemory() const;
  std::string StatusJson() const;
  /// The next of the server-sent events: the state of the crawl when the next sample is there. Empty at the
  /// end.
  boost::asio::awaitable<std::string> NextEvent();
  boost::asio::awaitable<std::string> FirstEvent();

  boost::asio::any_io_executor loop_;
  Crawl crawl_;
  Hooks hooks_;
  SqlLane sql_;
  History history_;
  Histogram lag_;
  HttpServer socket_, dashboard_;
  std::optional<Access> access_;
  std::string dashboard_address_;
  boost::asio::steady_timer tick_;
  boost::asio::steady_timer sampled_;  ///< never due; cancelled to wake who waits for the next sample
  std::string
      event_;  ///< the latest, made once for all listeners; empty where it would be older than a sample
  std::size_t listeners_ = 0;
  std::uint64_t parser_memory_ = 0;                                   ///< looked at with each sample
  std::optional<std::map<std::string, std::int64_t>> queued_counts_;  ///< by target, as counted last
  std::chrono::steady_clock::time_point count_again_{};
  bool counting_ = false;
  Gate gate_;
  bool stopping_ = false;
  bool closing_ = false;
};

}  // namespace trawl::crawler
