#include "crawler/fetch/plain.h"

#include <cerrno>

namespace trawl::crawler {

Transfer PlainTransport::Write(std::string_view bytes) {
  Transfer step;
  const ssize_t sent = socket_->door().Send(socket_->fd(), bytes.data(), bytes.size());
  if (sent >= 0) {
    step.bytes = static_cast<std::size_t>(sent);
    if (step.bytes < bytes.size()) step.need = Need::kWritable;
  } else if (errno == EAGAIN || errno == EINTR) {
    step.need = Need::kWritable;
  } else {
    step.error = ErrorText(errno);
  }
  return step;
}

Transfer PlainTransport::Read(std::span<char> buffer) {
  Transfer step;
  const ssize_t got = socket_->door().Receive(socket_->fd(), buffer.data(), buffer.size());
  if (got > 0) {
    step.bytes = static_cast<std::size_t>(got);
    step.need = Need::kReadable;  // one read a turn: a fast peer leaves the loop to the others
  } else if (got == 0) {
    step.ended = true;
  } else if (errno == EAGAIN || errno == EINTR) {
    step.need = Need::kReadable;
  } else {
    step.error = ErrorText(errno);
  }
  return step;
}

}  // namespace trawl::crawler
