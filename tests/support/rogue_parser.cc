// A trawl-parser whose workers do what the document says: what a parser does that a hostile page has taken
// over. Zygote, worker and sandbox are the real ones; only the parse function is not.

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "parser/fingerprint.h"
#include "parser/ring.h"
#include "parser/worker_memory.h"
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
  page.title = arena.Copy(std::string_view(job.body).substr(0, 100));
  page.content_hash = parser::HashContent(job.body);
  return page;
}

void SendNotice() {
  if (::write(parser::kWorkerFd, "", 1) != 1) ::_exit(0);
}

// What the worker shares with trawl, as parser/worker_memory.cc lays it out; found by way of the worker's
// first job, which lies where the ring of jobs begins.
struct Shared {
  parser::RingHead* jobs;
  parser::RingHead* answers;
  parser::Ring ring;  ///< of answers
};
Shared Find(const PageJob& job) {
  using parser::WorkerMemory;
  PageJob bare = job;
  bare.body = "";
  std::string before;
  EncodeJob(bare, before);
  const char* const first_job = std::string_view(job.body).data() - before.size();
  char* const begin = const_cast<char*>(first_job) - WorkerMemory::kHead;
  auto* const heads = reinterpret_cast<parser::RingHead*>(begin);
  char* const bytes = begin + WorkerMemory::kHead + 2 * WorkerMemory::kJobs;
  return {heads, heads + 1, {heads + 1, bytes, WorkerMemory::kAnswers}};
}

// In place of the answer, and of all that come after it.
void Send(const PageJob& job, std::string_view bytes) {
  parser::RingWriter answers(Find(job).ring);
  while (!bytes.empty()) {
    bytes.remove_prefix(answers.Put(bytes).value());
    answers.Publish();
    SendNotice();
  }
}

[[noreturn]] void Loop() {
  for (;;) asm volatile("");
}

// Uses up CPU time, and comes back.
void Work(std::chrono::milliseconds cpu) {
  const std::clock_t end = std::clock() + cpu.count() * (CLOCKS_PER_SEC / 1000);
  while (std::clock() < end) {
  }
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
  if (what == "readlink") ::syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", nullptr, 0);
  if (what == "unlink") ::syscall(SYS_unlinkat, AT_FDCWD, "/tmp/trawl-rogue", 0);
  if (what == "socket") ::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
  if (what == "connect" || what == "bind") {
    const sockaddr_un address{AF_UNIX, "/run/x"};
    ::syscall(what == "bind" ? SYS_bind : SYS_connect, parser::kWorkerFd, &address, sizeof address);
  }
  if (what == "sendmsg") ::syscall(SYS_sendmsg, parser::kWorkerFd, nullptr, 0);
  if (what == "pipe") ::syscall(SYS_pipe2, nullptr, 0);
  if (what == "dup") ::syscall(SYS_dup, parser::kWorkerFd);
  if (what == "memfd") ::syscall(SYS_memfd_create, "x", 0);
  if (what == "ioctl") ::syscall(SYS_ioctl, parser::kWorkerFd, 0, nullptr);
  if (what == "execve") ::syscall(SYS_execve, "/bin/true", nullptr, nullptr);
  if (what == "fork") ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (what == "vfork")
    ::syscall(SYS_clone, SIGCHLD | CLONE_VM | CLONE_VFORK, nullptr, nullptr, nullptr, nullptr);
  if (what == "clone3") ::syscall(SYS_clone3, nullptr, 0);
  if (what == "ptrace") ::syscall(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr);
  if (what == "process_vm") ::syscall(SYS_process_vm_readv, kSomebodyElse, nullptr, 0, nullptr, 0, 0);
  if (what == "kill") ::syscall(SYS_kill, kSomebodyElse, 0);
  if (what == "tgkill") ::syscall(SYS_tgkill, kSomebodyElse, kSomebodyElse, 0);
  if (what == "sigqueue") ::syscall(SYS_rt_sigqueueinfo, kSomebodyElse, 0, nullptr);
  if (what == "mmap-exec" || what == "mmap-exec-write") {
    const int rights = PROT_READ | PROT_EXEC | (what == "mmap-exec" ? 0 : PROT_WRITE);
    ::syscall(SYS_mmap, nullptr, 4096, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (what == "mprotect-exec") {
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ::syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC);
  }
  if (what == "shmget") ::syscall(SYS_shmget, 1, 4096, 0);
  if (what == "setrlimit") ::syscall(SYS_prlimit64, 0, 0, nullptr, nullptr);
  if (what == "seccomp") ::syscall(SYS_seccomp, 0, 0, nullptr);
  if (what == "unshare") ::syscall(SYS_unshare, CLONE_NEWUSER);
  if (what == "mount") ::syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr);
  if (what == "io_uring") ::syscall(SYS_io_uring_setup, 1, nullptr);
  if (what == "bpf") ::syscall(SYS_bpf, 0, nullptr, 0);
  if (what == "perf") ::syscall(SYS_perf_event_open, nullptr, 0, 0, 0, 0);
  if (what == "keyctl") ::syscall(SYS_keyctl, 0, 0, 0, 0, 0);
  if (what == "userfaultfd") ::syscall(SYS_userfaultfd, 0);
  if (what == "setuid") ::syscall(SYS_setuid, 0);
  if (what == "nanosleep") ::syscall(SYS_nanosleep, nullptr, nullptr);
  if (what == "timer") ::syscall(SYS_setitimer, 0, nullptr, nullptr);
#ifdef __x86_64__
  if (what == "x32") ::syscall(0x40000000 | SYS_read, 0, nullptr, 0);
  if (what == "int80") {  // getpid through the 32-bit door
    int result = 20;
    asm volatile("int $0x80" : "+a"(result) : : "memory");
  }
#endif
}

ParsedPage Titled(std::string_view title, Arena& arena) {
  ParsedPage page;
  page.charset = "UTF-8";
  page.title = arena.Copy(title.substr(0, parser::kMaxTitle));
  return page;
}

// A transfer of no bytes fails in its own way on what is not open, and does nothing to what is.
bool IsOpen(int fd) {
  if (::read(fd, nullptr, 0) == 0 || errno != EBADF) return true;
  return ::write(fd, nullptr, 0) == 0 || errno != EBADF;
}

ParsedPage Descriptors(Arena& arena) {
  std::string open;
  for (int fd = 0; fd < 1024; ++fd) {
    if (IsOpen(fd)) open += (open.empty() ? "" : " ") + std::to_string(fd);
  }
  return Titled(open, arena);
}

ParsedPage Environment(Arena& arena) {
  std::string all;
  for (char** variable = environ; *variable != nullptr; ++variable) all += std::string(*variable) + "\n";
  return Titled(all, arena);
}

// Announces answers, and goes on changing them while they are read.
[[noreturn]] void Scribble(const PageJob& job, Arena& arena) {
  const Shared shared = Find(job);
  std::string frame;
  EncodeAnswer(Answer(job, arena), frame);
  for (std::size_t i = 0; i + frame.size() <= shared.ring.size; i += frame.size()) {
    parser::SetNumber(frame, static_cast<std::uint16_t>(i / frame.size()));
    std::memcpy(shared.ring.bytes + i, frame.data(), frame.size());
  }
  shared.answers->written = shared.ring.size;
  SendNotice();
  volatile char* const bytes = shared.ring.bytes;
  for (std::size_t i = 0;; i = (i + 7) % frame.size()) bytes[i] = static_cast<char>(bytes[i] + 1);
}

// An answer that goes through the ring in many pieces.
ParsedPage Large(Arena& arena) {
  static_assert(parser::kMaxText > 4 * parser::WorkerMemory::kAnswers);
  ParsedPage page = Titled("large", arena);
  std::string text;
  while (text.size() + 16 < parser::kMaxText) text += std::to_string(text.size()) + " ";
  page.text = arena.Copy(text);
  page.content_hash = parser::HashContent(page.text);
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
  if (body == "work") Work(std::chrono::milliseconds(200));
  if (body == "swallow") ReadForever();
  if (body == "new") EatMemory();
  if (body == "throw") throw std::bad_alloc();
  if (body == "arena") {
    for (;;) arena.Allocate(1 << 20);
  }
  if (body == "descriptors") return Descriptors(arena);
  if (body == "environment") return Environment(arena);
  if (body == "try open") {
    return Titled(::open("/dev/null", O_RDONLY) < 0 ? "refused" : "opened", arena);
  }
  if (body.starts_with("probe ")) Probe(body.substr(6));
  if (body.starts_with("send ")) {
    Send(job, body.substr(5));
    ReadForever();
  }
  if (body == "close") {
    ::close(parser::kWorkerFd);
    Loop();
  }
  if (body == "swap") {
    std::string frame;
    EncodeAnswer(Answer(job, arena), frame);
    parser::SetNumber(frame, 1);
    Send(job, frame);
    ReadForever();
  }
  if (body == "twice") {
    std::string frame;
    EncodeAnswer(Answer(job, arena), frame);
    Send(job, frame + frame);
    ReadForever();
  }
  if (body == "overfill") {
    Find(job).answers->written = parser::WorkerMemory::kAnswers + 1;
    SendNotice();
    ReadForever();
  }
  if (body == "overtake") {
    Find(job).jobs->taken = std::uint64_t{1} << 40;
    std::string frame;
    EncodeAnswer(Answer(job, arena), frame);
    Send(job, frame);
    ReadForever();
  }
  if (body == "notices") {
    for (;;) SendNotice();
  }
  if (body == "scribble") Scribble(job, arena);
  if (body == "large") return Large(arena);
  return Answer(job, arena);
}

}  // namespace
}  // namespace trawl::test

int main(int argc, char** argv) {
  const trawl::parser::ZygoteProgram program{trawl::test::Parse, nullptr};
  return argc == 2 ? trawl::parser::RunZygote(program, argv[1]) : trawl::parser::kExitUsage;
}
