#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "crawler/page_parser.h"
#include "parser/frame_reader.h"
#include "parser/zygote_client.h"

namespace trawl::crawler {

/// A document on its way through the pool. Owned by the queue or pipe that it is in.
struct ParseTask {
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<>, void(ParseAnswer)>::handler_type;

  std::size_t size() const { return head.size() + body.size(); }
  /// What goes into the pipe for it.
  std::size_t pipe_size() const { return size() + (brings_rules ? rules->size() : 0); }

  std::string head;  ///< of the frame, up to the body
  std::string body;
  Handler handler;                           ///< resumes the coroutine that waits in Parse
  std::shared_ptr<const std::string> rules;  ///< the frame of item rules that it counts on, if any
  bool retried = false;                      ///< a worker has died on it once
  bool brings_rules = false;                 ///< the worker at hand has others: the frame goes before the job
};

/// The pipe to one worker: writes jobs, reads answers, and believes nothing of what it reads.
/// Runs on: event loop. Owns the socket and the jobs in the pipe, of which the worker is at the first.
class WorkerLink {
 public:
  using Clock = std::chrono::steady_clock;

  WorkerLink(boost::asio::any_io_executor loop, parser::SpawnedWorker worker);

  /// Puts a job at the end of the pipe and writes what the socket takes. False when the rest waits for the
  /// socket: then WriteRest must run.
  bool Send(std::unique_ptr<ParseTask> task);
  /// Writes until nothing is left, or the socket ends.
  boost::asio::awaitable<void> WriteRest();

  /// Waits until the socket has something to read, or has ended.
  boost::asio::awaitable<void> AwaitReadable();
  enum class Read { kAnswer, kNothingYet, kEnd, kLie };
  /// Takes the next answer, when it is there as a whole: then `task` is the job it belongs to. After kLie,
  /// lie() says what was wrong.
  Read ReadAnswer(parser::ParsedPage& page, std::unique_ptr<ParseTask>& task);

  /// The job that the worker is at, taken out of the pipe; null when there is none.
  std::unique_ptr<ParseTask> TakeFirst();
  /// Tells the worker, by the end of its socket, that nothing more comes.
  void EndInput();
  /// Ends both coroutines.
  void Close();

  pid_t pid() const { return pid_; }
  std::size_t jobs() const { return pipe_.size(); }
  std::uint64_t answers() const { return answers_; }
  /// Since when the worker is at its first job.
  Clock::time_point since() const { return since_; }
  /// Counts from now: nobody could have answered in time.
  void RestartClock() { since_ = Clock::now(); }
  const std::string& lie() const { return lie_; }

  // What the pool knows of the worker's end. Both of socket and process must have ended before it is gone.
  bool condemned = false;  ///< its answers count no more; its end needs no explanation
  bool retiring = false;
  bool socket_ended = false;
  std::optional<parser::WorkerExit> exit;

 private:
  bool Write();
  Read Lie(std::string what);
  /// Reads once into the frame reader; kAnswer when there was something.
  Read Receive();

  const pid_t pid_;
  boost::asio::posix::stream_descriptor socket_;
  std::deque<std::unique_ptr<ParseTask>> pipe_;
  std::size_t written_jobs_ = 0;              ///< jobs of the pipe written as a whole
  std::size_t written_bytes_ = 0;             ///< of the job after them
  std::uint64_t sent_ = 0;                    ///< jobs ever put into the pipe, which is what numbers them
  std::shared_ptr<const std::string> rules_;  ///< that the worker has, or will have before the next job
  bool writing_ = false;
  Clock::time_point since_{};

  parser::FrameReader frames_{parser::FrameType::kAnswer};
  bool drained_ = false;  ///< the last read took all that the socket had
  std::uint64_t answers_ = 0;
  std::string lie_;
};

}  // namespace trawl::crawler
