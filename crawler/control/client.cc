#include "crawler/control/client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "config/unique_fd.h"

namespace trawl::crawler {
namespace {

constexpr timeval kPatience{30, 0};
constexpr std::size_t kMaxAnswer = 64 << 20;

ControlAnswer Failed(const std::string& socket, const std::string& why) {
  return {0, {}, socket + ": " + why};
}

/// The other end is a trawl of ours: "HTTP/1.1 200 ...", fields, an empty line, the body up to the end.
ControlAnswer Split(const std::string& socket, const std::string& text) {
  const std::size_t head = text.find("\r\n\r\n");
  ControlAnswer answer;
  if (head == std::string::npos || !text.starts_with("HTTP/1.1 "))
    return Failed(socket, "no answer of a trawl daemon");
  std::from_chars(text.data() + 9, text.data() + head, answer.status);
  answer.body = text.substr(head + 4);
  return answer;
}

}  // namespace

ControlAnswer AskDaemon(const std::string& socket, const std::string& method, const std::string& path,
                        const std::string& body) {
  sockaddr_un address{};
  if (socket.size() >= sizeof address.sun_path) return Failed(socket, "the path is longer than 107 bytes");
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.c_str(), socket.size());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Failed(socket, std::strerror(errno));
  ::setsockopt(fd.Get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(fd.Get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(fd.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EACCES) return Failed(socket, "only the daemon's user and group may use it");
    const bool nobody = errno == ENOENT || errno == ECONNREFUSED;
    return Failed(
        socket,
        nobody ? "no daemon is running there; name its socket with --socket, or its configuration with -c"
               : std::strerror(errno));
  }
  const std::string request =
      method + " " + path +
      " HTTP/1.1\r\nHost: trawl\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t count = ::send(fd.Get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) break;  // it may have answered before it read all: see what it says
    sent += static_cast<std::size_t>(count);
  }
  std::string text;
  std::array<char, 65536> part;
  for (;;) {
    const ssize_t count = ::recv(fd.Get(), part.data(), part.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && text.empty())
      return Failed(socket, std::string("the daemon does not answer: ") + std::strerror(errno));
    if (count <= 0 || text.size() > kMaxAnswer) break;
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  return Split(socket, text);
}

std::string QueryValue(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
    encoded += plain ? std::string(1, c) : code;
  }
  return encoded;
}

}  // namespace trawl::crawler
