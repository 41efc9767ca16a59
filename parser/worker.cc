#include "parser/worker.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>

#include "parser/close_descriptors.h"
#include "parser/sandbox.h"
#include "parser/sanitized.h"
#include "parser/zygote_client.h"

namespace trawl::parser {
namespace {

// A buffer that a large document has grown is given back, so that a worker stays small.
constexpr std::size_t kKeptBuffer = 256 * 1024;

void Recycle(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptBuffer) buffer.shrink_to_fit();
}

// False at the end of the stream before the first byte. An end in the middle means that trawl is gone.
bool ReadExactly(char* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(kWorkerFd, to + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (done == 0 && got == 0) return false;
      ::_exit(0);
    }
    done += static_cast<std::size_t>(got);
  }
  return true;
}

void WriteAll(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(kWorkerFd, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ::_exit(0);
    done += static_cast<std::size_t>(written);
  }
}

// ITIMER_PROF counts CPU time only: a worker that waits is not charged.
void StartCpuLimit(Duration cpu_max) {
  const auto microseconds = std::chrono::microseconds(cpu_max).count();
  const itimerval limit{{0, 0}, {microseconds / 1'000'000, microseconds % 1'000'000}};
  ::setitimer(ITIMER_PROF, &limit, nullptr);
}

// What comes down is trusted: a frame that cannot be read is a bug of this house, and the core of it is here.
template <class T>
T Expect(Result<T> result) {
  if (!result) std::abort();
  return std::move(result).value();
}

void ParseJobs(const WorkerLimits& limits, ParseFunction parse) {
  Arena arena(limits.arena.count);
  char header[kFrameHeader];
  std::string payload;
  std::string answer;
  while (ReadExactly(header, sizeof header)) {
    payload.resize(Expect(DecodeFrameHeader({header, sizeof header}, FrameType::kJob)));
    if (!payload.empty() && !ReadExactly(payload.data(), payload.size())) return;
    StartCpuLimit(limits.cpu_max);
    {
      const PageJob job = Expect(DecodeJob(payload));
      Recycle(payload);
      EncodeAnswer(parse(job, arena), answer);
    }
    arena.Reset();
    WriteAll(answer);
    Recycle(answer);
  }
}

}  // namespace

void RunWorker(UniqueFd socket, const WorkerLimits& limits, ParseFunction parse) {
  // Under a sanitizer stderr stays, for its reports.
  if (!KeepOnly(socket.Release(), kWorkerFd)) ::_exit(kExitNoSandbox);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_IGN);  // a message about the sandbox may go to a file, which by then has no room
  if (!EnterSandbox(limits.memory_max)) ::_exit(kExitNoSandbox);
  if (!TRAWL_SANITIZED) ::close(STDERR_FILENO);
  std::set_new_handler([] { ::_exit(kExitLimit); });
  try {
    ParseJobs(limits, parse);
  } catch (const std::bad_alloc&) {
    ::_exit(kExitLimit);
  } catch (const std::length_error&) {
    ::_exit(kExitLimit);
  }
  ::_exit(0);
}

}  // namespace trawl::parser
