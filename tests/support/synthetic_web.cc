#include "tests/support/synthetic_web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <system_error>

#include "tests/support/nasty_shelf.h"

namespace trawl::test {
namespace {

constexpr std::size_t kMaxRequest = 64 * 1024;
constexpr std::size_t kMaxSendAtOnce = 256 * 1024;  // then the other connections have their turn
constexpr std::uint64_t kListenerKey = 0, kAdminKey = UINT64_MAX, kWakeKey = UINT64_MAX - 1;

[[noreturn]] void Throw(const char* step) {
  throw std::system_error(errno, std::generic_category(), step);
}

UniqueFd Listen(std::uint32_t address, std::uint16_t port, bool all_of_loopback) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) Throw("socket");
  int on = 1;
  ::setsockopt(fd.Get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (all_of_loopback && ::setsockopt(fd.Get(), SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) != 0)
    Throw("bind to lo");
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(all_of_loopback ? INADDR_ANY : address);
  if (::bind(fd.Get(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) Throw("bind");
  if (::listen(fd.Get(), 8192) != 0) Throw("listen");
  return fd;
}

sockaddr_in LocalAddress(int fd) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return address;
}

/// The value of a field in a request head; empty when it is not there.
std::string_view Field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at)) {
    at += 2;
    if (head.size() - at > name.size() && head[at + name.size()] == ':' &&
        ::strncasecmp(head.data() + at, name.data(), name.size()) == 0) {
      std::size_t begin = at + name.size() + 1, end = head.find("\r\n", begin);
      while (begin < end && head[begin] == ' ') ++begin;
      return head.substr(begin, end - begin);
    }
  }
  return {};
}

/// Makes a short repeated piece long, so that a send moves more than a few bytes.
void Lengthen(Reply& reply) {
  constexpr std::size_t kLong = 16 * 1024;
  if (reply.repeat.empty() || reply.repeat.size() >= kLong || reply.piece != 0) return;
  std::uint64_t times = std::min<std::uint64_t>(kLong / reply.repeat.size(), reply.repeats);
  if (times < 2) return;
  std::string longer;
  for (std::uint64_t i = 0; i < times; ++i) longer += reply.repeat;
  if (reply.repeats != Reply::kEndless) {
    reply.tail.insert(0, longer, 0, reply.repeats % times * reply.repeat.size());
    reply.repeats /= times;
  }
  reply.repeat = std::move(longer);
}

}  // namespace

struct SyntheticWeb::Connection {
  UniqueFd fd;
  std::uint64_t id = 0;
  bool admin = false;
  std::uint32_t host = 0;
  std::string address;
  std::string in;

  bool busy = false;  ///< a reply is under way
  bool head_only = false, close_after = false;
  Reply reply;
  std::uint64_t sent = 0;           ///< of the reply
  std::uint64_t not_before_us = 0;  ///< nothing is sent earlier
  ServedRequest record;
  std::uint32_t events = 0;

  /// The bytes that stand at `sent`, up to the end of their section; empty at the end of the reply.
  std::string_view Rest() const {
    std::uint64_t at = sent;
    if (at < reply.head.size()) return std::string_view(reply.head).substr(at);
    if (head_only) return {};
    at -= reply.head.size();
    if (at < reply.body.size()) return std::string_view(reply.body).substr(at);
    at -= reply.body.size();
    if (!reply.repeat.empty() && at / reply.repeat.size() < reply.repeats)
      return std::string_view(reply.repeat).substr(at % reply.repeat.size());
    at -= reply.repeat.size() * reply.repeats;
    if (at < reply.tail.size()) return std::string_view(reply.tail).substr(at);
    return {};
  }
};

SyntheticWeb::SyntheticWeb(SyntheticWebOptions options)
    : options_(std::move(options)), site_(options_.shape), log_(options_.log_limit) {
  // A web of one host needs no privilege; SO_BINDTODEVICE does before Linux 5.7.
  listener_ = Listen(INADDR_LOOPBACK, options_.port, site_.shape().hosts > 1);
  admin_ = Listen(INADDR_LOOPBACK, options_.admin_port, false);
  port_ = ntohs(LocalAddress(listener_.Get()).sin_port);
  admin_port_ = ntohs(LocalAddress(admin_.Get()).sin_port);
  epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  wake_ = UniqueFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!epoll_ || !wake_) Throw("epoll");
  for (auto [fd, key] :
       {std::pair{listener_.Get(), kListenerKey}, {admin_.Get(), kAdminKey}, {wake_.Get(), kWakeKey}}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = key;
    ::epoll_ctl(epoll_.Get(), EPOLL_CTL_ADD, fd, &event);
  }
  started_us_ = Now();
}

SyntheticWeb::~SyntheticWeb() {
  Stop();
  if (thread_.joinable()) thread_.join();
}

void SyntheticWeb::Start() {
  running_ = true;  // before the thread: a question asked now waits for its first round
  thread_ = std::thread([this] { Run(); });
}

void SyntheticWeb::Stop() {
  stopping_ = true;
  std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(wake_.Get(), &one, sizeof one);
}

std::string SyntheticWeb::Url(std::string_view path, std::uint32_t host) const {
  return "http://" + SyntheticSite::Address(host) + ":" + std::to_string(port_) + std::string(path);
}

/// Waits until the loop has ended the round it is in: an answer is sent before it is recorded, in the same
/// round.
void SyntheticWeb::Settle() const {
  std::unique_lock lock(mutex_);
  if (!running_) return;
  std::uint64_t mine = ++rounds_asked_;
  std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(wake_.Get(), &one, sizeof one);
  settled_.wait(lock, [&] { return rounds_done_ >= mine || !running_; });
}

ServedStats SyntheticWeb::Stats() const {
  Settle();
  std::lock_guard lock(mutex_);
  return log_.stats();
}

std::vector<ServedRequest> SyntheticWeb::Log() const {
  Settle();
  std::lock_guard lock(mutex_);
  return log_.requests();
}

void SyntheticWeb::Reset() {
  Settle();
  std::lock_guard lock(mutex_);
  log_.Reset();
}

std::uint64_t SyntheticWeb::Now() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000 -
         started_us_;
}

void SyntheticWeb::Run() {
  std::vector<epoll_event> events(512);
  while (!stopping_) {
    {
      std::lock_guard lock(mutex_);
      running_ = true;
      rounds_done_ = rounds_asked_;
    }
    settled_.notify_all();
    int timeout = RunTimers();
    int count = ::epoll_wait(epoll_.Get(), events.data(), static_cast<int>(events.size()), timeout);
    for (int i = 0; i < count; ++i) {
      std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
      if (key == kListenerKey || key == kAdminKey) {
        Accept(key == kAdminKey ? admin_.Get() : listener_.Get(), key == kAdminKey);
        continue;
      }
      auto found = connections_.find(key);
      if (found == connections_.end())
        continue;  // closed by an earlier event of this round, or the stop event
      Connection& connection = *found->second;
      std::uint32_t what = events[static_cast<std::size_t>(i)].events;
      if (what & EPOLLOUT) {
        Send(connection);
      } else {
        Read(connection);
      }
    }
  }
  while (!connections_.empty()) Close(*connections_.begin()->second, false);
  {
    std::lock_guard lock(mutex_);
    running_ = false;
  }
  settled_.notify_all();
}

void SyntheticWeb::Accept(int listener, bool admin) {
  for (;;) {
    UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;
    sockaddr_in local = LocalAddress(fd.Get());
    auto host = SyntheticSite::HostOf(ntohl(local.sin_addr.s_addr));
    if (!host || *host >= site_.shape().hosts) {
      std::lock_guard lock(mutex_);
      log_.Refused();
      continue;
    }
    int on = 1;
    ::setsockopt(fd.Get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_unique<Connection>();
    connection->id = next_connection_++;
    connection->fd = std::move(fd);
    connection->admin = admin;
    connection->host = *host;
    connection->address = SyntheticSite::Address(*host);
    if (!admin) {
      std::lock_guard lock(mutex_);
      log_.Accepted();
    }
    epoll_event event{};
    event.events = connection->events = EPOLLIN;
    event.data.u64 = connection->id;
    ::epoll_ctl(epoll_.Get(), EPOLL_CTL_ADD, connection->fd.Get(), &event);
    connections_.emplace(connection->id, std::move(connection));
  }
}

void SyntheticWeb::Read(Connection& connection) {
  char buffer[16 * 1024];
  ssize_t got = ::recv(connection.fd.Get(), buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return Close(connection, false);
  connection.in.append(buffer, static_cast<std::size_t>(got));
  if (connection.in.size() > kMaxRequest) return Close(connection, true);
  if (!connection.busy) TakeRequest(connection);
}

bool SyntheticWeb::TakeRequest(Connection& connection) {
  std::size_t end = connection.in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  WebRequest request;
  request.head = connection.in.substr(0, end + 4);
  connection.in.erase(0, end + 4);
  std::string_view line = std::string_view(request.head).substr(0, request.head.find("\r\n"));
  std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == line.npos || first == last) {
    Close(connection, true);
    return false;
  }
  request.method = line.substr(0, first);
  request.path = line.substr(first + 1, last - first - 1);
  std::string_view host = Field(request.head, "Host");
  request.host = host.empty() ? connection.address : std::string(host.substr(0, host.rfind(':')));
  std::string_view wish = Field(request.head, "Connection");
  connection.close_after =
      wish.starts_with("close") || wish.starts_with("Close") || line.ends_with("HTTP/1.0");
  connection.head_only = request.method == "HEAD";
  if (!connection.admin) {
    connection.record = {};
    connection.record.host = request.host;
    connection.record.address = connection.address;
    connection.record.path = request.path;
    connection.record.agent = Field(request.head, "User-Agent");
    connection.record.connection = connection.id;
    connection.record.start_us = Now();
    std::lock_guard lock(mutex_);
    log_.Begin(request.host, request.path.starts_with("/private/"));
  }
  bool gzip = Field(request.head, "Accept-Encoding").find("gzip") != std::string_view::npos;
  Begin(connection, connection.admin ? Admin(request.path) : Respond(connection, request, gzip));
  return true;
}

Reply SyntheticWeb::Respond(const Connection& connection, const WebRequest& request, bool accepts_gzip) {
  if (options_.handler)
    if (std::optional<Reply> reply = options_.handler(request)) return *std::move(reply);
  if (auto found = options_.replies.find(request.path); found != options_.replies.end()) return found->second;
  if (std::optional<Reply> reply = Nasty(request.path)) return *std::move(reply);
  return site_.Answer(connection.host, request.path, port_, accepts_gzip);
}

Reply SyntheticWeb::Admin(const std::string& path) {
  if (path == "/__urls") {
    std::string lines;
    for (const ExpectedPage& page : site_.Reachable())
      lines += std::to_string(page.depth) + " " + std::to_string(page.status) + " " +
               SyntheticSite::Url(page.page, port_) + "\n";
    return MakeReply(200, "text/plain", std::move(lines));
  }
  if (path == "/__stop") {
    Stop();
    return MakeReply(200, "text/plain", "stopping\n");
  }
  std::lock_guard lock(mutex_);
  if (path == "/__stats") return MakeReply(200, "application/json", log_.stats().ToJson() + "\n");
  if (path == "/__reset") {
    log_.Reset();
    return MakeReply(200, "text/plain", "reset\n");
  }
  if (path == "/__log") {
    std::string lines;
    for (const ServedRequest& request : log_.requests()) (lines += request.ToJson()) += '\n';
    return MakeReply(200, "application/jsonl", std::move(lines));
  }
  return MakeReply(404, "text/plain", "/__stats /__log /__urls /__reset /__stop\n");
}

void SyntheticWeb::Begin(Connection& connection, Reply reply) {
  connection.busy = true;
  connection.reply = std::move(reply);
  Lengthen(connection.reply);
  connection.sent = 0;
  connection.not_before_us = 0;
  connection.record.status = connection.reply.status;
  if (connection.reply.delay.count() > 0) {
    connection.not_before_us = Now() + static_cast<std::uint64_t>(connection.reply.delay.count()) * 1000;
    WakeAt(connection, connection.not_before_us);
    return;
  }
  Send(connection);
}

void SyntheticWeb::Send(Connection& connection) {
  if (!connection.busy) return Watch(connection, false);
  if (Now() < connection.not_before_us) return Watch(connection, false);
  std::size_t budget = connection.reply.piece != 0 ? connection.reply.piece : kMaxSendAtOnce;
  for (;;) {
    std::string_view rest = connection.Rest();
    if (rest.empty()) return FinishReply(connection);
    if (budget == 0) break;
    // Taken before the call: the client may have the bytes, and be on its way, before the call returns.
    connection.record.end_us = Now();
    ssize_t sent = ::send(connection.fd.Get(), rest.data(), std::min(rest.size(), budget), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return Watch(connection, true);
    if (sent < 0) return Close(connection, false);
    connection.sent += static_cast<std::uint64_t>(sent);
    budget -= static_cast<std::size_t>(sent);
  }
  if (connection.reply.piece != 0) {
    connection.not_before_us = Now() + static_cast<std::uint64_t>(connection.reply.interval.count()) * 1000;
    Watch(connection, false);
    WakeAt(connection, connection.not_before_us);
  } else {
    Watch(connection, true);
  }
}

void SyntheticWeb::FinishReply(Connection& connection) {
  Reply::End end = connection.reply.end;
  if (end == Reply::End::kHang) return Watch(connection, false);  // recorded when the client gives up
  RecordEnd(connection, true);
  if (end == Reply::End::kReset) return Close(connection, true);
  if (end == Reply::End::kClose || connection.close_after) {
    // A close with unread bytes would be a reset; the client's own close, or its next bytes, end the
    // connection.
    ::shutdown(connection.fd.Get(), SHUT_WR);
    connection.busy = true;
    connection.reply = {};
    connection.reply.end = Reply::End::kHang;
    return Watch(connection, false);
  }
  connection.reply = {};
  Watch(connection, false);
  TakeRequest(connection);
}

void SyntheticWeb::RecordEnd(Connection& connection, bool complete) {
  connection.busy = false;
  if (connection.admin || connection.record.host.empty()) return;
  if (!complete || connection.record.end_us == 0) connection.record.end_us = Now();
  connection.record.bytes = connection.sent;
  connection.record.complete = complete;
  std::lock_guard lock(mutex_);
  log_.End(std::move(connection.record));
  connection.record = {};
}

void SyntheticWeb::Close(Connection& connection, bool reset) {
  if (connection.busy) RecordEnd(connection, false);
  if (reset) {
    linger now{1, 0};  // no lingering: close sends RST
    ::setsockopt(connection.fd.Get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  if (!connection.admin) {
    std::lock_guard lock(mutex_);
    log_.Closed();
  }
  connections_.erase(connection.id);
}

void SyntheticWeb::Watch(Connection& connection, bool write) {
  std::uint32_t events = write ? EPOLLIN | EPOLLOUT : EPOLLIN;
  if (events == connection.events) return;
  epoll_event event{};
  event.events = connection.events = events;
  event.data.u64 = connection.id;
  ::epoll_ctl(epoll_.Get(), EPOLL_CTL_MOD, connection.fd.Get(), &event);
}

void SyntheticWeb::WakeAt(Connection& connection, std::uint64_t at_us) {
  timers_.push_back({at_us, connection.id});
  std::push_heap(timers_.begin(), timers_.end(), std::greater<>());
}

int SyntheticWeb::RunTimers() {
  while (!timers_.empty()) {
    std::uint64_t now = Now();
    Timer next = timers_.front();
    if (next.at_us > now) return static_cast<int>((next.at_us - now + 999) / 1000);
    std::pop_heap(timers_.begin(), timers_.end(), std::greater<>());
    timers_.pop_back();
    if (auto found = connections_.find(next.connection); found != connections_.end()) Send(*found->second);
  }
  return -1;
}

}  // namespace trawl::test
