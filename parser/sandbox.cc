#include "parser/sandbox.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace trawl::parser {
namespace {

// What a parser may do, and why where it is not plain.
constexpr int kAllowed[] = {
    SCMP_SYS(read),          SCMP_SYS(write),  // its one socket, and a last word on stderr
    SCMP_SYS(readv),         SCMP_SYS(writev),          SCMP_SYS(brk),  SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),                                // the arena and malloc give pages back
    SCMP_SYS(futex),                                  // locks inside the C++ library's start-up of statics
    SCMP_SYS(setitimer),                              // the limit of CPU time of each page
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),  // where the kernel's shared page does not serve
    SCMP_SYS(getrusage),                              // what a page cost
    SCMP_SYS(getrandom),                              // malloc's tcache key
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
// The sanitizers' run time: its own threads of report, shadow memory, symbols.
constexpr int kAllowedToSanitizers[] = {
    SCMP_SYS(getpid),       SCMP_SYS(gettid),      SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),  SCMP_SYS(mprotect),    SCMP_SYS(prctl),
    SCMP_SYS(rt_sigaction), SCMP_SYS(sched_yield), SCMP_SYS(mmap)};
#else
constexpr bool kSanitized = false;
constexpr int kAllowedToSanitizers[] = {SCMP_SYS(rt_sigreturn)};
#endif

std::string Failed(const char* step, int error) {
  return std::string(step) + ": " + std::strerror(error);
}

bool Limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limit{most, most};
  return setrlimit(resource, &limit) == 0;
}

std::string LimitResources(Bytes address_space) {
  // A sanitizer maps terabytes of shadow: its builds go without this one limit.
  if (!kSanitized && !Limit(RLIMIT_AS, address_space.count)) return Failed("RLIMIT_AS", errno);
  if (!Limit(RLIMIT_CORE, 0)) return Failed("RLIMIT_CORE", errno);
  if (!Limit(RLIMIT_FSIZE, 0)) return Failed("RLIMIT_FSIZE", errno);
  if (!Limit(RLIMIT_NPROC, 0)) return Failed("RLIMIT_NPROC", errno);
  if (!Limit(RLIMIT_NOFILE, 0)) return Failed("RLIMIT_NOFILE", errno);
  return {};
}

std::string LoadFilter() {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) return "seccomp_init failed";
  int error = 0;
  const auto allow = [&](int call) {
    if (error == 0) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  };
  for (int call : kAllowed) allow(call);
  if (kSanitized) {
    for (int call : kAllowedToSanitizers) allow(call);
  }
  // Memory, but none that can be executed.
  if (error == 0) {
    error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  }
  for (int call :
       {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(newfstatat), SCMP_SYS(access), SCMP_SYS(readlink)}) {
    if (error == 0) error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 0);
  }
  if (error == 0) error = seccomp_load(filter);
  seccomp_release(filter);
  return error == 0 ? std::string() : Failed("seccomp", -error);
}

}  // namespace

std::string EnterSandbox(Bytes address_space) {
  if (std::string failed = LimitResources(address_space); !failed.empty()) return failed;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Failed("no_new_privs", errno);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return Failed("dumpable", errno);
  return LoadFilter();
}

}  // namespace trawl::parser
