#pragma once

#include <span>
#include <string>
#include <string_view>

namespace trawl::config {

/// The number of letters added, dropped, changed or swapped with their neighbour between two words.
std::size_t EditDistance(std::string_view a, std::string_view b);

/// Which of `candidates` (dotted keys) the writer of the unknown key `key` most likely meant: a slip of the
/// fingers, or the right name in another section. Empty when none is near.
std::string NearestKey(std::string_view key, std::span<const std::string> candidates);

}  // namespace trawl::config
