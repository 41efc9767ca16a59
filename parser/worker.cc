#include "parser/worker.h"

#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "parser/arena.h"
#include "parser/document_kinds.h"
#include "parser/sandbox.h"
#include "parser/wire.h"
#include "parser/zygote_client.h"

namespace trawl::parser {
namespace {

/// Exit code when the trusted side sends what is no job: the two programs do not fit.
constexpr int kExitBadJob = 5;

bool ReadAll(int fd, char* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(fd, out, size);
    if (got == 0 || (got < 0 && errno != EINTR)) return false;
    if (got < 0) continue;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

/// SIGPROF, whose default is to end the process, comes after this much CPU time; zero: never.
void ArmCpuLimit(Duration limit) {
  itimerval timer{};
  timer.it_value.tv_sec = limit.count() / 1000;
  timer.it_value.tv_usec = limit.count() % 1000 * 1000;
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

void RunWorker(UniqueFd socket, const WorkerLimits& limits) {
  std::set_new_handler([] { ::_exit(kExitLimit); });
  // Half for the arena; the document, its decoded text and the answer share the rest with the program itself.
  Arena arena(limits.memory_max.count / 2);
  if (const std::string failed = EnterSandbox(limits.memory_max); !failed.empty()) {
    const std::string line = "trawl-parser: no sandbox: " + failed + "\n";
    WriteAll(STDERR_FILENO, line);
    ::_exit(kExitNoSandbox);
  }
  std::string payload, answer;
  for (;;) {
    char header[kFrameHeader];
    if (!ReadAll(socket.Get(), header, sizeof header)) ::_exit(0);
    const Result<std::size_t> size = DecodeFrameHeader({header, sizeof header}, FrameType::kJob);
    if (!size) ::_exit(kExitBadJob);
    payload.resize(*size);
    if (!ReadAll(socket.Get(), payload.data(), payload.size())) ::_exit(0);
    const Result<PageJob> job = DecodeJob(payload);
    if (!job) ::_exit(kExitBadJob);
    ArmCpuLimit(limits.cpu_max);
    answer.clear();
    EncodeAnswer(ParseDocument(*job, arena), answer);
    ArmCpuLimit(Duration(0));
    arena.Reset();
    if (!WriteAll(socket.Get(), answer)) ::_exit(0);
  }
}

}  // namespace trawl::parser
