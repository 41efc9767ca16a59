#pragma once

#include <string>

#include "config/unique_fd.h"

namespace trawl::storage::sqlite {

/// Keeps other crawls off a database: `<path>-lock`, locked with flock and holding the pid of its owner. The
/// kernel drops the lock with the process, however it ends; the file itself stays, for removing it would let
/// two owners in. Runs on: any. Owns the descriptor.
class LockFile {
 public:
  /// False with a sentence in `error` when another process holds it or the file cannot be made.
  bool Acquire(const std::string& database_path, std::string& error);

  /// The pid of the process that holds the database now; empty: none does.
  static std::string Holder(const std::string& database_path);

 private:
  UniqueFd file_;
};

}  // namespace trawl::storage::sqlite
