#include "parser/zygote.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <span>
#include <vector>

#include "parser/control_message.h"
#include "parser/respawn_throttle.h"
#include "parser/sandbox.h"
#include "parser/sanitized.h"
#include "parser/worker_memory.h"
#include "parser/zygote_client.h"

namespace trawl::parser {
namespace {

// What a document may at least use beside the program itself.
constexpr std::uint64_t kLeastForDocument = 32 << 20;

bool IsControlSocket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

// Ctrl-C and a service manager's SIGTERM go to the whole group or control group. trawl then drains, and needs
// its parsers until it closes the socket.
void SetSignals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE})
    ::signal(signal, SIG_IGN);
}

std::uint64_t AddressSpace() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// One heap, whose large blocks go back at once: workers stay small, and malloc never asks for the number of
// cores.
void SetMalloc() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

class Zygote {
 public:
  Zygote(UniqueFd control, const ZygoteProgram& program, char* role)
      : control_(std::move(control)), program_(program), role_(role) {}

  int Run() {
    if (!SetUp()) return kExitNoSandbox;
    while (Turn()) {
    }
    KillAll();
    return 0;
  }

 private:
  bool SetUp();
  bool SetUpSandbox(bool required);
  bool Turn();
  bool Obey(const CommandMessage& command);
  bool Reap();
  bool SpawnWaiting();
  bool Spawn();
  [[noreturn]] void BecomeWorker(UniqueFd socket, const UniqueFd& memory, pid_t zygote);
  void KillAll();
  bool Report(ReportMessage::Kind kind, pid_t pid = 0, int exit_code = 0, int signal = 0,
              std::span<const int> descriptors = {});

  struct Child {
    pid_t pid = 0;
    bool told_to_end = false;
  };

  UniqueFd control_;
  UniqueFd deaths_;  // signalfd of SIGCHLD
  ZygoteProgram program_;
  char* role_;
  WorkerLimits limits_;
  std::vector<Child> children_;
  std::size_t waiting_ = 0;  // workers asked for, not yet forked
  std::uint64_t answered_ = 0;
  RespawnThrottle throttle_;
};

bool Zygote::Report(ReportMessage::Kind kind, pid_t pid, int exit_code, int signal,
                    std::span<const int> descriptors) {
  ReportMessage report;
  report.kind = kind;
  report.pid = pid;
  report.exit_code = exit_code;
  report.signal = signal;
  return SendMessage(control_.Get(), report, descriptors).has_value();
}

bool Zygote::SetUp() {
  SetupMessage setup;
  if (!ReceiveMessage(control_.Get(), setup)) return false;
  if (setup.build != ThisBuild()) {
    setup.build.version[sizeof setup.build.version - 1] = 0;
    std::fprintf(stderr,
                 "trawl-parser: this is version %s, but the trawl that started it is %s: install both from "
                 "one build\n",
                 ThisBuild().version, setup.build.version);
    Report(ReportMessage::kWrongBuild);
    return false;
  }
  SetMalloc();
  if (program_.preload != nullptr && !program_.preload()) {
    std::fputs("trawl-parser: ICU's tables cannot be loaded: is libicu whole?\n", stderr);
    return false;
  }

  const std::uint64_t base = TRAWL_SANITIZED ? 0 : AddressSpace();
  if (setup.memory_max < base + kLeastForDocument) {
    std::fprintf(
        stderr,
        "trawl-parser: parser.memory_max must be at least %llu MiB: the program itself takes %llu MiB\n",
        static_cast<unsigned long long>((base + kLeastForDocument) >> 20) + 1,
        static_cast<unsigned long long>(base >> 20) + 1);
    Report(ReportMessage::kNoMemory);
    return false;
  }
  limits_.memory_max = {setup.memory_max};
  limits_.cpu_max = Duration(setup.cpu_max_ms);
  limits_.arena = {(setup.memory_max - base) / 2};

  if (!SetUpSandbox(setup.sandbox_required != 0)) {
    Report(ReportMessage::kNoSandbox);
    return false;
  }

  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  deaths_ = UniqueFd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  return deaths_ && Report(ReportMessage::kReady);
}

bool Zygote::SetUpSandbox(bool required) {
  LeaveNetwork();
  // The change of user namespace may have cleared this.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (LandlockVersion() == 0) {
    std::fputs(
        "trawl-parser: this kernel has no Landlock; system call filter and limits alone hold the parsers\n",
        stderr);
  }
  if (ProveSandbox(limits_.memory_max, CallFilter::kOn)) return true;
  if (required) {
    std::fputs(
        "trawl-parser: the sandbox does not hold on this system, and nothing is parsed without it; "
        "parser.sandbox = \"prefer\" would go on without the system call filter\n",
        stderr);
    return false;
  }
  if (!ProveSandbox(limits_.memory_max, CallFilter::kOff)) return false;
  std::fputs("trawl-parser: pages are parsed without a system call filter, as parser.sandbox allows\n",
             stderr);
  limits_.filter = CallFilter::kOff;
  return true;
}

// Waits for a command, a death or the end of a pause. False at the end.
bool Zygote::Turn() {
  int timeout = -1;
  if (waiting_ > 0) {
    timeout = static_cast<int>(throttle_.Wait(std::chrono::steady_clock::now()).count());
  }
  pollfd watched[] = {{control_.Get(), POLLIN, 0}, {deaths_.Get(), POLLIN, 0}};
  if (::poll(watched, 2, timeout) < 0 && errno != EINTR) return false;
  if ((watched[1].revents & POLLIN) != 0 && !Reap()) return false;
  if (watched[0].revents != 0) {
    CommandMessage command;
    if (!ReceiveMessage(control_.Get(), command) || !Obey(command)) return false;
  }
  return SpawnWaiting();
}

bool Zygote::Obey(const CommandMessage& command) {
  switch (command.kind) {
    case CommandMessage::kSpawn:
      answered_ = command.answered;
      ++waiting_;
      return true;
    case CommandMessage::kKill:
      for (Child& child : children_) {
        if (child.pid != command.pid) continue;
        child.told_to_end = true;
        ::kill(child.pid, SIGKILL);
      }
      return true;
    default:
      return false;
  }
}

bool Zygote::Reap() {
  signalfd_siginfo ignored[16];
  while (::read(deaths_.Get(), ignored, sizeof ignored) > 0) {
  }
  int status = 0;
  while (const pid_t pid = ::waitpid(-1, &status, WNOHANG)) {
    if (pid < 0) break;
    const auto child =
        std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.pid == pid; });
    if (child == children_.end()) continue;
    const bool told = child->told_to_end;
    children_.erase(child);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    // A document that is too much for its limits is not a fault of the worker, nor is an end that was
    // ordered.
    const bool ordered = told && signal == SIGKILL;
    const bool spent = signal == SIGPROF || (signal == 0 && code == kExitLimit);
    const bool crashed = !ordered && !spent && (signal != 0 || code != 0);
    if (crashed) {
      const auto pause = throttle_.OnDeath(std::chrono::steady_clock::now(), answered_);
      if (pause) {
        std::fprintf(stderr,
                     "trawl-parser: %zu parser processes died in a short time (the last by %s %d) and little "
                     "was parsed "
                     "between; no new one for %lld s\n",
                     RespawnThrottle::kDeaths, signal != 0 ? "signal" : "exit code",
                     signal != 0 ? signal : code, static_cast<long long>(pause->count() / 1000));
      }
    }
    if (!Report(ReportMessage::kExited, pid, code, signal)) return false;
  }
  return true;
}

bool Zygote::SpawnWaiting() {
  while (waiting_ > 0 && throttle_.Wait(std::chrono::steady_clock::now()) == Duration(0)) {
    if (!Spawn()) return false;
  }
  return true;
}

bool Zygote::Spawn() {
  int ends[2] = {-1, -1};
  pid_t pid = -1;
  const pid_t zygote = ::getpid();
  UniqueFd trawls;
  UniqueFd workers;
  const Result<UniqueFd> memory = WorkerMemory::Create();
  if (memory && ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
    trawls = UniqueFd(ends[0]);
    workers = UniqueFd(ends[1]);
    ::fcntl(trawls.Get(), F_SETFL, O_NONBLOCK);
    pid = ::fork();
  }
  if (pid < 0) {
    std::fprintf(stderr, "trawl-parser: cannot fork a parser process: %s; trying again\n",
                 std::strerror(errno));
    throttle_.OnForkFailure(std::chrono::steady_clock::now());
    return true;
  }
  if (pid == 0) BecomeWorker(std::move(workers), *memory, zygote);
  --waiting_;
  children_.push_back({pid, false});
  const int passed[] = {trawls.Get(), memory->Get()};
  return Report(ReportMessage::kSpawned, pid, 0, 0, passed);
}

void Zygote::BecomeWorker(UniqueFd socket, const UniqueFd& memory, pid_t zygote) {
  // The kernel kills the worker with its zygote, however that one ends; if it ended before this line, nobody
  // is told.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != zygote) ::_exit(0);
  // A document that arrives does not take the processor from the event loop that sends it.
  const sched_param none_of_real_time{};
  ::sched_setscheduler(0, SCHED_BATCH, &none_of_real_time);
  std::memcpy(role_, kWorkerArgument.data(), kWorkerArgument.size());
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  Result<WorkerMemory> mapped = WorkerMemory::Map(memory.Get(), WorkerMemory::Side::kWorker);
  if (!mapped) ::_exit(kExitNoSandbox);
  RunWorker(std::move(socket), std::move(*mapped), limits_, program_.parse);
}

void Zygote::KillAll() {
  for (const Child& child : children_) ::kill(child.pid, SIGKILL);
  for (const Child& child : children_) {
    while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace

int RunZygote(const ZygoteProgram& program, char* role) {
  if (!IsControlSocket(kControlFd)) return kExitUsage;
  SetSignals();
  return Zygote(UniqueFd(kControlFd), program, role).Run();
}

}  // namespace trawl::parser
