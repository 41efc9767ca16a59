#include "crawler/control/access.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "config/unique_fd.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMaxToken = 256, kMinToken = 16;

std::string ReadToken(int fd, const std::string& path, std::string& error) {
  struct stat status {};
  ::fstat(fd, &status);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    error = path + " can be read by others; allowed: mode 0600 (chmod 600 " + path + ")";
    return {};
  }
  std::array<char, kMaxToken + 1> text;
  const ssize_t size = ::read(fd, text.data(), text.size());
  std::string token(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.size() < kMinToken || token.size() > kMaxToken ||
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") !=
          std::string::npos) {
    error = path + " holds no token; allowed: 16 to 256 letters, digits and -._~ (or no file: one is made)";
    return {};
  }
  return token;
}

std::string NewToken() {
  std::array<unsigned char, kTokenBytes> bytes;
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  std::string token;
  for (unsigned char byte : bytes) {
    token += "0123456789abcdef"[byte >> 4];
    token += "0123456789abcdef"[byte & 15];
  }
  return token;
}

std::string_view CookieOf(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    std::string_view one = cookies.substr(0, cookies.find(';'));
    cookies.remove_prefix(std::min(one.size() + 1, cookies.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) return one.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = difference | static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

std::string LoadToken(const std::string& path, std::string& error) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) return ReadToken(fd.Get(), path, error);
  if (errno != ENOENT) {
    error = path + " cannot be read: " + std::strerror(errno);
    return {};
  }
  const std::string token = NewToken();
  const std::string line = token + "\n";
  const UniqueFd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made || ::write(made.Get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    error = path + " cannot be made: " + std::strerror(errno);
    return {};
  }
  return token;
}

bool IsLoopbackListener(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]:") || address.starts_with("localhost:");
}

Access::Access(std::string token, const std::string& address, std::uint16_t port)
    : token_(std::move(token)),
      host_(address.substr(0, address.rfind(':')) + ":" + std::to_string(port)),
      port_(":" + std::to_string(port)) {}

bool Access::NamesUs(std::string_view host) const {
  return host == host_ || host == "127.0.0.1" + port_ || host == "localhost" + port_ ||
         host == "[::1]" + port_;
}

bool Access::Knows(const ControlRequest& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (request.authorization.starts_with(kBearer))
    return EqualInConstantTime(std::string_view(request.authorization).substr(kBearer.size()), token_);
  return EqualInConstantTime(CookieOf(request.cookie, kCookie), token_);
}

std::optional<ControlReply> Access::Refuse(const ControlRequest& request) const {
  // A foreign name in Host is a page that had its own name resolve to this address (DNS rebinding).
  if (!NamesUs(request.host)) return Refusal(421, "this name is not served here");
  if (!request.origin.empty() && request.origin != "http://" + request.host)
    return Refusal(403, "requests from other sites are refused");
  if (request.path == "/") {
    const auto given = request.query.find("token");
    if (given != request.query.end() && EqualInConstantTime(given->second, token_)) {
      ControlReply reply;
      reply.status = 303;
      reply.content_type = "text/plain";
      reply.headers = {{"Location", "/"},
                       {"Set-Cookie", std::string(kCookie) + "=" + token_ +
                                          "; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"}};
      return reply;
    }
  }
  if (Knows(request)) return std::nullopt;
  return Refusal(401,
                 "the token is missing or wrong: open /?token=TOKEN, or send Authorization: Bearer TOKEN");
}

}  // namespace trawl::crawler
