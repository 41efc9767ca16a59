#pragma once

#include <cstdint>
#include <string_view>

namespace trawl::parser {

/// Words in a row that are hashed together.
inline constexpr int kShingleWords = 3;
/// A text of fewer words has no simhash: too little is left of it for an edit to be small.
inline constexpr std::uint32_t kMinSimhashWords = 64;

/// 64 bits that change little where a text changes little: the majority, bit by bit, of the hashes of all
/// shingles (Charikar 2002; Manku, Jain and Das Sarma 2007 for pages). Two texts of which the share d of the
/// shingles differ are some 64 * acos(1 - d) / pi bits apart: three bits are one word in a hundred or two,
/// unrelated texts are about 32 apart. Words are runs of letters, digits and what is beyond ASCII, as they
/// are written; in Chinese and Japanese script each character is one. 0: fewer than kMinSimhashWords words.
/// Stable on disk. One pass without allocation.
std::uint64_t SimhashOf(std::string_view text);

}  // namespace trawl::parser
