#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "config/result.h"
#include "config/unique_fd.h"
#include "parser/ring.h"

namespace trawl::parser {

/// What a process that sleeps at its socket is to be woken for.
enum class Wanted : std::uint32_t { kNothing = 0, kBytes = 1, kBytesOrRoom = 2 };

/// One side's word to the other in shared memory: that it sleeps, and what for. Who sleeps says so first and
/// looks again after that; who has something does it first and asks after that. So no wake-up is missed.
class Sleeper {
 public:
  explicit Sleeper(std::atomic<std::uint32_t>& word) : word_(&word) {}

  // The side that sleeps.
  void Want(Wanted wanted) { word_->store(static_cast<std::uint32_t>(wanted)); }

  // The other side: whether a notice must go to it, since there is now what it waits for. True only once.
  bool WokenByBytes() { return word_->load() != 0 && word_->exchange(0) != 0; }
  bool WokenByRoom() {
    return word_->load() == static_cast<std::uint32_t>(Wanted::kBytesOrRoom) && word_->exchange(0) != 0;
  }

 private:
  std::atomic<std::uint32_t>* word_;
};

/// The memory that trawl and one worker share: a ring of jobs down, a ring of answers up, and who of both
/// sleeps. Each side can write only where it has something to say. Runs on: any. Owns its mapping.
class WorkerMemory {
 public:
  /// As many pages of the usual size as trawl puts in at a time (ParsePool::kPipeDepth), so that there is one
  /// at hand while others are on their way; their answers are smaller. A frame that is larger than its ring
  /// goes through it in pieces.
  static constexpr std::size_t kJobs = 512 * 1024;
  static constexpr std::size_t kAnswers = 256 * 1024;
  /// Before the rings: a page of whatever size pages have.
  static constexpr std::size_t kHead = 64 * 1024;

  enum class Side { kTrawl, kWorker };

  /// New memory, all zeroes, whose size nobody can change any more. Errors: errno of memfd_create and the
  /// like.
  static Result<UniqueFd> Create();
  /// Maps what Create has made; the descriptor is not needed after that. Errors: errno of mmap.
  static Result<WorkerMemory> Map(int memory, Side side);

  WorkerMemory(WorkerMemory&& other) noexcept;
  WorkerMemory& operator=(WorkerMemory&& other) noexcept;
  ~WorkerMemory();

  Ring jobs() const;
  Ring answers() const;
  Sleeper trawl() const;
  Sleeper worker() const;

 private:
  WorkerMemory() = default;

  char* begin_ = nullptr;
};

}  // namespace trawl::parser
