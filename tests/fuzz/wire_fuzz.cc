// First byte: '0' a job, '1' an answer, 'r' item rules, else a frame header of the type that its lowest bit
// says. The rest: its bytes.

#include <string>
#include <utility>
#include <vector>

#include "parser/item_extractor.h"
#include "parser/wire.h"
#include "parser/wire_rules.h"
#include "tests/fuzz/fuzz.h"

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
  } else {
    CheckHeader(bytes[0] & 1 ? trawl::parser::FrameType::kJob : trawl::parser::FrameType::kAnswer, rest);
  }
  return 0;
}
