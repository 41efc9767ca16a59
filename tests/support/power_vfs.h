#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/shim_vfs.h"

namespace trawl::test {

/// A file layer for SQLite that knows what a disk would hold if the power went now: what was synced, and of
/// the rest any part. Runs on: the threads of its connections, one at a time.
class PowerVfs final : public ShimVfs {
 public:
  /// Called before each write, truncation, sync and deletion, while all others wait.
  std::function<void()> on_operation;

  /// Writes the files into `folder` as a power cut leaves them. What was not synced survives by sectors of
  /// 512 bytes: of a sector, all writes up to some moment, another for each sector, so that writes are torn
  /// and overtake each other; lengths and names of files are as of moments of their own. `seed` decides. From
  /// on_operation.
  void Cut(std::uint64_t seed, const std::filesystem::path& folder) const;

  int OnWrite(const std::string& path, std::string_view bytes, std::uint64_t at) override;
  int OnTruncate(const std::string& path, std::uint64_t size) override;
  int OnSync(const std::string& path) override;
  void OnOpen(const std::string& path, bool created) override;
  void OnDelete(const std::string& path, bool durable) override;

 private:
  struct Change {
    std::uint64_t at = 0;
    std::string bytes;
    bool truncates = false;  ///< to `at`
  };
  struct File {
    std::string synced;
    std::vector<Change> changes;  ///< since, in their order
    bool named = true;            ///< its name is synced
  };
  static std::string After(const File& file, std::uint64_t seed);
  void SyncFolder();
  void Tell() const {
    if (on_operation) on_operation();
  }

  std::mutex asked_;
  std::map<std::string, File> files_;
  std::map<std::string, File> deleted_;  ///< the deletion is not synced
};

}  // namespace trawl::test
