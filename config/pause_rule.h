#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trawl::config {

/// When a target pauses by itself: when at least `percent` of its last `fetches` have failed.
struct PauseRule {
  static constexpr std::uint32_t kMostFetches = 100'000;

  std::uint32_t percent = 0;  ///< 1 to 100
  std::uint32_t fetches = 0;  ///< 1 to kMostFetches
  bool operator==(const PauseRule&) const = default;
};

/// "50% of 100". Nothing when it is none.
std::optional<PauseRule> ParsePauseRule(std::string_view text);

}  // namespace trawl::config
