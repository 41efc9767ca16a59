#include "parser/worker.h"

#include <sys/time.h>
#include <unistd.h>

#include <chrono>
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

// What comes down is trusted: a frame that cannot be read is a bug of this house, and the core of it is here.
template <class T>
T Expect(Result<T> result) {
  if (!result) std::abort();
  return std::move(result).value();
}

// Ends the process when a document takes too much CPU time. ITIMER_PROF counts CPU time only: a worker that
// waits is not charged.
class CpuLimit {
 public:
  explicit CpuLimit(Duration cpu_max) : cpu_max_(cpu_max) { Set(Clock::now()); }

  // A document is begun. The timer is set anew only when a sixteenth of it may have been used, that is, when
  // as much time has gone by: so nothing is asked of the kernel for each document, none has more than
  // `cpu_max`, and none less than 15/16 of it.
  void Restart() {
    const Clock::time_point now = Clock::now();
    if (now - set_ >= cpu_max_ / 16) Set(now);
  }

 private:
  using Clock = std::chrono::steady_clock;

  void Set(Clock::time_point now) {
    set_ = now;
    const auto microseconds = std::chrono::microseconds(cpu_max_).count();
    const itimerval limit{{0, 0}, {microseconds / 1'000'000, microseconds % 1'000'000}};
    ::setitimer(ITIMER_PROF, &limit, nullptr);
  }

  const Duration cpu_max_;
  Clock::time_point set_;
};

void ParseJobs(const WorkerMemory& memory, const WorkerLimits& limits, ParseFunction parse) {
  Arena arena(limits.arena.count);
  JobDesk desk(memory);
  CpuLimit cpu_limit(limits.cpu_max);
  std::unique_ptr<ItemExtractor> extractor;
  while (desk.Next()) {
    if (desk.header().type == FrameType::kRules) {
      std::vector<ItemRuleError> errors;  // none: trawl has compiled the same rules
      extractor = std::make_unique<ItemExtractor>(Expect(DecodeRules(desk.payload())), errors);
      desk.DropPayload();
      continue;
    }
    cpu_limit.Restart();
    {
      PageJob job = Expect(DecodeJob(desk.payload()));
      job.extractor = extractor.get();
      const ParsedPage page = parse(job, arena);
      desk.Answer(AnswerFrame(page, desk.header().number));
    }
    arena.Reset();
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
