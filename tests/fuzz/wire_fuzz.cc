// First byte: '0' a job, '1' an answer, 'r' item rules, 's' a stream of frames, else a frame header of the
// type that its lowest bit says. The rest: its bytes.

#include <string>
#include <utility>
#include <vector>

#include "parser/frame_reader.h"
#include "parser/item_extractor.h"
#include "parser/wire.h"
#include "parser/wire_frame.h"
#include "parser/wire_rules.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/shared_memory.h"

namespace trawl::test {
namespace {

using namespace parser;

void CheckJob(std::string_view payload) {
  const auto job = DecodeJob(payload);
  if (!job) return;
  std::string frame;
  EncodeJob(*job, frame);
  Require(frame.substr(kFrameHeader) == payload, "encode(decode(job)) == job", payload);
}

void CheckAnswer(std::string_view payload) {
  auto page = DecodeAnswer(std::vector<char>(payload.begin(), payload.end()));
  if (!page) return;
  const ParsedPage moved = std::move(*page);
  Require(moved.links.size() <= moved.links_found && moved.links.size() <= kMaxLinks, "links are counted",
          payload);
  std::string frame;
  EncodeAnswer(moved, frame);
  Require(frame.substr(kFrameHeader) == payload, "encode(decode(answer)) == answer", payload);
}

void CheckRules(std::string_view payload) {
  const auto rules = DecodeRules(payload);
  if (!rules) return;
  Require(EncodeRules(*rules).substr(kFrameHeader) == payload, "encode(decode(rules)) == rules", payload);
  std::vector<ItemRuleError> errors;
  const ItemExtractor extractor(*rules, errors);
  Require(extractor.size() == rules->size(), "every rule is there, compiled or not", payload);
}

// What a reader of frames makes of the bytes when they come `step` at a time: number, payload, error.
std::string Cut(std::string_view stream, std::size_t step) {
  const SharedMemory memory;
  RingWriter writer(memory.trawl.jobs());
  FrameReader reader(FrameType::kJob, memory.worker.jobs());
  std::string told;
  while (!stream.empty()) {
    stream.remove_prefix(writer.Put(stream.substr(0, step)).value());
    writer.Publish();
    for (;;) {
      const auto whole = reader.Next();
      if (!whole) return told + whole.error().message();
      if (!*whole) break;
      told += std::to_string(reader.header().number) + ":" + std::string(reader.payload()) + ";";
    }
  }
  return told + (reader.partial() ? "partial" : "");
}

// Each line is the payload of a frame. A damaged header, and an end amid a frame, are of the stream as well.
void CheckStream(std::string_view lines) {
  std::string stream;
  while (!lines.empty()) FrameWriter(FrameType::kJob, stream).writer.Bytes(TakeLine(lines));
  const std::string whole = Cut(stream, stream.size());
  const std::string damaged = stream.substr(0, stream.size() / 2) + "!" + stream.substr(stream.size() / 2);
  const std::string odd = Cut(damaged, damaged.size());
  for (const std::size_t step : {1, 3, 8, 11}) {
    Require(Cut(stream, step) == whole, "cuts change nothing in a stream of frames", stream);
    Require(Cut(damaged, step) == odd, "cuts change nothing in a damaged stream", damaged);
  }
}

void CheckHeader(FrameType type, std::string_view header) {
  const auto decoded = DecodeFrameHeader(header, type);
  if (!decoded) return;
  Require(header.size() == kFrameHeader, "a header has its size", header);
  Require(type == FrameType::kJob || decoded->size <= kMaxAnswer, "an answer has its limit", header);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  if (bytes[0] == '0') {
    CheckJob(rest);
  } else if (bytes[0] == '1') {
    CheckAnswer(rest);
  } else if (bytes[0] == 'r') {
    CheckRules(rest);
  } else if (bytes[0] == 's') {
    CheckStream(rest);
  } else {
    CheckHeader(bytes[0] & 1 ? trawl::parser::FrameType::kJob : trawl::parser::FrameType::kAnswer, rest);
  }
  return 0;
}
