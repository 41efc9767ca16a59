#include "parser/frame_reader.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "parser/error.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

std::string JobFrame(std::size_t body, std::uint16_t number) {
  PageJob job;
  job.body = std::string(body, static_cast<char>('a' + number % 26));
  std::string frame;
  EncodeJob(job, frame);
  SetNumber(frame, number);
  return frame;
}

// Body sizes around every edge of the buffer.
std::vector<std::string> Frames() {
  constexpr std::size_t kFits = FrameReader::kBuffer - kFrameHeader - 16;
  std::vector<std::string> frames;
  for (const std::size_t body :
       {std::size_t{0}, std::size_t{1}, std::size_t{1000}, kFits - 1, kFits, kFits + 1,
        3 * FrameReader::kBuffer, std::size_t{5}, kFits, std::size_t{0}}) {
    frames.push_back(JobFrame(body, static_cast<std::uint16_t>(frames.size())));
  }
  return frames;
}

// Feeds `stream` in pieces of at most `piece` bytes and checks that exactly `frames` come out.
void CheckReads(const std::vector<std::string>& frames, std::size_t piece, bool take) {
  std::string stream;
  for (const std::string& frame : frames) stream += frame;
  FrameReader reader(FrameType::kJob);
  std::string_view left = stream;
  for (const std::string& frame : frames) {
    while (!reader.Next().value()) {
      const auto room = reader.Room();
      REQUIRE_FALSE(room.empty());
      const std::size_t size = std::min({room.size(), left.size(), piece});
      REQUIRE(size > 0);
      std::memcpy(room.data(), left.data(), size);
      reader.Filled(size);
      left.remove_prefix(size);
    }
    CHECK(reader.header().number == static_cast<std::uint16_t>(&frame - frames.data()));
    CHECK(reader.payload() == std::string_view(frame).substr(kFrameHeader));
    if (take) {
      const std::vector<char> payload = reader.TakePayload();
      CHECK(std::string_view(payload.data(), payload.size()) == std::string_view(frame).substr(kFrameHeader));
    }
  }
  CHECK_FALSE(reader.partial());
  CHECK_FALSE(reader.Next().value());
  CHECK(left.empty());
}

}  // namespace

TEST_CASE("Frames of every size come out whole, however the stream is cut", "[frames]") {
  for (const std::size_t piece : {std::size_t{7}, std::size_t{4096}, FrameReader::kBuffer - 1,
                                  FrameReader::kBuffer, std::size_t{1} << 20}) {
    CAPTURE(piece);
    CheckReads(Frames(), piece, false);
    CheckReads(Frames(), piece, true);
  }
  CheckReads({JobFrame(3, 0), JobFrame(0, 1), JobFrame(20, 2)}, 1, true);
}

TEST_CASE("A header that cannot be is an error as soon as it is there", "[frames]") {
  for (const std::size_t broken : {0, 1, 7}) {
    std::string frame = JobFrame(10, 0);
    frame[broken] = static_cast<char>(0xFF);
    FrameReader reader(FrameType::kJob);
    std::memcpy(reader.Room().data(), frame.data(), kFrameHeader - 1);
    reader.Filled(kFrameHeader - 1);
    REQUIRE(reader.Next().has_value());
    CHECK(reader.partial());
    reader.Room()[0] = frame[kFrameHeader - 1];
    reader.Filled(1);
    CHECK(reader.Next().has_error());
  }
}

TEST_CASE("Dropping a large payload makes room at once and takes nothing of the next frame", "[frames]") {
  const std::string large = JobFrame(200'000, 1), small = JobFrame(4, 2);
  FrameReader reader(FrameType::kJob);
  std::string_view left = large;
  while (!reader.Next().value()) {
    const auto room = reader.Room();
    const std::size_t size = std::min(room.size(), left.size());
    std::memcpy(room.data(), left.data(), size);
    reader.Filled(size);
    left.remove_prefix(size);
  }
  reader.DropPayload();
  CHECK(reader.payload().empty());
  std::memcpy(reader.Room().data(), small.data(), small.size());
  reader.Filled(small.size());
  REQUIRE(reader.Next().value());
  CHECK(reader.header().number == 2);
}
