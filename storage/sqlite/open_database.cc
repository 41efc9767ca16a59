#include "storage/sqlite/open_database.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "config/unique_fd.h"
#include "storage/sqlite/backup.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/search_rows.h"

namespace trawl::storage::sqlite {
namespace {

// Milliseconds that a statement waits for a lock of another program, e.g. a shell that holds one by mistake.
constexpr int kBusyTimeout = 5000;
constexpr int kWriterCacheKiB = 32 * 1024;
constexpr int kReaderCacheKiB = 4 * 1024;
// A log that a reader has made longer is cut to this when it begins anew. Twice what it has when it is folded
// into the database, so that usually nothing is cut and written again.
constexpr int kLogBytes = 256 << 20;

std::string SchemaSentence(const std::string& path, SchemaState state, int version) {
  if (state == SchemaState::kForeign) {
    return path + " is an SQLite database of another program; choose another --db";
  }
  return path + " has schema version " + std::to_string(version) +
         ", written by a newer trawl (this one knows " + std::to_string(Migrations().back().version) +
         "); use that trawl or choose another --db";
}

/// Whether a path that exists names a file. It is not opened, see OpenForQuestions.
bool CheckKind(const std::string& path, const struct stat& status, std::string& error) {
  if (S_ISDIR(status.st_mode)) {
    error = path + " is a directory; choose a file, for instance --db " + path + "/trawl.db";
    return false;
  }
  if (!S_ISREG(status.st_mode)) {
    error = path + " is not a regular file; choose another --db";
    return false;
  }
  return true;
}

}  // namespace

bool CheckFile(const std::string& path, std::string& error) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return true;
    error = path + " cannot be opened: " + std::strerror(errno) + "; choose another --db";
    return false;
  }
  if (!CheckKind(path, status, error)) return false;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    error = path + " cannot be opened: " + std::strerror(errno) +
            "; check its permissions or choose another --db";
    return false;
  }
  // https://www.sqlite.org/fileformat2.html section 1.3: the first 16 bytes. An empty file is an empty
  // database.
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, 16> head{};
  const ssize_t size = ::pread(file.Get(), head.data(), head.size(), 0);
  if (size == 0 || std::string_view(head.data(), size > 0 ? static_cast<std::size_t>(size) : 0) == kMagic)
    return true;
  error = Sentence(path, {StoreErrc::kNotADatabase, "", -1});
  return false;
}

std::string Sentence(const std::string& path, const Connection::Failure& failure) {
  const std::string because = failure.message.empty() ? "" : " (" + failure.message + ")";
  switch (failure.code) {
    case StoreErrc::kNotADatabase:
      return path + " is not an SQLite database" + because + "; choose another --db";
    case StoreErrc::kCorrupt:
      return path + " is damaged" + because +
             "; restore a backup, or save what is readable with sqlite3's .recover";
    case StoreErrc::kLocked:
      return path + " is locked by another program" + because + "; close it and try again";
    case StoreErrc::kDiskFull:
      return path + ": the disk is full" + because + "; free some space and try again";
    case StoreErrc::kReadOnly:
      return path + " cannot be written" + because + "; check its permissions and its folder's";
    case StoreErrc::kCannotOpen:
      return path + " cannot be opened" + because +
             "; check the folder and its permissions, or choose another --db";
    default:
      return path + ": " + make_error_code(failure.code).message() + because;
  }
}

std::unique_ptr<Connection> OpenForWriting(const config::StorageOptions& options, const std::string& vfs,
                                           std::string& error) {
  Connection::Failure failure;
  std::unique_ptr<Connection> db = Connection::Open(options.path, OpenMode::kCreate, failure, vfs);
  if (!db) {
    error = Sentence(options.path, failure);
    return nullptr;
  }
  db->SetBusyTimeout(kBusyTimeout);
  int version = 0;
  const SchemaState state = InspectSchema(*db, version);
  if (!db->failed() && (state == SchemaState::kForeign || state == SchemaState::kNewer)) {
    error = SchemaSentence(options.path, state, version);
    return nullptr;
  }
  // Has to be said before the first table; a file that was made without takes trawl doctor --vacuum.
  if (state == SchemaState::kEmpty) db->Exec("PRAGMA auto_vacuum = INCREMENTAL");
  const bool full = options.durability == config::Durability::kFull;
  db->Exec("PRAGMA journal_mode = WAL");  // to its end: where it fails there, its row says nothing of it
  // That it cannot is no error for SQLite, which goes on with what it has; readers would be in the way then.
  if (db->Text("PRAGMA journal_mode") != "wal" && !db->failed()) {
    error =
        options.path +
        " cannot have a write-ahead log, which takes a file system with shared memory, such as a local disk";
    return nullptr;
  }
  // FULL: every commit is on the disk before it is acknowledged. NORMAL: a power cut (not a crash of the
  // program) may take the commits since the last checkpoint, and leaves the database whole.
  db->Exec(full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  db->Exec("PRAGMA cache_size = -" + std::to_string(kWriterCacheKiB));
  db->Int("PRAGMA journal_size_limit = " + std::to_string(kLogBytes));
  // As distributions build SQLite it fills what is deleted with zeros; this way only where nothing more is
  // written for it, so that pages that are free as a whole are left alone.
  db->Int("PRAGMA secure_delete = FAST");
  const bool older = state == SchemaState::kOurs && version < Migrations().back().version;
  if (older && !db->failed() && !BackUp(*db, options.path, version, error)) return nullptr;
  UpdateSchema(*db);
  SearchRows::Prepare(*db, options.full_text);
  if (!db->failed()) return db;
  error = Sentence(options.path, db->failure());
  return nullptr;
}

std::unique_ptr<Connection> OpenForReading(const std::string& path, const std::string& vfs,
                                           std::string& error) {
  Connection::Failure failure;
  std::unique_ptr<Connection> db = Connection::Open(path, OpenMode::kReadOnly, failure, vfs);
  if (db) {
    db->SetBusyTimeout(kBusyTimeout);
    db->Exec("PRAGMA cache_size = -" + std::to_string(kReaderCacheKiB));
    if (!db->failed()) return db;
    failure = db->failure();
  }
  error = Sentence(path, failure);
  return nullptr;
}

std::unique_ptr<Connection> OpenForQuestions(const std::string& path, std::string& error) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const char* fix = errno == ENOENT ? "; run a crawl first, or name the file with --db" : "";
    error = path + " cannot be opened: " + std::strerror(errno) + fix;
    return nullptr;
  }
  // The file may be open in this process already, and a close of any descriptor of it would drop the locks of
  // them all (fcntl(2)): the next program to close the database would fold the log away under this one. Only
  // SQLite, which knows of that, opens it here.
  if (!CheckKind(path, status, error)) return nullptr;
  std::unique_ptr<Connection> db = OpenForReading(path, "", error);
  if (!db) return nullptr;
  // Read once before an SQL counts as wrong: a damaged or locked file shows itself here.
  db->Int("SELECT count(*) FROM sqlite_schema");
  if (db->failed()) {
    error = Sentence(path, db->failure());
    return nullptr;
  }
  db->ForbidWrites();
  return db;
}

}  // namespace trawl::storage::sqlite
