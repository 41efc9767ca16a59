#include "parser/frame_reader.h"

#include <string>
#include <string_view>
#include <vector>

#include "parser/error.h"
#include "tests/support/catch.h"
#include "tests/support/shared_memory.h"

using namespace trawl::parser;
using trawl::test::SharedMemory;

namespace {

std::string JobFrame(std::size_t body, std::uint16_t number) {
  PageJob job;
  job.body = std::string(body, static_cast<char>('a' + number % 26));
  std::string frame;
  EncodeJob(job, frame);
  SetNumber(frame, number);
  return frame;
}

// Body sizes around every edge of the ring.
std::vector<std::string> Frames() {
  constexpr std::size_t kFits = WorkerMemory::kJobs - 2 * kFrameHeader - 26;
  std::vector<std::string> frames;
  for (const std::size_t body : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, kFits - 1, kFits,
                                 kFits + 1, 3 * WorkerMemory::kJobs, std::size_t{5}, kFits, std::size_t{0}}) {
    frames.push_back(JobFrame(body, static_cast<std::uint16_t>(frames.size())));
  }
  return frames;
}

// Feeds `stream` in pieces of at most `piece` bytes and checks that exactly `frames` come out.
void CheckReads(const std::vector<std::string>& frames, std::size_t piece, bool take) {
  std::string stream;
  for (const std::string& frame : frames) stream += frame;
  SharedMemory memory;
  RingWriter writer(memory.trawl.jobs());
  FrameReader reader(FrameType::kJob, memory.worker.jobs());
  std::string_view left = stream;
  for (const std::string& frame : frames) {
    while (!reader.Next().value()) {
      const std::size_t size = writer.Put(left.substr(0, piece)).value();
      REQUIRE(size > 0);
      writer.Publish();
      left.remove_prefix(size);
    }
    CHECK_FALSE(reader.partial());
    CHECK(reader.header().number == static_cast<std::uint16_t>(&frame - frames.data()));
    CHECK(reader.payload() == std::string_view(frame).substr(kFrameHeader));
    if (take) {
      const std::vector<char> payload = reader.TakePayload();
      CHECK(std::string_view(payload.data(), payload.size()) == std::string_view(frame).substr(kFrameHeader));
    }
  }
  CHECK_FALSE(reader.Next().value());
  CHECK_FALSE(reader.partial());
  CHECK(left.empty());
}

}  // namespace

TEST_CASE("Frames of every size come out whole, however the stream is cut", "[frames]") {
  for (const std::size_t piece : {std::size_t{4099}, WorkerMemory::kJobs - 1, WorkerMemory::kJobs}) {
    CAPTURE(piece);
    CheckReads(Frames(), piece, false);
    CheckReads(Frames(), piece, true);
  }
  CheckReads({JobFrame(3, 0), JobFrame(0, 1), JobFrame(20, 2)}, 1, true);
  CheckReads({JobFrame(3, 0), JobFrame(0, 1), JobFrame(20, 2)}, 7, false);
}

TEST_CASE("A header that cannot be is an error as soon as it is there", "[frames]") {
  for (const std::size_t broken : {0, 1, 7}) {
    std::string frame = JobFrame(10, 0);
    frame[broken] = static_cast<char>(0xFF);
    SharedMemory memory;
    RingWriter writer(memory.trawl.jobs());
    FrameReader reader(FrameType::kJob, memory.worker.jobs());
    REQUIRE(writer.Put(frame.substr(0, kFrameHeader - 1)).has_value());
    writer.Publish();
    REQUIRE(reader.Next().has_value());
    CHECK(reader.partial());
    REQUIRE(writer.Put(frame.substr(kFrameHeader - 1, 1)).has_value());
    writer.Publish();
    CHECK(reader.Next().has_error());
  }
}

TEST_CASE("A payload makes room when it is dropped, not before", "[frames]") {
  SharedMemory memory;
  RingWriter writer(memory.trawl.jobs());
  FrameReader reader(FrameType::kJob, memory.worker.jobs());
  const std::string job = JobFrame(WorkerMemory::kJobs / 2, 0);
  REQUIRE(writer.Put(job).value() == job.size());
  writer.Publish();
  REQUIRE(reader.Next().value());
  CHECK(writer.Room().value() == WorkerMemory::kJobs - job.size());
  reader.DropPayload();
  CHECK(reader.payload().empty());
  CHECK(writer.Room().value() == WorkerMemory::kJobs);
}

TEST_CASE("A stream that claims to be longer than its ring is an error", "[frames]") {
  SharedMemory memory;
  memory.trawl.jobs().head->written = WorkerMemory::kJobs + 1;
  FrameReader reader(FrameType::kJob, memory.worker.jobs());
  CHECK(reader.Next().error() == ParserErrc::kBadFrame);
}
