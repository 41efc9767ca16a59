#include "crawler/worker_link.h"

#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "crawler/async.h"

namespace trawl::crawler {

WorkerLink::WorkerLink(asio::any_io_executor loop, parser::SpawnedWorker worker)
    : pid_(worker.pid), socket_(std::move(loop), worker.socket.Release()) {}

bool WorkerLink::Send(std::unique_ptr<ParseTask> task) {
  if (pipe_.empty()) since_ = Clock::now();
  pipe_.push_back(std::move(task));
  if (writing_) return true;
  writing_ = !Write();
  return !writing_;
}

// A socket that has ended takes everything: the end is the reader's to find.
bool WorkerLink::Write() {
  while (written_jobs_ < pipe_.size()) {
    const std::string& frame = pipe_[written_jobs_]->frame;
    const ssize_t sent = ::send(socket_.native_handle(), frame.data() + written_bytes_,
                                frame.size() - written_bytes_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno != EAGAIN;
    written_bytes_ += static_cast<std::size_t>(sent);
    if (written_bytes_ < frame.size()) continue;
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

long WorkerLink::Receive(char* to, std::size_t size) {
  for (;;) {
    const ssize_t got = ::recv(socket_.native_handle(), to, size, MSG_DONTWAIT);
    if (got > 0) return got;
    if (got < 0 && errno == EINTR) continue;
    return got < 0 && errno == EAGAIN ? 0 : -1;
  }
}

WorkerLink::Read WorkerLink::Lie(std::string what) {
  lie_ = std::move(what);
  return Read::kLie;
}

WorkerLink::Read WorkerLink::ReadAnswer(parser::ParsedPage& page, std::unique_ptr<ParseTask>& task) {
  while (header_size_ < header_.size()) {
    const long got = Receive(header_.data() + header_size_, header_.size() - header_size_);
    if (got == 0) return Read::kNothingYet;
    if (got < 0) return Read::kEnd;
    // The first job may still be on its way: who answers it already has not read it.
    if (written_jobs_ == 0) return Lie("an answer that nobody asked for");
    header_size_ += static_cast<std::size_t>(got);
    if (header_size_ < header_.size()) continue;
    const auto size = parser::DecodeFrameHeader({header_.data(), header_.size()}, parser::FrameType::kAnswer);
    if (!size) return Lie(size.error().message());
    payload_.resize(*size);
    payload_size_ = 0;
  }
  while (payload_size_ < payload_.size()) {
    const long got = Receive(payload_.data() + payload_size_, payload_.size() - payload_size_);
    if (got == 0) return Read::kNothingYet;
    if (got < 0) return Read::kEnd;
    payload_size_ += static_cast<std::size_t>(got);
  }
  header_size_ = 0;
  Result<parser::ParsedPage> decoded = parser::DecodeAnswer(std::exchange(payload_, {}));
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
