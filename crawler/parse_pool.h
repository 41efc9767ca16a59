#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "config/options.h"
#include "crawler/gate.h"
#include "crawler/page_parser.h"
#include "parser/zygote_client.h"

namespace trawl::crawler {

/// The bridge from the event loop to the parser processes: a coroutine waits here while a worker parses. A
/// worker that dies, hangs or lies is killed and replaced; it costs the page it was at, the others in its
/// pipe go to another worker. Runs on: event loop. Owns the zygote's client and every worker's socket.
/// Close() before it is destroyed.
class ParsePool final : public PageParser {
 public:
  ParsePool(boost::asio::any_io_executor loop, parser::ZygoteClient zygote,
            const config::ParserOptions& options);
  ~ParsePool() override;

  boost::asio::awaitable<ParseAnswer> Parse(parser::PageJob job) override;
  std::size_t queued_bytes() const override { return queued_bytes_; }

  /// Ends every worker; `done` is called on the loop when nothing of the pool runs any more. Pages still
  /// waiting fail.
  void Close(std::function<void()> done);

  struct Counts {
    std::size_t workers = 0;
    std::size_t queued = 0;  ///< pages waiting or being parsed
    std::uint64_t crashed = 0, timed_out = 0, over_limit = 0;
  };
  Counts counts() const;
  /// Not empty when no page can be parsed any more: the fork server is gone, or workers cannot enter their
  /// sandbox.
  const std::string& failure() const { return failure_; }

 private:
  struct Job;
  struct Worker;

  boost::asio::awaitable<void> WatchZygote();
  boost::asio::awaitable<void> Send(std::shared_ptr<Worker> worker);
  boost::asio::awaitable<void> Receive(std::shared_ptr<Worker> worker);
  boost::asio::awaitable<void> WatchClock();
  void Adopt(parser::SpawnedWorker spawned);
  void Bury(const parser::WorkerExit& exit);
  void Kill(Worker& worker, Outcome outcome, std::string why);
  void Feed();
  void Finish(Job& job, ParseAnswer answer);
  void Fail(std::string why);

  boost::asio::any_io_executor loop_;
  parser::ZygoteClient zygote_;
  const config::ParserOptions options_;
  boost::asio::posix::stream_descriptor news_;
  boost::asio::steady_timer clock_;
  std::map<pid_t, std::shared_ptr<Worker>> workers_;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::size_t queued_ = 0;
  std::size_t queued_bytes_ = 0;
  Counts counts_;
  std::string failure_;
  bool closing_ = false;
  Gate gate_;
};

}  // namespace trawl::crawler
