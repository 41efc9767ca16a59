#include "parser/zygote_client.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "parser/close_descriptors.h"
#include "parser/control_message.h"
#include "parser/error.h"

namespace trawl::parser {
namespace {

constexpr int kStartTimeoutMs = 30'000;  // tables are loaded from a disk that may be slow and busy
constexpr int kEndTimeoutMs = 5'000;
// A child that cannot exec exits with this and errno on top, which is below 150.
constexpr int kExecFailed = 100;

boost::system::error_code LastError() {
  return {errno, boost::system::system_category()};
}

// The environment may hold secrets, and a worker could read its copy: only what loaders and sanitizers look
// at passes.
std::vector<std::string> PassedEnvironment() {
  std::vector<std::string> passed;
  for (const char* name :
       {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) passed.push_back(std::string(name) + "=" + value);
  }
  return passed;
}

struct ZygoteStart {
  const char* program;
  char* const* arguments;
  char* const* environment;
  pid_t parent;
  int control;
};

// Between fork and exec: only calls that are safe there. Returns when exec fails.
void BecomeZygote(const ZygoteStart& start) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != start.parent) ::_exit(0);
  if (!KeepOnly(start.control, kControlFd)) return;
  // A library that opens a file must not get a standard descriptor's number.
  ::open("/dev/null", O_RDONLY);
  ::open("/dev/null", O_WRONLY);
  ::execve(start.program, start.arguments, start.environment);
}

bool WaitReadable(int fd, int timeout_ms) {
  pollfd watched{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&watched, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

// What came instead of the first report: the exit code tells why.
boost::system::error_code WhyItEnded(int status) {
  if (!WIFEXITED(status)) return ParserErrc::kZygoteGone;
  const int code = WEXITSTATUS(status);
  if (code > kExecFailed && code <= 255) return {code - kExecFailed, boost::system::system_category()};
  return ParserErrc::kWrongVersion;
}

boost::system::error_code ErrorOf(const ReportMessage& report) {
  switch (report.kind) {
    case ReportMessage::kReady:
      return {};
    case ReportMessage::kNoSandbox:
      return ParserErrc::kNoSandbox;
    case ReportMessage::kNoMemory:
      return ParserErrc::kWorkerLimit;
    default:
      return ParserErrc::kWrongVersion;
  }
}

// A zygote ends within milliseconds of its socket; one that is stopped or stuck is killed, and the kernel
// kills its workers.
void AwaitEnd(pid_t pid) {
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (process && !WaitReadable(process.Get(), kEndTimeoutMs)) ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<ZygoteClient> ZygoteClient::Start(const config::ParserOptions& options, const std::string& program) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return LastError();
  ZygoteClient client;
  client.control_ = UniqueFd(ends[0]);
  UniqueFd zygotes(ends[1]);

  std::string name = "trawl-parser";
  std::string role(kZygoteArgument);
  char* const arguments[] = {name.data(), role.data(), nullptr};
  std::vector<std::string> passed = PassedEnvironment();
  std::vector<char*> environment;
  for (std::string& variable : passed) environment.push_back(variable.data());
  environment.push_back(nullptr);
  const ZygoteStart start{program.c_str(), arguments, environment.data(), ::getpid(), zygotes.Get()};
  client.pid_ = ::fork();
  if (client.pid_ < 0) return LastError();
  if (client.pid_ == 0) {
    BecomeZygote(start);
    ::_exit(kExecFailed + errno);
  }
  zygotes.Reset();

  SetupMessage setup;
  setup.build = ThisBuild();
  setup.memory_max = options.memory_max.count;
  setup.cpu_max_ms = options.cpu_max.count();
  setup.sandbox_required = options.sandbox == config::SandboxPolicy::kRequire;
  (void)SendMessage(client.control_.Get(), setup);  // a peer that has ended is found out by the read
  ReportMessage report;
  if (!WaitReadable(client.control_.Get(), kStartTimeoutMs)) return ParserErrc::kZygoteGone;
  if (const auto received = ReceiveMessage(client.control_.Get(), report); !received) {
    client.control_.Reset();
    int status = 0;
    if (::waitpid(client.pid_, &status, 0) != client.pid_) return ParserErrc::kZygoteGone;
    return WhyItEnded(status);
  }
  if (const auto error = ErrorOf(report)) return error;
  if (::fcntl(client.control_.Get(), F_SETFL, O_NONBLOCK) != 0) return LastError();
  return client;
}

ZygoteClient& ZygoteClient::operator=(ZygoteClient&& other) noexcept {
  if (this != &other) {
    End();
    control_ = std::move(other.control_);
    pid_ = other.pid_;
  }
  return *this;
}

ZygoteClient::~ZygoteClient() {
  End();
}

void ZygoteClient::End() {
  if (!control_) return;
  control_.Reset();
  AwaitEnd(pid_);
}

Result<void> ZygoteClient::RequestWorker(std::uint64_t answered) {
  CommandMessage command;
  command.kind = CommandMessage::kSpawn;
  command.answered = answered;
  return Command(command);
}

Result<void> ZygoteClient::Kill(pid_t pid) {
  CommandMessage command;
  command.kind = CommandMessage::kKill;
  command.pid = pid;
  return Command(command);
}

// A zygote that does not empty its socket is as good as dead: commands are few and small.
Result<void> ZygoteClient::Command(const CommandMessage& command) {
  const auto sent = SendMessage(control_.Get(), command);
  if (sent) return {};
  return sent.error() == boost::system::errc::resource_unavailable_try_again ? ParserErrc::kZygoteSilent
                                                                             : ParserErrc::kZygoteGone;
}

Result<std::optional<ZygoteClient::Event>> ZygoteClient::Receive() {
  ReportMessage report;
  Descriptors passed;
  const auto received = ReceiveMessage(control_.Get(), report, &passed);
  if (!received) {
    if (received.error() == boost::system::errc::resource_unavailable_try_again)
      return std::optional<Event>();
    return ParserErrc::kZygoteGone;
  }
  std::optional<Event> event(std::in_place);
  auto& [socket, memory] = passed;
  if (report.kind == ReportMessage::kSpawned && socket && memory) {
    Result<WorkerMemory> mapped = WorkerMemory::Map(memory.Get(), WorkerMemory::Side::kTrawl);
    if (!mapped) return mapped.error();
    event->spawned.emplace(report.pid, std::move(socket), std::move(*mapped));
  } else if (report.kind == ReportMessage::kExited) {
    event->exited = WorkerExit{report.pid, report.exit_code, report.signal};
  } else {
    return ParserErrc::kZygoteGone;
  }
  return event;
}

}  // namespace trawl::parser
