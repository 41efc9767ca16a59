#include "storage/free_space.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>

namespace trawl::storage {

std::optional<FreeSpace> FreeSpaceAt(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path place = std::filesystem::absolute(path, ignored);
  for (;;) {
    struct statvfs status {};
    if (::statvfs(place.c_str(), &status) == 0) {
      const std::uint64_t unit = status.f_frsize;
      return FreeSpace{status.f_bavail * unit, status.f_blocks * unit};
    }
    if (errno != ENOENT || !place.has_relative_path()) return std::nullopt;
    place = place.parent_path();
  }
}

}  // namespace trawl::storage
