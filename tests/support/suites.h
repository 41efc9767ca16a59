#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace trawl::test {

/// A file of the conformance suites, from $TRAWL_SUITES or beside the checkout; nothing, and a line that makes ctest report
/// the case as skipped, when the suites are absent.
inline std::optional<std::filesystem::path> Suite(const std::string& name) {
  const char* folder = std::getenv("TRAWL_SUITES");
  std::filesystem::path path = folder ? folder : std::filesystem::path(TRAWL_SOURCE_DIR) / ".." / "shared" / "suites";
  path /= name;
  if (std::filesystem::exists(path)) return path;
  std::cout << "SKIPPED: the conformance suites are not here: " << name << "\n";
  return std::nullopt;
}

}  // namespace trawl::test
