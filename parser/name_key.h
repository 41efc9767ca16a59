#pragma once

#include <cstdint>
#include <string_view>

namespace trawl::parser {

/// A lower-case name as a number, made byte by byte from 0. Names of up to eight bytes and of one size are
/// equal when this is; longer ones are when nobody strives for the contrary.
constexpr std::uint64_t AddToNameKey(std::uint64_t key, char lower) {
  return (key << 8 | key >> 56) ^ static_cast<unsigned char>(lower);
}
constexpr std::uint64_t NameKey(std::string_view lower) {
  std::uint64_t key = 0;
  for (const char c : lower) key = AddToNameKey(key, c);
  return key;
}

}  // namespace trawl::parser
