#include "crawler/worker_link.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <span>
#include <utility>

#include "crawler/async.h"

namespace trawl::crawler {

WorkerLink::WorkerLink(asio::any_io_executor loop, parser::SpawnedWorker worker)
    : pid_(worker.pid), socket_(std::move(loop), worker.socket.Release()) {}

bool WorkerLink::Send(std::unique_ptr<ParseTask> task) {
  if (pipe_.empty()) since_ = Clock::now();
  parser::SetNumber(task->head, static_cast<std::uint16_t>(sent_++));
  task->brings_rules = task->rules && task->rules != rules_;
  if (task->brings_rules) rules_ = task->rules;
  pipe_.push_back(std::move(task));
  if (writing_) return true;
  writing_ = !Write();
  return !writing_;
}

// A socket that has ended takes everything: the end is the reader's to find.
bool WorkerLink::Write() {
  while (written_jobs_ < pipe_.size()) {
    ParseTask& task = *pipe_[written_jobs_];
    const std::string_view before = task.brings_rules ? std::string_view(*task.rules) : std::string_view();
    const std::size_t rules = std::min(written_bytes_, before.size());
    const std::size_t head = std::min(written_bytes_ - rules, task.head.size());
    const std::size_t body = written_bytes_ - rules - head;
    // sendmsg only reads.
    iovec parts[] = {{const_cast<char*>(before.data()) + rules, before.size() - rules},
                     {task.head.data() + head, task.head.size() - head},
                     {task.body.data() + body, task.body.size() - body}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = std::size(parts);
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno != EAGAIN;
    written_bytes_ += static_cast<std::size_t>(sent);
    if (written_bytes_ < task.pipe_size()) continue;
    ++written_jobs_;
    written_bytes_ = 0;
  }
  return true;
}

Awaitable<void> WorkerLink::WriteRest() {
  while (!Write()) {
    const auto [error] = co_await socket_.async_wait(asio::posix::stream_descriptor::wait_write, kAwait);
    if (error) break;
  }
  writing_ = false;
}

Awaitable<void> WorkerLink::AwaitReadable() {
  co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read, kAwait);
}

WorkerLink::Read WorkerLink::Lie(std::string what) {
  lie_ = std::move(what);
  return Read::kLie;
}

WorkerLink::Read WorkerLink::Receive() {
  const std::span<char> room = frames_.Room();
  ssize_t got = 0;
  do {
    got = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN) return Read::kNothingYet;
  if (got <= 0) return Read::kEnd;
  frames_.Filled(static_cast<std::size_t>(got));
  drained_ = static_cast<std::size_t>(got) < room.size();
  return Read::kAnswer;
}

WorkerLink::Read WorkerLink::ReadAnswer(parser::ParsedPage& page, std::unique_ptr<ParseTask>& task) {
  Result<bool> whole = frames_.Next();
  while (whole && !*whole) {
    // The first job may still be on its way: who answers it already has not read it.
    if (frames_.partial() && written_jobs_ == 0) return Lie("an answer that nobody asked for");
    if (std::exchange(drained_, false)) return Read::kNothingYet;
    if (const Read read = Receive(); read != Read::kAnswer) return read;
    whole = frames_.Next();
  }
  if (!whole) return Lie(whole.error().message());
  if (written_jobs_ == 0) return Lie("an answer that nobody asked for");
  if (frames_.header().number != static_cast<std::uint16_t>(answers_)) {
    return Lie("an answer to another document");
  }
  Result<parser::ParsedPage> decoded = parser::DecodeAnswer(frames_.TakePayload());
  if (!decoded) return Lie(decoded.error().message());
  page = std::move(*decoded);
  task = TakeFirst();
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
