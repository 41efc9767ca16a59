#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "crawler/gate.h"
#include "crawler/page_parser.h"
#include "crawler/worker_link.h"
#include "parser/job_desk.h"
#include "parser/zygote_client.h"

namespace trawl::crawler {

/// What a pool has and what it has lived through.
struct PoolCounts {
  std::uint64_t answers = 0;   ///< pages parsed
  std::uint64_t crashes = 0;   ///< workers that died by a signal or an exit code of their own
  std::uint64_t lies = 0;      ///< workers killed for a wrong byte
  std::uint64_t timeouts = 0;  ///< workers that passed the CPU or wall limit
  std::uint64_t limits = 0;    ///< workers that used up their memory
  std::uint64_t retired = 0;   ///< workers replaced after kPagesPerWorker pages
  std::size_t workers = 0;     ///< alive
  std::size_t queued = 0;      ///< documents that no worker has yet
  std::size_t parsing = 0;     ///< documents in the pipes
};

/// The bridge from the event loop to the parser processes. Every document gets exactly one answer; a worker
/// that crashes, hangs or lies costs the document that it was at, and is replaced; those behind it go to
/// another. Runs on: event loop. Owns the zygote's client and all pipes; must be closed, and Close awaited,
/// before it is destroyed.
class ParsePool final : public PageParser {
 public:
  /// Jobs in one worker's pipe: one that it parses, some whose answers it may keep back to wake this loop for
  /// them together, and one at least so that it does not wait meanwhile.
  static constexpr std::size_t kPipeDepth = parser::JobDesk::kAnswersPerNotice + 2;
  /// After so many pages a worker is replaced: what a library may have leaked ends with it.
  static constexpr std::uint64_t kPagesPerWorker = 10'000;

  /// Asks for the workers at once; documents wait until the first is there.
  ParsePool(boost::asio::any_io_executor loop, parser::ZygoteClient zygote,
            const config::ParserOptions& options);
  ~ParsePool() override;
  ParsePool(const ParsePool&) = delete;
  ParsePool& operator=(const ParsePool&) = delete;

  /// Always comes to an end: with the page, or kParseCrashed (the worker died twice on it, or lied),
  /// kParseTimeout (parser.cpu_max or wall_max, from when a worker is at it), kParseLimit (memory, or a body
  /// of more than kMaxJobBody). `unavailable` says that the pool is closed or broken, and nothing was learnt
  /// about the document.
  boost::asio::awaitable<ParseAnswer> Parse(parser::PageJob job) override;
  std::size_t queued_bytes() const override { return bytes_; }

  /// Answers what still waits as unavailable; `done` is called, on the loop, when the zygote and all workers
  /// have ended and nothing of the pool runs any more.
  void Close(std::function<void()> done);

  /// Why nothing is parsed any more; empty while the zygote lives.
  const std::string& failure() const { return failure_; }

  PoolCounts counts() const;
  std::vector<pid_t> pids() const;

 private:
  using Link = std::shared_ptr<WorkerLink>;  // of the list of links and the link's two coroutines
  using Task = std::unique_ptr<ParseTask>;
  struct Submit;

  boost::asio::awaitable<void> WatchZygote();
  boost::asio::awaitable<void> ReadAnswers(Link link);
  boost::asio::awaitable<void> WatchDeadlines();

  void RequestWorkers();
  void Welcome(parser::SpawnedWorker worker);
  void Dispatch();
  void Hand(const Link& link, Task task);
  WorkerLink::Read TakeAnswers(const Link& link);
  void OnAnswer(const Link& link, Task task);
  void Condemn(const Link& link, Outcome outcome, std::string detail);
  void OnExit(const parser::WorkerExit& exit);
  void BuryIfEnded(const Link& link);
  void Blame(const Link& link);
  void Break(std::string why);
  void FailAll();
  void Kill(pid_t pid);
  void Answer(Task task, ParseAnswer answer);
  void Resume(Task task);
  void Fail(Task task, Outcome outcome, std::string detail);

  boost::asio::any_io_executor loop_;
  config::ParserOptions options_;
  std::size_t target_;         ///< workers wanted
  std::size_t requested_ = 0;  ///< on their way
  std::optional<parser::ZygoteClient> zygote_;
  boost::asio::posix::stream_descriptor control_;  ///< the client's own descriptor, given back before its end
  boost::asio::steady_timer deadlines_;
  Gate gate_;
  std::vector<Link> links_;
  std::deque<Task> queue_;
  std::deque<Task> retries_;  ///< each waits for a fresh worker
  std::size_t bytes_ = 0;
  std::size_t sandbox_failures_ = 0;
  bool watching_ = false;
  bool closed_ = false;
  std::string failure_;
  PoolCounts counts_;
};

}  // namespace trawl::crawler
