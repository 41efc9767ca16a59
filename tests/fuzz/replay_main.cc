// Runs a fuzzer's relations over a folder of inputs without libFuzzer: each input, every beginning of it, and
// it with each byte in turn replaced by bytes that parsers stumble over; of a long one so many, evenly
// spread.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/fuzz/fuzz.h"

namespace {

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

void RunDamaged(const std::string& input) {
  constexpr std::string_view kStumblingBlocks("\0\n %/:\xff", 7);
  constexpr std::size_t kPlaces = 300;
  for (std::size_t n = 0, places = std::min(input.size(), kPlaces); n < places; ++n) {
    const std::size_t at = n * input.size() / places;
    Run(input.substr(0, at));
    std::string damaged = input;
    for (const char block : kStumblingBlocks) {
      damaged[at] = block;
      Run(damaged);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::size_t kMostDamaged = 2048;
  int inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(file), {}};
      ++inputs;
      Run(input);
      if (input.size() <= kMostDamaged) RunDamaged(input);
    }
  }
  std::printf("%d inputs\n", inputs);
  return inputs > 0 ? 0 : 1;
}
