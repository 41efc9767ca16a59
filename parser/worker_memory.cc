#include "parser/worker_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

// The file: head, jobs, answers. The mapping: head, jobs, jobs again, answers, answers again.

namespace trawl::parser {
namespace {

struct Head {
  RingHead jobs;
  RingHead answers;
  alignas(64) std::atomic<std::uint32_t> trawl;
  alignas(64) std::atomic<std::uint32_t> worker;
};
static_assert(sizeof(Head) <= WorkerMemory::kHead);

constexpr std::size_t kFile = WorkerMemory::kHead + WorkerMemory::kJobs + WorkerMemory::kAnswers;
constexpr std::size_t kMapping = WorkerMemory::kHead + 2 * WorkerMemory::kJobs + 2 * WorkerMemory::kAnswers;

// Younger than the headers of Debian 12; a kernel may be told to refuse memory that could be executed.
constexpr unsigned kNeverExecutable = 0x0008;

boost::system::error_code MemoryError() {
  return {errno, boost::system::system_category()};
}

// Puts a piece of the file where the reserved addresses have room for it.
bool Place(char* where, std::size_t size, int rights, int memory, std::size_t offset) {
  return ::mmap(where, size, rights, MAP_SHARED | MAP_FIXED, memory, static_cast<off_t>(offset)) !=
         MAP_FAILED;
}

Head& HeadOf(char* begin) {
  return *reinterpret_cast<Head*>(begin);
}

}  // namespace

Result<UniqueFd> WorkerMemory::Create() {
  UniqueFd memory(::memfd_create("trawl-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING | kNeverExecutable));
  if (!memory && errno == EINVAL) {
    memory = UniqueFd(::memfd_create("trawl-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  }
  if (!memory || ::ftruncate(memory.Get(), kFile) != 0 ||
      ::fcntl(memory.Get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return MemoryError();
  }
  return memory;
}

Result<WorkerMemory> WorkerMemory::Map(int memory, Side side) {
  void* const reserved =
      ::mmap(nullptr, kMapping, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return MemoryError();
  WorkerMemory mapped;
  mapped.begin_ = static_cast<char*>(reserved);
  const bool trawl = side == Side::kTrawl;
  const int job_rights = PROT_READ | (trawl ? PROT_WRITE : 0);
  const int answer_rights = PROT_READ | (trawl ? 0 : PROT_WRITE);
  char* const jobs = mapped.jobs().bytes;
  char* const answers = mapped.answers().bytes;
  if (!Place(mapped.begin_, kHead, PROT_READ | PROT_WRITE, memory, 0) ||
      !Place(jobs, kJobs, job_rights, memory, kHead) ||
      !Place(jobs + kJobs, kJobs, job_rights, memory, kHead) ||
      !Place(answers, kAnswers, answer_rights, memory, kHead + kJobs) ||
      !Place(answers + kAnswers, kAnswers, answer_rights, memory, kHead + kJobs)) {
    return MemoryError();
  }
  return mapped;
}

WorkerMemory::WorkerMemory(WorkerMemory&& other) noexcept : begin_(std::exchange(other.begin_, nullptr)) {}

WorkerMemory& WorkerMemory::operator=(WorkerMemory&& other) noexcept {
  std::swap(begin_, other.begin_);
  return *this;
}

WorkerMemory::~WorkerMemory() {
  if (begin_ != nullptr) ::munmap(begin_, kMapping);
}

Ring WorkerMemory::jobs() const {
  return {&HeadOf(begin_).jobs, begin_ + kHead, kJobs};
}

Ring WorkerMemory::answers() const {
  return {&HeadOf(begin_).answers, begin_ + kHead + 2 * kJobs, kAnswers};
}

Sleeper WorkerMemory::trawl() const {
  return Sleeper(HeadOf(begin_).trawl);
}

Sleeper WorkerMemory::worker() const {
  return Sleeper(HeadOf(begin_).worker);
}

}  // namespace trawl::parser
