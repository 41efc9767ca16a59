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
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;

  std::size_t size() const { return head.size() + body.size(); }

  std::string head;  ///< of the frame, up to the body
  std::string body;
  Handler handler;                ///< resumes the coroutine that waits in Parse, which it keeps alive
  ParseAnswer* answer = nullptr;  ///< in that coroutine
  std::shared_ptr<const std::string> rules;  ///< the frame of item rules that it counts on, if any
  bool retried = false;                      ///< a worker has died on it once
  bool brings_rules = false;                 ///< the worker at hand has others: the frame goes before the job
};

/// The pipe to one worker: puts jobs into the memory that both share, takes answers out of it, and believes
/// nothing of what it finds there. The socket carries notices alone, which wake whoever sleeps, and the end.
/// Runs on: event loop. Owns socket, memory and the jobs in the pipe, of which the worker is at the first.
class WorkerLink {
 public:
  /// Notices in a row that may bring no whole answer and take no job: more than the pieces of the largest.
  static constexpr std::size_t kMostIdleNotices = 1000;

  using Clock = std::chrono::steady_clock;

  WorkerLink(boost::asio::any_io_executor loop, parser::SpawnedWorker worker);

  /// Puts a job at the end of the pipe. What the memory has no room for goes as the worker makes some.
  void Send(std::unique_ptr<ParseTask> task);

  /// After kNothingYet: waits until the worker has done something, or has ended.
  boost::asio::awaitable<void> AwaitNotice();
  enum class Read { kAnswer, kNothingYet, kEnd, kLie };
  /// Takes the next answer, when it is there as a whole: then `task` is the job it belongs to, whose answer
  /// has the page. kEnd only when all that the worker has left is taken. After kLie, lie() says what was
  /// wrong.
  Read ReadAnswer(std::unique_ptr<ParseTask>& task);

  /// The job that the worker is at, taken out of the pipe; null when there is none.
  std::unique_ptr<ParseTask> TakeFirst();
  /// Tells the worker, by the end of its socket, that nothing more comes.
  void EndInput();
  /// Ends the wait.
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
  void Write();
  bool WriteJob(ParseTask& task);
  Result<bool> NextFrame();
  void SendNotice();
  Read Lie(std::string what);

  const pid_t pid_;
  boost::asio::posix::stream_descriptor socket_;
  parser::WorkerMemory memory_;
  parser::RingWriter jobs_;
  parser::FrameReader answer_frames_;
  std::deque<std::unique_ptr<ParseTask>> pipe_;
  std::size_t written_jobs_ = 0;              ///< jobs of the pipe written as a whole
  std::size_t written_bytes_ = 0;             ///< of the job after them
  std::uint64_t sent_ = 0;                    ///< jobs ever put into the pipe, which is what numbers them
  std::shared_ptr<const std::string> rules_;  ///< that the worker has, or will have before the next job
  Clock::time_point since_{};

  bool ended_ = false;            ///< the socket has
  std::size_t idle_notices_ = 0;  ///< since something came or went
  std::uint64_t answers_ = 0;
  std::string lie_;
};

}  // namespace trawl::crawler
