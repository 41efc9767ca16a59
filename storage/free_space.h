#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace trawl::storage {

struct FreeSpace {
  std::uint64_t free = 0;   ///< bytes that this process may still write
  std::uint64_t total = 0;  ///< bytes of the whole file system
};

/// Of the file system that `path` is on, or would be: the nearest folder above it that is there. None when it
/// cannot be asked. Blocks, and for long where the disk is a network's.
std::optional<FreeSpace> FreeSpaceAt(const std::string& path);

}  // namespace trawl::storage
