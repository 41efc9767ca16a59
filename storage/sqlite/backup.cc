#include "storage/sqlite/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "config/unique_fd.h"
#include "storage/sqlite/open_database.h"

namespace trawl::storage::sqlite {
namespace {

bool SyncPath(const std::string& path, int flags) {
  const UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC));
  return file && ::fsync(file.Get()) == 0;
}

/// A whole copy at `path`, or what went wrong.
Connection::Failure CopyTo(Connection& db, const std::string& path) {
  Connection::Failure failure;
  const std::unique_ptr<Connection> copy = Connection::Open(path, OpenMode::kCreate, failure);
  if (!copy) return failure;
  copy->CopyFrom(db);
  // Not in WAL mode, as the original says it is: a backup is one file.
  copy->Exec("PRAGMA journal_mode = DELETE");
  if (!copy->failed() && copy->Text("PRAGMA integrity_check(1)") != "ok" && !copy->failed())
    return {StoreErrc::kCorrupt, "the copy is not whole", -1};
  return copy->failure();
}

}  // namespace

bool BackUp(Connection& db, const std::string& path, int version, std::string& error) {
  const std::string backup = path + ".backup-v" + std::to_string(version);
  const std::string part = backup + ".part";
  std::error_code ignored;
  for (const char* rest : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(part + rest, ignored);
  const Connection::Failure failure = CopyTo(db, part);
  if (failure.code != StoreErrc::kOk) {
    std::filesystem::remove(part, ignored);
    error = path + " is of an earlier trawl and is copied before it is brought up to date: " +
            Sentence(backup, failure);
    return false;
  }
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!SyncPath(part, O_RDONLY) || std::rename(part.c_str(), backup.c_str()) != 0 ||
      !SyncPath(folder.string(), O_RDONLY | O_DIRECTORY)) {
    error = backup + " cannot be written: " + std::strerror(errno);
    return false;
  }
  return true;
}

}  // namespace trawl::storage::sqlite
