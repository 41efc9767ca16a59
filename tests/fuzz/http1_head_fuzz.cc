// Any split of an answer into reads gives the same head and the same body.
//
// The first byte seeds the split; what follows is the answer, head and body.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crawler/fetch/http1_body.h"
#include "crawler/fetch/http1_head.h"

namespace {

using trawl::crawler::BodyEnd;
using trawl::crawler::Http1Body;
using trawl::crawler::Http1Head;
using trawl::crawler::Http1HeadReader;

constexpr std::size_t kMaxHead = 4096, kMaxFields = 20;

struct Reading {
  std::string state;    // how it ended, and why
  std::string content;  // of the body
};

/// Reads the whole answer, in pieces whose sizes follow from `seed`; 0: in one.
Reading Read(std::string_view answer, std::uint32_t seed) {
  const auto next = [&]() -> std::size_t {
    if (seed == 0) return answer.size();
    seed = seed * 1664525 + 1013904223;
    return 1 + (seed >> 24) % 16;
  };
  Reading reading;
  Http1HeadReader head(false, kMaxHead, kMaxFields);
  while (!answer.empty() && !head.done() && !head.failed()) {
    const std::string_view piece = answer.substr(0, next());
    const std::size_t taken = head.Feed(piece);
    if (taken > piece.size() || (taken < piece.size() && !head.done() && !head.failed())) std::abort();
    answer.remove_prefix(taken);
  }
  if (head.failed()) {
    reading.state = "head: " + head.failure().detail;
    return reading;
  }
  if (!head.done()) {
    reading.state = "head: not whole";
    return reading;
  }
  const Http1Head& found = head.head();
  reading.state = std::to_string(found.status) + (found.keep_alive ? " keep " : " close ");
  for (const auto& [name, value] : found.fields) reading.state += name + "=" + value + "\n";
  // What the head promises about itself.
  if (found.status < 200 || found.status > 999 || found.fields.size() > kMaxFields) std::abort();
  for (const auto& [name, value] : found.fields) {
    if (name.empty() || (name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) std::abort();
  }
  Http1Body body(found.body_end, found.length);
  while (!answer.empty() && !body.done() && !body.failed()) {
    std::string_view piece = answer.substr(0, next());
    const std::size_t size = piece.size();
    while (!piece.empty() && !body.done() && !body.failed()) reading.content += body.Next(piece);
    answer.remove_prefix(size - piece.size());
  }
  if (found.body_end == BodyEnd::kLength && reading.content.size() > found.length) std::abort();
  if (!body.done() && !body.failed()) body.EndOfStream(true);
  reading.state += body.failed() ? body.failure().detail : "whole, left " + std::to_string(answer.size());
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view answer(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Reading whole = Read(answer, 0);
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    const Reading split = Read(answer, seed * (1u + data[0]));
    if (split.content != whole.content) std::abort();
    if (split.state != whole.state) std::abort();
  }
  return 0;
}
