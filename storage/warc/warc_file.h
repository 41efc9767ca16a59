#pragma once

#include <cstdint>
#include <string>
#include <system_error>

#include "config/unique_fd.h"

namespace trawl::storage {

/// A file that is appended to in groups: bytes gather in memory, Flush puts them on the disk. What a crash
/// left behind the last group that counts is cut off when it is opened. Runs on: one thread at a time;
/// blocks. Owns the descriptor.
class WarcFile {
 public:
  WarcFile() = default;

  /// Opens the file, or makes it where `bytes` is 0, and cuts it to `bytes`, the size that counts. Fails when
  /// it is shorter (what counted is lost: nothing may be appended as if it were there).
  std::error_code Open(const std::string& path, std::uint64_t bytes);
  bool is_open() const { return static_cast<bool>(file_); }

  /// Where the next byte goes.
  std::uint64_t size() const { return written_ + gathered_.size(); }
  /// What waits for Flush; appended to by the caller.
  std::string& gathered() { return gathered_; }
  /// Writes and syncs what was gathered. After a failure the file takes nothing more.
  std::error_code Flush();
  void Close() { *this = WarcFile(); }

 private:
  UniqueFd file_;
  std::uint64_t written_ = 0;
  std::string gathered_;
};

}  // namespace trawl::storage
