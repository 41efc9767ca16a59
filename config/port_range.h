#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trawl::config {

/// Ports from `first` to `last`, both included.
struct PortRange {
  std::uint16_t first = 0, last = 0;
  bool Holds(std::uint16_t port) const { return first <= port && port <= last; }
};

/// "443" or "8000-8999", decimal digits alone, from 1 to 65535. Nothing when it is neither.
std::optional<PortRange> ParsePortRange(std::string_view text);

}  // namespace trawl::config
