#include "parser/zygote.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>

#include "parser/zygote_wire.h"

namespace trawl::parser {
namespace {

class Zygote {
 public:
  Zygote(UniqueFd control, const WorkerLimits& limits) : control_(std::move(control)), limits_(limits) {
    sigemptyset(&child_signal_);
    sigaddset(&child_signal_, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child_signal_, nullptr);
    deaths_ = UniqueFd(::signalfd(-1, &child_signal_, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  int Run() {
    Tell({ZygoteNews::kReady, static_cast<pid_t>(kZygoteVersion), 0, 0}, -1);
    for (bool open = true; open;) {
      std::array<pollfd, 2> waits{{{control_.Get(), POLLIN, 0}, {deaths_.Get(), POLLIN, 0}}};
      if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
      if (waits[1].revents != 0) Reap();
      if (waits[0].revents != 0) open = Obey();
    }
    // Whatever ended the parent, no worker outlives it.
    for (pid_t worker : workers_) ::kill(worker, SIGKILL);
    while (::wait(nullptr) > 0) {
    }
    return 0;
  }

 private:
  bool Obey() {
    ZygoteRequest request{};
    const ssize_t got = ::recv(control_.Get(), &request, sizeof request, MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got != sizeof request) return false;  // closed, or not our program
    if (request.verb == ZygoteVerb::kSpawn) Spawn();
    // Only a child that is not yet reaped is killed, so the pid is still its own.
    if (request.verb == ZygoteVerb::kKill && workers_.contains(request.pid)) ::kill(request.pid, SIGKILL);
    return true;
  }

  void Spawn() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      std::fprintf(stderr, "trawl-parser: socketpair: %s\n", std::strerror(errno));
      return;
    }
    UniqueFd ours(ends[0]), theirs(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(0);  // it died before the line above
      ours.Reset();
      control_.Reset();
      deaths_.Reset();
      ::sigprocmask(SIG_UNBLOCK, &child_signal_, nullptr);
      RunWorker(std::move(theirs), limits_);
    }
    if (pid < 0) {
      std::fprintf(stderr, "trawl-parser: fork: %s\n", std::strerror(errno));
      return;
    }
    workers_.insert(pid);
    Tell({ZygoteNews::kSpawned, pid, 0, 0}, ours.Get());
  }

  void Reap() {
    signalfd_siginfo ignored;
    while (::read(deaths_.Get(), &ignored, sizeof ignored) > 0) {
    }
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      workers_.erase(pid);
      Tell({ZygoteNews::kExited, pid, WIFEXITED(status) ? WEXITSTATUS(status) : 0,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0},
           -1);
    }
  }

  void Tell(const ZygoteEvent& event, int passed_fd) {
    iovec bytes{const_cast<ZygoteEvent*>(&event), sizeof event};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    if (passed_fd >= 0) {
      message.msg_control = room;
      message.msg_controllen = sizeof room;
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &passed_fd, sizeof passed_fd);
    }
    while (::sendmsg(control_.Get(), &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
  }

  UniqueFd control_;
  const WorkerLimits limits_;
  sigset_t child_signal_;
  UniqueFd deaths_;  ///< readable when a child has ended
  std::set<pid_t> workers_;
};

}  // namespace

int RunZygote(UniqueFd control, const WorkerLimits& limits) {
  return Zygote(std::move(control), limits).Run();
}

}  // namespace trawl::parser
