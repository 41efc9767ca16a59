#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What libFuzzer and replay_main.cc call: one input, always 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace trawl::test {

/// Ends the program when a relation does not hold, so that the input is kept as a crash.
inline void Require(bool holds, const char* relation, std::string_view about = {}) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", relation);
  std::fwrite(about.data(), 1, about.size(), stderr);
  std::fputc('\n', stderr);
  std::abort();
}

/// Takes the text up to the next newline off `rest`.
inline std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return line;
}

}  // namespace trawl::test
