#include "parser/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "config/unique_fd.h"
#include "parser/close_descriptors.h"
#include "parser/sanitized.h"
#include "parser/zygote_client.h"

namespace trawl::parser {
namespace {

#define CALL(name, why) \
  { SCMP_SYS(name), #name, why }

constexpr AllowedCall kAllowedCalls[] = {
    CALL(read, "waits for jobs, or for room for an answer"),
    CALL(write, "tells trawl of answers"),
    CALL(close, "stderr, once the sandbox stands"),
    CALL(brk, "malloc"),
    CALL(mmap, "malloc; never executable, never a file"),
    CALL(munmap, "malloc"),
    CALL(mremap, "realloc of large blocks"),
    CALL(madvise, "gives the arena's pages back"),
    CALL(mprotect, "malloc when brk is used up; never executable"),
    CALL(futex, "pthread_once and static initialisation wake waiters that are not there"),
    CALL(getrandom, "seeds of hash tables and malloc; tells nothing"),
    CALL(clock_gettime, "CPU clocks are not in the vDSO"),
    CALL(gettimeofday, "where the vDSO is off"),
    CALL(setitimer, "ITIMER_PROF alone: the CPU limit of each document"),
    CALL(exit_group, "the end"),
    CALL(exit, "the end of a thread, as exit_group falls back to"),
    // abort() is reported as SIGABRT with these four, and as SIGSYS without.
    CALL(rt_sigprocmask, "abort"),
    CALL(getpid, "abort"),
    CALL(gettid, "abort"),
    CALL(tgkill, "abort; its own process alone"),
#if TRAWL_SANITIZED
    // What the runtimes of the sanitizers add. Never in a build that users get.
    CALL(sigaltstack, "sanitizer"),
    CALL(sched_yield, "sanitizer"),
    CALL(rt_sigaction, "sanitizer"),
    CALL(prctl, "sanitizer"),
    CALL(readlink, "sanitizer's report"),
    CALL(sched_getaffinity, "sanitizer"),
    CALL(nanosleep, "sanitizer"),
#endif
};

#undef CALL

bool Failed(const char* step) {
  std::fprintf(stderr, "trawl-parser: cannot enter the sandbox: %s: %s\n", step, std::strerror(errno));
  return false;
}

bool Limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limit{most, most};
  return ::setrlimit(resource, &limit) == 0;
}

bool SetLimits(Bytes memory_max) {
  // AddressSanitizer and ThreadSanitizer map terabytes that they never touch.
  if (!TRAWL_SANITIZED && !Limit(RLIMIT_AS, memory_max.count)) return false;
  return Limit(RLIMIT_CORE, 0) && Limit(RLIMIT_FSIZE, 0) && Limit(RLIMIT_NOFILE, 0) &&
         Limit(RLIMIT_NPROC, 0) && Limit(RLIMIT_MEMLOCK, 0) && Limit(RLIMIT_MSGQUEUE, 0);
}

bool HasNoCapability() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, held) != 0) return false;
  for (const __user_cap_data_struct& part : held) {
    if ((part.effective | part.permitted | part.inheritable) != 0) return false;
  }
  return true;
}

bool DropPrivileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  // A service manager that has taken them all may forbid the call as well.
  return ::syscall(SYS_capset, &header, none) == 0 || HasNoCapability();
}

// The kernel's landlock_ruleset_attr as it has grown; older kernels take its beginning.
struct LandlockRuleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;  // from version 4
  std::uint64_t scoped = 0;   // from version 6
};

#ifdef SYS_landlock_create_ruleset
constexpr long kCreateRuleset = SYS_landlock_create_ruleset;
constexpr long kRestrictSelf = SYS_landlock_restrict_self;
#else
constexpr long kCreateRuleset = 444;
constexpr long kRestrictSelf = 446;
#endif
constexpr unsigned kAskVersion = 1;

// A ruleset that handles everything and allows nothing.
bool ForbidFiles() {
  const int version = LandlockVersion();
  if (version < 1) return true;
  LandlockRuleset rules;
  const int file_rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
  rules.files = (std::uint64_t{1} << file_rights) - 1;
  std::size_t size = sizeof rules.files;
  if (version >= 4) {
    rules.network = 3;  // bind and connect
    size += sizeof rules.network;
  }
  if (version >= 6) {
    rules.scoped = 3;  // abstract sockets and signals of others
    size += sizeof rules.scoped;
  }
  const UniqueFd ruleset(static_cast<int>(::syscall(kCreateRuleset, &rules, size, 0)));
  return ruleset && ::syscall(kRestrictSelf, ruleset.Get(), 0) == 0;
}

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_KILL_PROCESS)) {}
  ~Filter() {
    if (context_ != nullptr) ::seccomp_release(context_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  bool Load() {
    if (context_ == nullptr) return Check(-ENOMEM);
    // A call through another instruction set's door is no better than one that is not listed.
    bool ok = Check(::seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    for (const AllowedCall& call : kAllowedCalls) ok = ok && Allow(call.number);
    return ok && Check(::seccomp_load(context_));
  }

 private:
  bool Allow(int number) {
    switch (number) {
      case SCMP_SYS(mmap):
        return Add(number, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
      case SCMP_SYS(mprotect):
        return Add(number, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
      case SCMP_SYS(setitimer):
        return Add(number, SCMP_A0(SCMP_CMP_EQ, ITIMER_PROF));
      case SCMP_SYS(tgkill):
        return Add(number, SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
      default:
        return Check(::seccomp_rule_add_array(context_, SCMP_ACT_ALLOW, number, 0, nullptr));
    }
  }
  bool Add(int number, scmp_arg_cmp condition) {
    return Check(::seccomp_rule_add_array(context_, SCMP_ACT_ALLOW, number, 1, &condition));
  }
  // libseccomp returns negative errno values.
  static bool Check(int result) {
    if (result < 0) errno = -result;
    return result >= 0;
  }

  scmp_filter_ctx context_;
};

}  // namespace

std::span<const AllowedCall> AllowedCalls() {
  return kAllowedCalls;
}

// Descriptors go first, while there may still be many to close. Landlock needs one for its ruleset, so it
// comes before the limit on them; seccomp comes last but for stderr, since it forbids all the rest.
bool EnterSandbox(int socket, Bytes memory_max, CallFilter filter) {
  if (!KeepOnly(socket, kWorkerFd)) return Failed("descriptors");
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_IGN);  // a message about the sandbox may go to a file, which by then has no room
  if (!DropPrivileges()) return Failed("privileges");
  if (!ForbidFiles()) return Failed("Landlock");
  if (!SetLimits(memory_max)) return Failed("limits");
  if (filter == CallFilter::kOn && !Filter().Load()) return Failed("seccomp");
  if (!TRAWL_SANITIZED) ::close(STDERR_FILENO);  // where a sanitizer reports
  return true;
}

bool ProveSandbox(Bytes memory_max, CallFilter filter) {
  const pid_t child = ::fork();
  if (child < 0) return Failed("fork");
  if (child == 0) {
    if (!EnterSandbox(STDERR_FILENO, memory_max, filter)) ::_exit(kExitNoSandbox);
    ::syscall(SYS_socket, 0, 0, 0);
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (filter == CallFilter::kOff) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

void LeaveNetwork() {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return;
}

int LandlockVersion() {
  const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  return version > 0 ? static_cast<int>(version) : 0;
}

}  // namespace trawl::parser
