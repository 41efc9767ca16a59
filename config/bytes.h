#pragma once

#include <compare>
#include <cstdint>

namespace trawl {

/// A size in bytes. A type of its own so that a count is never taken for a size.
struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

constexpr Bytes KiB(std::uint64_t n) { return {n << 10}; }
constexpr Bytes MiB(std::uint64_t n) { return {n << 20}; }
constexpr Bytes GiB(std::uint64_t n) { return {n << 30}; }

}  // namespace trawl
