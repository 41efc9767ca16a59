#pragma once

#include <cstdint>

namespace trawl::crawler {

/// Descriptors left to what is no connection of a fetch: database, parser processes, name servers, the
/// control API and its clients.
inline constexpr std::uint64_t kOtherDescriptors = 512;

/// How many of `limit` descriptors connections may take: all but the others', and of a small limit the half.
constexpr std::uint64_t DescriptorsForConnections(std::uint64_t limit) {
  return limit > 2 * kOtherDescriptors ? limit - kOtherDescriptors : limit / 2;
}

}  // namespace trawl::crawler
