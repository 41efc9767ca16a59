#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace trawl::crawler {

/// Whether most pages of a kind are alike: within kDistance bits of one another by their simhashes
/// (parser/simhash.h). Each page that is remembered counts those alike, and loses one for each of its kind
/// that is not. So what a trap makes adds up, while lists, of which one page in five may come near another by
/// what is around them, stay near zero however many they are. Of each of kSets groups of kinds kWays pages
/// are remembered, a megabyte and a half in all; one without any alike gives way, else the one that was met
/// longest ago. Runs on: event loop. Owns its cells, which are there from the first Meet on.
class NearCopies {
 public:
  /// Manku, Jain and Das Sarma 2007, section 5.1: of 64 bits, for pages.
  static constexpr int kDistance = 3;
  static constexpr std::size_t kSets = 4096, kWays = 16;

  /// How many more pages of the kind were alike this one than not, before it, at most `most`. `kind`: a hash
  /// of what pages must have in common beside their text.
  std::uint32_t Meet(std::uint64_t kind, std::uint64_t simhash, std::uint32_t most);

 private:
  struct Cell {
    std::uint64_t kind = 0, simhash = 0;
    std::uint32_t count = 0;
    std::uint32_t met_at = 0;  // of ticks_
  };
  std::vector<Cell> cells_;
  std::uint32_t ticks_ = 0;
};

}  // namespace trawl::crawler
