#include "crawler/worker_link.h"

#include <boost/asio/buffer.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "crawler/async.h"

namespace trawl::crawler {

WorkerLink::WorkerLink(asio::any_io_executor loop, parser::SpawnedWorker worker)
    : pid_(worker.pid),
      socket_(std::move(loop), worker.socket.Release()),
      memory_(std::move(worker.memory)),
      jobs_(memory_.jobs()),
      answer_frames_(parser::FrameType::kAnswer, memory_.answers()) {}

void WorkerLink::Send(std::unique_ptr<ParseTask> task) {
  if (pipe_.empty()) since_ = Clock::now();
  parser::SetNumber(task->head, static_cast<std::uint16_t>(sent_++));
  task->brings_rules = task->rules && task->rules != rules_;
  if (task->brings_rules) rules_ = task->rules;
  pipe_.push_back(std::move(task));
  if (written_jobs_ + 1 == pipe_.size()) Write();
}

// Puts jobs into the memory until there are no more, or there is no more room; then the worker is to say when
// it has made some.
void WorkerLink::Write() {
  bool asked = false;
  while (written_jobs_ < pipe_.size() && lie_.empty()) {
    if (WriteJob(*pipe_[written_jobs_])) {
      ++written_jobs_;
      written_bytes_ = 0;
    } else if (!std::exchange(asked, true)) {
      memory_.trawl().Want(parser::Wanted::kBytesOrRoom);
    } else {
      break;
    }
  }
}

// True when the whole job is written.
bool WorkerLink::WriteJob(ParseTask& task) {
  const std::string_view parts[] = {task.brings_rules ? std::string_view(*task.rules) : std::string_view(),
                                    task.head, task.body};
  std::size_t written = written_bytes_, passed = 0;
  for (const std::string_view part : parts) {
    const std::size_t from = std::min(written - passed, part.size());
    const Result<std::size_t> put = jobs_.Put(part.substr(from));
    if (!put) {
      Lie("it has taken jobs that it never got");
      return false;
    }
    passed += part.size();
    written += *put;
    if (written < passed) break;
  }
  if (std::exchange(written_bytes_, written) != written) {
    idle_notices_ = 0;
    jobs_.Publish();
    if (memory_.worker().WokenByBytes()) SendNotice();
  }
  return written == passed && passed == parts[0].size() + task.size();
}

// A socket that is full wakes the worker as well, and one that has ended is the reader's to find.
void WorkerLink::SendNotice() {
  constexpr char kNotice = 0;
  ssize_t sent = 0;
  do {
    sent = ::send(socket_.native_handle(), &kNotice, sizeof kNotice, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
}

Awaitable<void> WorkerLink::AwaitNotice() {
  std::array<char, 64> notices;
  const asio::mutable_buffer room = asio::buffer(notices);
  const auto [error, got] = co_await socket_.async_read_some(room, kAwait);
  if (error) ended_ = true;
  if (++idle_notices_ > kMostIdleNotices) Lie("it wakes trawl for nothing");
  if (!condemned) Write();
}

// Whoever waits for a notice must see it.
WorkerLink::Read WorkerLink::Lie(std::string what) {
  lie_ = std::move(what);
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  return Read::kLie;
}

// A frame that comes in pieces makes room as it comes.
Result<bool> WorkerLink::NextFrame() {
  const Result<bool> whole = answer_frames_.Next();
  if (memory_.worker().WokenByRoom()) SendNotice();
  return whole;
}

WorkerLink::Read WorkerLink::ReadAnswer(std::unique_ptr<ParseTask>& task) {
  if (!lie_.empty()) return Read::kLie;
  Result<bool> whole = NextFrame();
  if (whole && !*whole) {
    memory_.trawl().Want(written_jobs_ < pipe_.size() ? parser::Wanted::kBytesOrRoom
                                                      : parser::Wanted::kBytes);
    whole = NextFrame();
  }
  if (!whole) return Lie(whole.error().message());
  // The first job may still be on its way: who answers it already has not read it.
  if ((*whole || answer_frames_.partial()) && written_jobs_ == 0) {
    return Lie("an answer that nobody asked for");
  }
  if (!*whole) return ended_ ? Read::kEnd : Read::kNothingYet;
  if (answer_frames_.header().number != static_cast<std::uint16_t>(answers_)) {
    return Lie("an answer to another document");
  }
  Result<parser::ParsedPage> decoded = parser::DecodeAnswer(answer_frames_.TakePayload());
  if (memory_.worker().WokenByRoom()) SendNotice();
  if (!decoded) return Lie(decoded.error().message());
  task = TakeFirst();
  task->answer->page = std::move(*decoded);
  idle_notices_ = 0;
  ++answers_;
  return Read::kAnswer;
}

std::unique_ptr<ParseTask> WorkerLink::TakeFirst() {
  if (pipe_.empty()) return nullptr;
  std::unique_ptr<ParseTask> first = std::move(pipe_.front());
  pipe_.pop_front();
  if (written_jobs_ > 0) {
    --written_jobs_;
  } else {
    written_bytes_ = 0;
  }
  since_ = Clock::now();
  return first;
}

void WorkerLink::EndInput() {
  ::shutdown(socket_.native_handle(), SHUT_WR);
}

void WorkerLink::Close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace trawl::crawler
