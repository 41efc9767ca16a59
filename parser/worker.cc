#include "parser/worker.h"

#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "parser/frame_reader.h"
#include "parser/item_extractor.h"
#include "parser/wire_rules.h"
#include "parser/zygote_client.h"

namespace trawl::parser {
namespace {

// A buffer that a large document has grown is given back, so that a worker stays small.
constexpr std::size_t kKeptBuffer = 256 * 1024;

void Recycle(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptBuffer) buffer.shrink_to_fit();
}

// What comes down is trusted: a frame that cannot be read is a bug of this house, and the core of it is here.
template <class T>
T Expect(Result<T> result) {
  if (!result) std::abort();
  return std::move(result).value();
}

// False at the end of the stream, wherever that is: trawl is gone, or wants no more.
bool ReadFrame(FrameReader& frames) {
  while (!Expect(frames.Next())) {
    const std::span<char> room = frames.Room();
    const ssize_t got = ::read(kWorkerFd, room.data(), room.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    frames.Filled(static_cast<std::size_t>(got));
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

void ParseJobs(const WorkerLimits& limits, ParseFunction parse) {
  Arena arena(limits.arena.count);
  FrameReader frames(FrameType::kJob);
  std::string answer;
  std::unique_ptr<ItemExtractor> extractor;
  while (ReadFrame(frames)) {
    if (frames.header().type == FrameType::kRules) {
      std::vector<ItemRuleError> errors;  // none: trawl has compiled the same rules
      extractor = std::make_unique<ItemExtractor>(Expect(DecodeRules(frames.payload())), errors);
      frames.DropPayload();
      continue;
    }
    const std::uint16_t number = frames.header().number;
    StartCpuLimit(limits.cpu_max);
    {
      PageJob job = Expect(DecodeJob(frames.payload()));
      job.extractor = extractor.get();
      EncodeAnswer(parse(job, arena), answer);
    }
    frames.DropPayload();
    SetNumber(answer, number);
    arena.Reset();
    WriteAll(answer);
    Recycle(answer);
  }
}

}  // namespace

void RunWorker(UniqueFd socket, const WorkerLimits& limits, ParseFunction parse) {
  if (!EnterSandbox(socket.Get(), limits.memory_max, limits.filter)) ::_exit(kExitNoSandbox);
  (void)socket.Release();  // it has moved to kWorkerFd
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
