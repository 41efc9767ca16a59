#include "parser/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "parser/error.h"
#include "parser/sanitized.h"
#include "tests/parser/zygote_session.h"
#include "tests/support/catch.h"

using trawl::config::SandboxPolicy;
using trawl::test::Conversation;
using trawl::test::RogueOptions;
using trawl::test::ZygoteSession;

namespace {

// From here on this process cannot filter system calls, as on a kernel that is built without.
void LoseSeccomp() {
  constexpr unsigned kRefused = SECCOMP_RET_ERRNO | EINVAL;
  const sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kRefused),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), const_cast<sock_filter*>(program)};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    ::_exit(90);
  }
}

// The exit code of a child that does `work` on a kernel without seccomp.
template <class Work>
int WithoutSeccomp(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    LoseSeccomp();
    ::_exit(work());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("At most thirty system calls are allowed, none twice, each with its reason", "[sandbox]") {
  std::set<int> numbers;
  for (const auto& call : trawl::parser::AllowedCalls()) {
    CAPTURE(call.name);
    CHECK(numbers.insert(call.number).second);
    CHECK_FALSE(call.why.empty());
  }
  CHECK(numbers.size() <= 30);
  CHECK(numbers.size() >= 10);
}

TEST_CASE("Whatever a worker tries but computing kills it with SIGSYS", "[sandbox]") {
  ZygoteSession zygote;
  for (const char* probe : {"open",        "create",     "proc",      "stat",          "readlink",
                            "unlink",      "socket",     "connect",   "bind",          "sendmsg",
                            "pipe",        "dup",        "memfd",     "execve",        "fork",
                            "vfork",       "clone3",     "ptrace",    "kill",          "tgkill",
                            "sigqueue",    "process_vm", "mmap-exec", "mprotect-exec", "mmap-exec-write",
                            "shmget",      "setrlimit",  "seccomp",   "unshare",       "mount",
                            "ioctl",       "io_uring",   "bpf",       "perf",          "keyctl",
                            "userfaultfd", "timer",      "setuid",    "nanosleep"}) {
    CAPTURE(probe);
    if (TRAWL_SANITIZED && std::string(probe) == "nanosleep") continue;
    if (TRAWL_SANITIZED && std::string(probe) == "readlink") continue;
    const auto exit = zygote.EndOf(std::string("probe ") + probe);
    CHECK(exit.signal == SIGSYS);
  }
}

#ifdef __x86_64__
TEST_CASE("The doors of other instruction sets are shut too", "[sandbox]") {
  ZygoteSession zygote;
  CHECK(zygote.EndOf("probe x32").signal == SIGSYS);
  const auto exit = zygote.EndOf("probe int80");
  // A kernel without the 32-bit door faults instead.
  CHECK((exit.signal == SIGSYS || exit.signal == SIGSEGV));
}
#endif

TEST_CASE("A probe that does not exist harms nobody, so the others were the calls' doing", "[sandbox]") {
  ZygoteSession zygote;
  Conversation worker = zygote.Spawn();
  const auto page = worker.Ask("probe nothing");
  REQUIRE(page.has_value());
  CHECK(page->title == "probe nothing");
}

TEST_CASE("A worker has its socket and no other descriptor, whatever was open before", "[sandbox]") {
  // Left open on purpose, over an exec too, as a library may leave them.
  const int low = ::open("/dev/null", O_RDONLY), write_only = ::open("/dev/null", O_WRONLY);
  const int high = ::fcntl(low, F_DUPFD, 700), folder = ::open("/", O_RDONLY | O_DIRECTORY);
  REQUIRE(high >= 700);
  {
    ZygoteSession zygote;
    Conversation first = zygote.Spawn(), second = zygote.Spawn();
    for (Conversation* worker : {&first, &second}) {
      const auto page = worker->Ask("descriptors");
      REQUIRE(page.has_value());
      CHECK(page->title == (TRAWL_SANITIZED ? "2 3" : "3"));
    }
  }
  for (const int fd : {low, write_only, high, folder}) ::close(fd);
}

TEST_CASE("Nothing of trawl's environment reaches a worker but what loaders look at", "[sandbox]") {
  ::setenv("TRAWL_TEST_SECRET", "correct horse", 1);
  ZygoteSession zygote;
  ::unsetenv("TRAWL_TEST_SECRET");
  const auto page = zygote.Spawn().Ask("environment");
  REQUIRE(page.has_value());
  std::istringstream lines{std::string(page->title)};
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK((line.starts_with("LD_LIBRARY_PATH=") || line.find("SAN_OPTIONS=") == 1 ||
           line.find("SAN_OPTIONS=") == 2));
  }
}

TEST_CASE("Without system call filters nothing is parsed", "[sandbox]") {
  const int code = WithoutSeccomp([] {
    const auto options = RogueOptions();
    const auto client = trawl::parser::ZygoteClient::Start(options, options.program);
    return client.has_error() && client.error() == trawl::parser::ParserErrc::kNoSandbox ? 0 : 1;
  });
  CHECK(code == 0);
}

TEST_CASE("Without system call filters pages are parsed when the operator says so, behind the other walls",
          "[sandbox]") {
  const int code = WithoutSeccomp([] {
    auto options = RogueOptions();
    options.sandbox = SandboxPolicy::kPrefer;
    ZygoteSession zygote(options);
    Conversation worker = zygote.Spawn();
    const auto page = worker.Ask("descriptors");
    if (!page || page->title != (TRAWL_SANITIZED ? "2 3" : "3")) return 1;
    // No file may be opened: no descriptor is free, and Landlock where there is one.
    const auto open = worker.Ask("try open");
    return open && open->title == "refused" ? 0 : 2;
  });
  CHECK(code == 0);
}

TEST_CASE("Where there are filters, preferring them is using them", "[sandbox]") {
  auto options = RogueOptions();
  options.sandbox = SandboxPolicy::kPrefer;
  ZygoteSession zygote(options);
  CHECK(zygote.EndOf("probe socket").signal == SIGSYS);
}
