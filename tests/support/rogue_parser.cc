// A trawl-parser whose workers do what the document says: what a parser does that a hostile page has taken
// over. Zygote, worker and sandbox are the real ones; only the parse function is not.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "parser/fingerprint.h"
#include "parser/zygote.h"
#include "parser/zygote_client.h"

namespace trawl::test {
namespace {

using parser::Arena;
using parser::PageJob;
using parser::ParsedPage;

ParsedPage Answer(const PageJob& job, Arena& arena) {
  ParsedPage page;
  page.charset = "UTF-8";
  page.title = arena.Copy(job.body.substr(0, 100));
  page.content_hash = parser::HashContent(job.body);
  return page;
}

void Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::write(parser::kWorkerFd, bytes.data(), bytes.size());
    if (sent <= 0) ::_exit(0);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

[[noreturn]] void Loop() {
  for (;;) asm volatile("");
}

// Swallows all that comes and never answers.
[[noreturn]] void ReadForever() {
  char bytes[4096];
  while (::read(parser::kWorkerFd, bytes, sizeof bytes) > 0) {
  }
  ::_exit(0);
}

// Nothing that reads a null pointer on purpose survives an optimiser, so the kernel is asked for the signal.
void Die(int signal) {
  ::syscall(SYS_tgkill, ::getpid(), ::gettid(), signal);
}

void EatMemory() {
  std::vector<std::string> eaten;
  for (;;) eaten.emplace_back(8 << 20, 'x');
}

// One forbidden thing each. Whoever comes back from one of these is not in a sandbox.
void Probe(std::string_view what) {
  constexpr pid_t kSomebodyElse = 1;
  if (what == "open") ::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
  if (what == "create") ::syscall(SYS_openat, AT_FDCWD, "/tmp/trawl-rogue", O_WRONLY | O_CREAT, 0600);
  if (what == "proc") ::syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY);
  if (what == "stat") ::syscall(SYS_newfstatat, AT_FDCWD, "/", nullptr, 0);
  if (what == "socket") ::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
  if (what == "connect") {
    const sockaddr_un address{AF_UNIX, "/run/x"};
    ::syscall(SYS_connect, parser::kWorkerFd, &address, sizeof address);
  }
  if (what == "sendmsg") ::syscall(SYS_sendmsg, parser::kWorkerFd, nullptr, 0);
  if (what == "execve") ::syscall(SYS_execve, "/bin/true", nullptr, nullptr);
  if (what == "fork") ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (what == "ptrace") ::syscall(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr);
  if (what == "kill") ::syscall(SYS_kill, kSomebodyElse, 0);
  if (what == "tgkill") ::syscall(SYS_tgkill, kSomebodyElse, kSomebodyElse, 0);
  if (what == "mmap-exec")
    ::syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (what == "mprotect-exec") {
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ::syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC);
  }
  if (what == "setrlimit") ::syscall(SYS_prlimit64, 0, 0, nullptr, nullptr);
  if (what == "seccomp") ::syscall(SYS_seccomp, 0, 0, nullptr);
  if (what == "timer") ::syscall(SYS_setitimer, 0, nullptr, nullptr);
#ifdef __x86_64__
  if (what == "x32") ::syscall(0x40000000 | SYS_read, 0, nullptr, 0);
  if (what == "int80") {  // getpid through the 32-bit door
    int result = 20;
    asm volatile("int $0x80" : "+a"(result) : : "memory");
  }
#endif
}

// Which descriptors are open, as the answer's title.
ParsedPage Descriptors(Arena& arena) {
  ParsedPage page;
  page.charset = "UTF-8";
  std::string open;
  for (int fd = 0; fd < 1024; ++fd) {
    // A read of no bytes fails on what is not open, and does nothing to what is.
    if (::read(fd, nullptr, 0) == 0) open += (open.empty() ? "" : " ") + std::to_string(fd);
  }
  page.title = arena.Copy(open);
  return page;
}

ParsedPage Parse(const PageJob& job, Arena& arena) {
  const std::string_view body = job.body;
  if (body == "segv") Die(SIGSEGV);
  if (body == "abort") std::abort();
  if (body == "kill") Die(SIGKILL);
  if (body == "stop") Die(SIGSTOP);
  if (body == "exit 0") ::_exit(0);
  if (body == "exit 7") ::_exit(7);
  if (body == "no sandbox") ::_exit(parser::kExitNoSandbox);
  if (body == "loop") Loop();
  if (body == "swallow") ReadForever();
  if (body == "new") EatMemory();
  if (body == "throw") throw std::bad_alloc();
  if (body == "arena") {
    for (;;) arena.Allocate(1 << 20);
  }
  if (body == "descriptors") return Descriptors(arena);
  if (body.starts_with("probe ")) Probe(body.substr(6));
  if (body.starts_with("send ")) {
    Send(body.substr(5));
    ReadForever();
  }
  if (body == "close") {
    ::close(parser::kWorkerFd);
    Loop();
  }
  if (body == "twice") {
    std::string frame;
    EncodeAnswer(Answer(job, arena), frame);
    Send(frame);
  }
  return Answer(job, arena);
}

}  // namespace
}  // namespace trawl::test

int main(int argc, char** argv) {
  const trawl::parser::ZygoteProgram program{trawl::test::Parse, nullptr};
  return argc == 2 ? trawl::parser::RunZygote(program, argv[1]) : trawl::parser::kExitUsage;
}
