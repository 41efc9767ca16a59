#include "crawler/parse_pool.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "crawler/async.h"

namespace trawl::crawler {
namespace {

using Stream = asio::local::stream_protocol::socket;
using SteadyClock = std::chrono::steady_clock;

/// Jobs in one worker's pipe: one that it parses and one that waits there, so that no core waits for a round
/// trip.
constexpr std::size_t kDepth = 2;
constexpr auto kTick = std::chrono::milliseconds(50);

}  // namespace

struct ParsePool::Job {
  Job(asio::any_io_executor loop, std::string encoded)
      : frame(std::move(encoded)), bytes(frame.size()), done(loop, SteadyClock::time_point::max()) {}
  std::string frame;
  const std::size_t bytes;
  int crashes = 0;
  bool finished = false;
  ParseAnswer answer;
  asio::steady_timer done;  ///< cancelled when the answer is there
};

struct ParsePool::Worker {
  Worker(asio::any_io_executor loop, pid_t process) : pid(process), socket(loop), more(loop) {}
  const pid_t pid;
  Stream socket;
  std::deque<std::shared_ptr<Job>> sent;  ///< in its pipe; it is at the first
  SteadyClock::time_point front_since{};  ///< when it can have begun with the first
  asio::steady_timer more;                ///< cancelled when there is something to send
  Outcome verdict = Outcome::kParseCrashed;
  std::string why;  ///< not empty: we killed it, and why
  bool ended = false;
};

ParsePool::ParsePool(asio::any_io_executor loop, parser::ZygoteClient zygote,
                     const config::ParserOptions& options)
    : loop_(loop),
      zygote_(std::move(zygote)),
      options_(options),
      news_(loop, ::dup(zygote_.fd())),
      clock_(loop),
      gate_(loop) {
  std::size_t workers = options.workers;
  if (workers == 0) workers = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < workers; ++i) {
    if (!zygote_.RequestWorker()) Fail("the parser's fork server is gone");
  }
  gate_.Spawn(WatchZygote());
  gate_.Spawn(WatchClock());
}

ParsePool::~ParsePool() = default;

ParsePool::Counts ParsePool::counts() const {
  Counts counts = counts_;
  counts.workers = workers_.size();
  counts.queued = queued_;
  return counts;
}

Awaitable<ParseAnswer> ParsePool::Parse(parser::PageJob job) {
  std::string frame;
  EncodeJob(job, frame);
  job = {};
  auto entry = std::make_shared<Job>(loop_, std::move(frame));
  if (!failure_.empty() || closing_) {
    ParseAnswer answer;
    answer.outcome = Outcome::kParseCrashed;
    answer.detail = closing_ ? "the parser is being stopped" : failure_;
    co_return answer;
  }
  ++queued_;
  queued_bytes_ += entry->bytes;
  waiting_.push_back(entry);
  Feed();
  while (!entry->finished) co_await entry->done.async_wait(kAwait);
  co_return std::move(entry->answer);
}

void ParsePool::Finish(Job& job, ParseAnswer answer) {
  if (job.finished) return;
  job.finished = true;
  job.answer = std::move(answer);
  --queued_;
  queued_bytes_ -= job.bytes;
  job.done.cancel();
}

void ParsePool::Feed() {
  for (auto& [pid, worker] : workers_) worker->more.cancel();
}

void ParsePool::Adopt(parser::SpawnedWorker spawned) {
  auto worker = std::make_shared<Worker>(loop_, spawned.pid);
  boost::system::error_code failed;
  worker->socket.assign(asio::local::stream_protocol(), spawned.socket.Get(), failed);
  if (failed) {
    (void)zygote_.Kill(spawned.pid);
    return;
  }
  (void)spawned.socket.Release();
  workers_[spawned.pid] = worker;
  gate_.Spawn(Send(worker));
  gate_.Spawn(Receive(worker));
}

Awaitable<void> ParsePool::Send(std::shared_ptr<Worker> worker) {
  while (!worker->ended && !closing_) {
    if (waiting_.empty() || worker->sent.size() >= kDepth || !worker->why.empty()) {
      worker->more.expires_at(SteadyClock::time_point::max());
      co_await worker->more.async_wait(kAwait);
      continue;
    }
    const std::shared_ptr<Job> job = std::move(waiting_.front());
    waiting_.pop_front();
    if (worker->sent.empty()) worker->front_since = SteadyClock::now();
    worker->sent.push_back(job);
    const auto [failed, written] =
        co_await asio::async_write(worker->socket, asio::buffer(job->frame), kAwait);
    if (failed) break;  // it is dying: the zygote's word follows, and decides what becomes of its jobs
  }
}

Awaitable<void> ParsePool::Receive(std::shared_ptr<Worker> worker) {
  char header[parser::kFrameHeader];
  while (!worker->ended && !closing_) {
    const auto [failed, read] = co_await asio::async_read(worker->socket, asio::buffer(header), kAwait);
    if (failed) break;
    const Result<std::size_t> size =
        parser::DecodeFrameHeader({header, sizeof header}, parser::FrameType::kAnswer);
    if (!size || worker->sent.empty()) {
      Kill(*worker, Outcome::kParseCrashed,
           "the parser lied: " +
               (size ? std::string("an answer that nobody asked for") : size.error().message()));
      break;
    }
    std::vector<char> payload(*size);
    const auto [cut, got] = co_await asio::async_read(worker->socket, asio::buffer(payload), kAwait);
    if (cut || worker->ended || worker->sent.empty()) break;
    Result<parser::ParsedPage> page = parser::DecodeAnswer(std::move(payload));
    if (!page) {
      Kill(*worker, Outcome::kParseCrashed, "the parser lied: " + page.error().message());
      break;
    }
    const std::shared_ptr<Job> job = std::move(worker->sent.front());
    worker->sent.pop_front();
    worker->front_since = SteadyClock::now();
    worker->more.cancel();
    ParseAnswer answer;
    answer.page = std::move(*page);
    Finish(*job, std::move(answer));
  }
}

void ParsePool::Kill(Worker& worker, Outcome outcome, std::string why) {
  if (!worker.why.empty()) return;
  worker.verdict = outcome;
  worker.why = std::move(why);
  if (!zygote_.Kill(worker.pid)) Fail("the parser's fork server is gone");
}

Awaitable<void> ParsePool::WatchClock() {
  while (!closing_) {
    clock_.expires_after(kTick);
    co_await clock_.async_wait(kAwait);
    const auto now = SteadyClock::now();
    for (auto& [pid, worker] : workers_) {
      if (!worker->sent.empty() && now - worker->front_since > options_.wall_max) {
        Kill(*worker, Outcome::kParseTimeout,
             "the parser gave no answer for " + std::to_string(options_.wall_max.count()) + " ms");
      }
    }
  }
}

Awaitable<void> ParsePool::WatchZygote() {
  while (!closing_) {
    const auto [failed] = co_await news_.async_wait(asio::posix::stream_descriptor::wait_read, kAwait);
    if (failed || closing_) break;
    for (;;) {
      Result<std::optional<parser::ZygoteClient::Event>> event = zygote_.Receive();
      if (!event) {
        Fail("the parser's fork server is gone");
        co_return;
      }
      if (!*event) break;
      if ((*event)->spawned) Adopt(std::move(*(*event)->spawned));
      if ((*event)->exited) Bury(*(*event)->exited);
    }
  }
}

void ParsePool::Bury(const parser::WorkerExit& exit) {
  const auto found = workers_.find(exit.pid);
  if (found == workers_.end()) return;
  const std::shared_ptr<Worker> worker = std::move(found->second);
  workers_.erase(found);
  worker->ended = true;
  worker->socket.close();
  worker->more.cancel();

  Outcome outcome = worker->verdict;
  std::string why = worker->why;
  if (why.empty() && exit.signal == SIGPROF) {
    outcome = Outcome::kParseTimeout;
    why = "the parser used up " + std::to_string(options_.cpu_max.count()) + " ms of CPU time";
  } else if (why.empty() && exit.signal == 0 && exit.exit_code == parser::kExitLimit) {
    outcome = Outcome::kParseLimit;
    why = "the document needs more memory or nesting than a parser may use";
  } else if (why.empty()) {
    why = exit.signal != 0 ? "the parser was killed by SIG" + std::string(sigabbrev_np(exit.signal))
                           : "the parser ended with exit code " + std::to_string(exit.exit_code);
  }
  if (outcome == Outcome::kParseCrashed) ++counts_.crashed;
  if (outcome == Outcome::kParseTimeout) ++counts_.timed_out;
  if (outcome == Outcome::kParseLimit) ++counts_.over_limit;

  std::deque<std::shared_ptr<Job>> sent = std::move(worker->sent);
  if (!sent.empty()) {
    const std::shared_ptr<Job> at = std::move(sent.front());
    sent.pop_front();
    // A crash may be another page's doing: once more, in a fresh worker.
    if (outcome == Outcome::kParseCrashed && at->crashes++ == 0 && !closing_) {
      sent.push_front(at);
    } else {
      ParseAnswer answer;
      answer.outcome = outcome;
      answer.detail = why;
      Finish(*at, std::move(answer));
    }
  }
  for (; !sent.empty(); sent.pop_back()) waiting_.push_front(std::move(sent.back()));
  if (closing_) return;
  if (exit.exit_code == parser::kExitNoSandbox) {
    Fail("parser processes cannot enter their sandbox on this machine");
    return;
  }
  if (!zygote_.RequestWorker()) Fail("the parser's fork server is gone");
  Feed();
}

void ParsePool::Fail(std::string why) {
  if (failure_.empty()) failure_ = std::move(why);
  ParseAnswer answer;
  answer.outcome = Outcome::kParseCrashed;
  answer.detail = failure_;
  const auto refuse = [&](Job& job) {
    ParseAnswer copy;
    copy.outcome = answer.outcome;
    copy.detail = answer.detail;
    Finish(job, std::move(copy));
  };
  for (const std::shared_ptr<Job>& job : waiting_) refuse(*job);
  waiting_.clear();
  for (auto& [pid, worker] : workers_) {
    for (const std::shared_ptr<Job>& job : worker->sent) refuse(*job);
    worker->sent.clear();
  }
}

void ParsePool::Close(std::function<void()> done) {
  closing_ = true;
  Fail("the parser is being stopped");
  boost::system::error_code ignored;
  news_.close(ignored);
  clock_.cancel();
  for (auto& [pid, worker] : workers_) {
    worker->ended = true;
    worker->socket.close(ignored);
    worker->more.cancel();
  }
  gate_.Close(std::move(done));
}

}  // namespace trawl::crawler
