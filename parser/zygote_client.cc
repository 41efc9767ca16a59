#include "parser/zygote_client.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "parser/error.h"
#include "parser/zygote_wire.h"

namespace trawl::parser {
namespace {

Result<void> Send(int control, const ZygoteRequest& request) {
  // A full socket means thousands of requests that the zygote has not read: it is as good as gone.
  if (::send(control, &request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof request) return {};
  return make_error_code(ParserErrc::kZygoteGone);
}

boost::system::error_code LastError() {
  return {errno, boost::system::system_category()};
}

}  // namespace

Result<ZygoteClient> ZygoteClient::Start(const config::ParserOptions& options, const std::string& program) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return LastError();
  UniqueFd ours(ends[0]), theirs(ends[1]);
  const std::string memory = std::to_string(options.memory_max.count);
  const std::string cpu = std::to_string(options.cpu_max.count());
  const char* const arguments[] = {"trawl-parser", "--zygote", memory.c_str(), cpu.c_str(), nullptr};
  const pid_t pid = ::fork();
  if (pid < 0) return LastError();
  if (pid == 0) {
    ::setpgid(0, 0);  // Ctrl-C on the terminal is for trawl, which still needs its workers to end cleanly
    // dup2 onto itself would keep close-on-exec.
    if (theirs.Get() == kZygoteFd ? ::fcntl(kZygoteFd, F_SETFD, 0) < 0
                                  : ::dup2(theirs.Get(), kZygoteFd) < 0) {
      ::_exit(127);
    }
    ::execv(program.c_str(), const_cast<char* const*>(arguments));
    ::_exit(127);
  }
  theirs.Reset();
  ZygoteEvent ready{};
  if (::recv(ours.Get(), &ready, sizeof ready, 0) != sizeof ready) {
    ::waitpid(pid, nullptr, 0);
    return make_error_code(ParserErrc::kZygoteGone);
  }
  ZygoteClient client;
  client.control_ = std::move(ours);
  client.pid_ = pid;
  if (ready.news != ZygoteNews::kReady || static_cast<std::uint32_t>(ready.pid) != kZygoteVersion) {
    return make_error_code(ParserErrc::kWrongVersion);
  }
  return client;
}

ZygoteClient::ZygoteClient(ZygoteClient&& other) noexcept
    : control_(std::move(other.control_)), pid_(std::exchange(other.pid_, 0)) {}

ZygoteClient& ZygoteClient::operator=(ZygoteClient&& other) noexcept {
  if (this != &other) {
    End();
    control_ = std::move(other.control_);
    pid_ = std::exchange(other.pid_, 0);
  }
  return *this;
}

ZygoteClient::~ZygoteClient() {
  End();
}

void ZygoteClient::End() {
  control_.Reset();
  // It kills its workers, which end at once, and follows them.
  if (pid_ != 0) ::waitpid(std::exchange(pid_, 0), nullptr, 0);
}

Result<void> ZygoteClient::RequestWorker() {
  return Send(control_.Get(), {ZygoteVerb::kSpawn, 0});
}

Result<void> ZygoteClient::Kill(pid_t pid) {
  return Send(control_.Get(), {ZygoteVerb::kKill, pid});
}

Result<std::optional<ZygoteClient::Event>> ZygoteClient::Receive() {
  ZygoteEvent event{};
  iovec bytes{&event, sizeof event};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  const ssize_t got = ::recvmsg(control_.Get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::optional<Event>();
  UniqueFd passed;
  if (const cmsghdr* header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
      header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    passed = UniqueFd(fd);
  }
  if (got != sizeof event) return make_error_code(ParserErrc::kZygoteGone);
  Event result;
  if (event.news == ZygoteNews::kSpawned && passed) {
    ::fcntl(passed.Get(), F_SETFL, ::fcntl(passed.Get(), F_GETFL) | O_NONBLOCK);
    result.spawned = SpawnedWorker{event.pid, std::move(passed)};
  } else if (event.news == ZygoteNews::kExited) {
    result.exited = WorkerExit{event.pid, event.exit_code, event.signal};
  }
  return std::optional<Event>(std::move(result));
}

}  // namespace trawl::parser
