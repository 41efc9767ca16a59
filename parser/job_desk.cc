#include "parser/job_desk.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "parser/sandbox.h"

namespace trawl::parser {
namespace {

template <class T>
T Trust(Result<T> result) {
  if (!result) std::abort();
  return std::move(result).value();
}

// Any byte says the same: look at the memory again.
void SendNotice() {
  constexpr char kNotice = 0;
  ssize_t written = 0;
  do {
    written = ::write(kWorkerFd, &kNotice, sizeof kNotice);
  } while (written < 0 && errno == EINTR);
  if (written <= 0) ::_exit(0);
}

bool AwaitNotice() {
  char notices[64];
  ssize_t got = 0;
  do {
    got = ::read(kWorkerFd, notices, sizeof notices);
  } while (got < 0 && errno == EINTR);
  return got > 0;
}

// Another core has written the job: all of it is asked for at once, which takes less time than each line does
// when the parser comes to it. The first part of a large one will do, since caches have an end.
void Fetch(std::string_view payload) {
  constexpr std::size_t kLine = 64, kMost = 64 * 1024;
  for (std::size_t at = 0; at < std::min(payload.size(), kMost); at += kLine) {
    __builtin_prefetch(payload.data() + at, 0, 2);
  }
}

}  // namespace

JobDesk::JobDesk(const WorkerMemory& memory)
    : jobs_(FrameType::kJob, memory.jobs()),
      answers_(memory.answers()),
      trawl_(memory.trawl()),
      worker_(memory.worker()) {}

// Before this process sleeps trawl is told of the room that there is. Not before that: it sees it when it is
// told of answers, too.
bool JobDesk::Look() {
  const bool whole = Trust(jobs_.Next());
  if (!whole && trawl_.WokenByRoom()) SendNotice();
  return whole;
}

void JobDesk::Tell() {
  untold_ = 0;
  if (trawl_.WokenByBytes()) SendNotice();
}

bool JobDesk::Next() {
  while (!Look()) {
    if (untold_ > 0) Tell();
    worker_.Want(Wanted::kBytes);
    const bool whole = Look();
    if (!whole && !AwaitNotice()) return false;
    worker_.Want(Wanted::kNothing);
    if (whole) break;
  }
  Fetch(payload());
  if (untold_ > 0 && header().size > kQuickJob) Tell();
  return true;
}

void JobDesk::Answer(const AnswerFrame& frame) {
  if (char* const place = Trust(answers_.Place(frame.size()))) {
    frame.Write(place);
    answers_.Skip(frame.size());
    answers_.Publish();
    DropPayload();
  } else {
    std::string whole(frame.size(), '\0');
    frame.Write(whole.data());
    DropPayload();
    PutInPieces(whole);
  }
  if (++untold_ >= kAnswersPerNotice) Tell();
}

void JobDesk::PutInPieces(std::string_view frame) {
  for (;;) {
    frame.remove_prefix(Trust(answers_.Put(frame)));
    answers_.Publish();
    if (frame.empty()) return;
    Tell();
    worker_.Want(Wanted::kBytesOrRoom);
    if (Trust(answers_.Room()) == 0 && !AwaitNotice()) ::_exit(0);
    worker_.Want(Wanted::kNothing);
  }
}

}  // namespace trawl::parser
