#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace trawl::test {

RawClient::RawClient(const std::string& address, std::uint16_t port)
    : address_(address), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  timeval minute{60, 0};  // only what hangs takes so long, whatever else runs here
  ::setsockopt(fd_.Get(), SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
  ::setsockopt(fd_.Get(), SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  if (::connect(fd_.Get(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0)
    throw std::system_error(errno, std::generic_category(), "connect to " + address);
}

void RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(fd_.Get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the peer has closed: the read that follows tells how
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::Get(std::string_view path, std::string_view fields) {
  Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + address_ + "\r\n" + std::string(fields) + "\r\n");
}

bool RawClient::ReadSome() {
  char buffer[64 * 1024];
  ssize_t got = ::recv(fd_.Get(), buffer, sizeof buffer, 0);
  reset_ = got < 0 && errno == ECONNRESET;
  if (got <= 0) return false;
  in_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::ReadAll(std::size_t limit) {
  while (in_.size() < limit && ReadSome()) {
  }
  return std::exchange(in_, {});
}

std::string RawClient::ReadAnswer() {
  std::size_t head_end = std::string::npos, length = 0;
  for (;;) {
    if (head_end == std::string::npos && (head_end = in_.find("\r\n\r\n")) != std::string::npos) {
      head_end += 4;
      std::size_t field = in_.find("Content-Length: ");
      if (field < head_end) length = std::strtoull(in_.c_str() + field + 16, nullptr, 10);
    }
    if (head_end != std::string::npos && in_.size() >= head_end + length) break;
    if (!ReadSome()) return std::exchange(in_, {});
  }
  std::string answer = in_.substr(0, head_end + length);
  in_.erase(0, head_end + length);
  return answer;
}

}  // namespace trawl::test
