#include "parser/worker_memory.h"

#include <unistd.h>

#include <string>
#include <thread>

#include "parser/error.h"
#include "tests/support/catch.h"
#include "tests/support/shared_memory.h"

using namespace trawl::parser;
using trawl::test::SharedMemory;

namespace {

// Bytes that tell where in the stream they stand.
std::string Stream(std::size_t size) {
  std::string stream;
  while (stream.size() < size) stream += std::to_string(stream.size()) + ",";
  stream.resize(size);
  return stream;
}

}  // namespace

TEST_CASE("What one side puts in comes out at the other, across the end of the ring too", "[ring]") {
  SharedMemory memory;
  RingWriter writer(memory.trawl.jobs());
  RingReader reader(memory.worker.jobs());
  const std::string stream = Stream(5 * WorkerMemory::kJobs);
  std::string out;
  std::string_view left = stream;
  for (std::size_t step = 1; out.size() < stream.size(); step = step * 3 % 100'003) {
    left.remove_prefix(writer.Put(left.substr(0, 2 * step)).value());
    writer.Publish();
    const std::string_view there = reader.Bytes().value();
    REQUIRE(there.size() <= WorkerMemory::kJobs);
    const std::string_view taken = there.substr(0, step);
    out += taken;
    reader.Take(taken.size());
  }
  CHECK(out == stream);
}

TEST_CASE("A full ring takes nothing, and what is not published is not seen", "[ring]") {
  SharedMemory memory;
  RingWriter writer(memory.worker.answers());
  RingReader reader(memory.trawl.answers());
  const std::string stream = Stream(WorkerMemory::kAnswers + 1);
  CHECK(writer.Put("").value() == 0);
  CHECK(writer.Put(stream).value() == WorkerMemory::kAnswers);
  CHECK(writer.Put("x").value() == 0);
  CHECK(writer.Room().value() == 0);
  CHECK(reader.Bytes().value().empty());
  writer.Publish();
  CHECK(reader.Bytes().value() == std::string_view(stream).substr(0, WorkerMemory::kAnswers));
  reader.Take(1);
  CHECK(writer.Put("xy").value() == 1);
}

TEST_CASE("A place in a ring is where all fits in a row, across its end too, or nowhere", "[ring]") {
  SharedMemory memory;
  RingWriter writer(memory.worker.answers());
  RingReader reader(memory.trawl.answers());
  const std::string stream = Stream(WorkerMemory::kAnswers);
  CHECK(writer.Place(WorkerMemory::kAnswers + 1).value() == nullptr);
  for (int round = 0; round < 3; ++round) {
    REQUIRE(writer.Put("before").value() == 6);
    writer.Publish();
    reader.Take(6);
    char* const place = writer.Place(stream.size()).value();
    REQUIRE(place != nullptr);
    stream.copy(place, stream.size());
    CHECK(reader.Bytes().value().empty());
    writer.Skip(stream.size());
    CHECK(writer.Place(1).value() == nullptr);
    writer.Publish();
    CHECK(reader.Bytes().value() == stream);
    reader.Take(stream.size());
  }
  memory.trawl.answers().head->taken = std::uint64_t{1} << 40;
  CHECK(writer.Place(1).error() == ParserErrc::kBadFrame);
}

TEST_CASE("A position of the other side that cannot be is an error", "[ring]") {
  SharedMemory memory;
  RingWriter writer(memory.trawl.jobs());
  RingReader reader(memory.worker.jobs());
  memory.trawl.jobs().head->written = WorkerMemory::kJobs + 1;
  CHECK(reader.Bytes().error() == ParserErrc::kBadFrame);
  memory.worker.jobs().head->taken = 1;  // of nothing
  CHECK(writer.Put("x").error() == ParserErrc::kBadFrame);
  CHECK(writer.Room().error() == ParserErrc::kBadFrame);
}

TEST_CASE("Nobody can make the memory smaller or larger under those who have mapped it", "[ring]") {
  SharedMemory memory;
  CHECK(::ftruncate(memory.file.Get(), 0) != 0);
  CHECK(::ftruncate(memory.file.Get(), 64 << 20) != 0);
}

TEST_CASE("Who sleeps is woken once, and only for what it waits for", "[ring]") {
  SharedMemory memory;
  Sleeper sleeping = memory.worker.worker(), waking = memory.trawl.worker();
  CHECK_FALSE(waking.WokenByBytes());
  sleeping.Want(Wanted::kBytes);
  CHECK_FALSE(waking.WokenByRoom());
  CHECK(waking.WokenByBytes());
  CHECK_FALSE(waking.WokenByBytes());
  sleeping.Want(Wanted::kBytesOrRoom);
  CHECK(waking.WokenByRoom());
  CHECK_FALSE(waking.WokenByBytes());
  CHECK_FALSE(memory.worker.trawl().WokenByBytes());
}

TEST_CASE("A stream between two threads comes through as it is", "[ring]") {
  SharedMemory memory;
  const std::string stream = Stream(4 << 20);
  std::thread thread([&] {
    RingWriter writer(memory.trawl.jobs());
    for (std::string_view left = stream; !left.empty();) {
      left.remove_prefix(writer.Put(left.substr(0, 50'000)).value());
      writer.Publish();
      std::this_thread::yield();
    }
  });
  RingReader reader(memory.worker.jobs());
  std::string out;
  while (out.size() < stream.size()) {
    const std::string_view there = reader.Bytes().value();
    out += there;
    reader.Take(there.size());
    if (there.empty()) std::this_thread::yield();
  }
  thread.join();
  CHECK(out == stream);
}
