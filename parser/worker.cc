#include "parser/worker.h"

#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "parser/item_extractor.h"
#include "parser/job_desk.h"
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

// ITIMER_PROF counts CPU time only: a worker that waits is not charged.
void StartCpuLimit(Duration cpu_max) {
  const auto microseconds = std::chrono::microseconds(cpu_max).count();
  const itimerval limit{{0, 0}, {microseconds / 1'000'000, microseconds % 1'000'000}};
  ::setitimer(ITIMER_PROF, &limit, nullptr);
}

void ParseJobs(const WorkerMemory& memory, const WorkerLimits& limits, ParseFunction parse) {
  Arena arena(limits.arena.count);
  JobDesk desk(memory);
  std::string answer;
  std::unique_ptr<ItemExtractor> extractor;
  while (desk.Next()) {
    if (desk.header().type == FrameType::kRules) {
      std::vector<ItemRuleError> errors;  // none: trawl has compiled the same rules
      extractor = std::make_unique<ItemExtractor>(Expect(DecodeRules(desk.payload())), errors);
      desk.DropPayload();
      continue;
    }
    const std::uint16_t number = desk.header().number;
    StartCpuLimit(limits.cpu_max);
    {
      PageJob job = Expect(DecodeJob(desk.payload()));
      job.extractor = extractor.get();
      EncodeAnswer(parse(job, arena), answer);
    }
    desk.DropPayload();
    SetNumber(answer, number);
    arena.Reset();
    desk.Answer(answer);
    Recycle(answer);
  }
}

}  // namespace

void RunWorker(UniqueFd socket, WorkerMemory memory, const WorkerLimits& limits, ParseFunction parse) {
  if (!EnterSandbox(socket.Get(), limits.memory_max, limits.filter)) ::_exit(kExitNoSandbox);
  (void)socket.Release();  // it has moved to kWorkerFd
  std::set_new_handler([] { ::_exit(kExitLimit); });
  try {
    ParseJobs(memory, limits, parse);
  } catch (const std::bad_alloc&) {
    ::_exit(kExitLimit);
  } catch (const std::length_error&) {
    ::_exit(kExitLimit);
  }
  ::_exit(0);
}

}  // namespace trawl::parser
