#pragma once

#include <string_view>

#include "parser/frame_reader.h"
#include "parser/worker_memory.h"

namespace trawl::parser {

/// Where a worker takes its jobs and leaves its answers: two rings that it shares with trawl, and the socket
/// at kWorkerFd, whose bytes only wake whoever sleeps. What comes down is trusted: what
/// cannot be is a bug of this house, and ends the process with a core.
/// Runs on: parser process. Borrows the memory.
class JobDesk {
 public:
  /// While jobs wait, so many answers are given before trawl is woken for them: a page's way back costs less
  /// than waking does. Below the number of jobs that trawl puts in, so that it brings new ones in time.
  static constexpr int kAnswersPerNotice = 8;
  /// Answers do not wait for a job of more than this, which may take long.
  static constexpr std::size_t kQuickJob = 128 * 1024;

  explicit JobDesk(const WorkerMemory& memory);

  /// Goes on to the next frame, and sleeps until there is one. False at the end of the socket: trawl is gone,
  /// or wants no more.
  bool Next();
  const FrameHeader& header() const { return jobs_.header(); }
  std::string_view payload() const { return jobs_.payload(); }
  /// Makes room for other jobs; payload() is dead.
  void DropPayload() { jobs_.DropPayload(); }

  /// Puts an answer into its ring, and sleeps while there is no room. It may still lie in the payload, which
  /// is dropped before it sleeps.
  void Answer(const AnswerFrame& frame);

 private:
  bool Look();
  void PutInPieces(std::string_view frame);
  void Tell();

  FrameReader jobs_;
  RingWriter answers_;
  Sleeper trawl_, worker_;
  int untold_ = 0;  ///< answers since trawl was told of the last ones
};

}  // namespace trawl::parser
