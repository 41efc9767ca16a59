#include "storage/sqlite/log_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <utility>

// The log, by https://www.sqlite.org/fileformat2.html section 4.1: a head of 32 bytes, then frames, each a
// head of 24 bytes and a page. The second four bytes of a frame's head are not zero when it ends a
// transaction.

namespace trawl::storage::sqlite {
namespace {

constexpr std::size_t kLogHead = 32, kFrameHead = 24;
// SQLite's layer for Unix takes 17 bits of a length for the whole of it (os_unix.c, seekAndWriteFd).
// A buffer is handed over before it would take a frame of a 4 KiB page beyond that.
constexpr std::size_t kMostAtOnce = std::size_t{0x1FFFF}, kHandOver = std::size_t{120} << 10;

/// What gathers of one log.
class Gathered {
 public:
  explicit Gathered(sqlite3_file* file) : file_(file) {}

  int Write(const void* from, int size, sqlite3_int64 at) {
    if (failed_ != SQLITE_OK) return failed_;
    const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    const bool head = bytes.size() == kFrameHead && at >= static_cast<sqlite3_int64>(kLogHead);
    const bool ends = head && bytes.substr(4, 4) != std::string_view("\0\0\0\0", 4);
    const bool follows = !bytes_.empty() && at == at_ + static_cast<sqlite3_int64>(bytes_.size());
    if (!follows || head == after_head_) {
      if (const int code = Flush(); code != SQLITE_OK) return code;
      ends_transaction_ = false;
      // A head that ends a transaction and follows nothing may be one whose checksum is set right: then no
      // page comes behind it.
      if (!head || ends) return Pass(bytes, at);
      at_ = at;
    }
    bytes_.append(bytes);
    if (head) ends_transaction_ = ends;
    after_head_ = head;
    return !head && (ends_transaction_ || bytes_.size() >= kHandOver) ? Flush() : SQLITE_OK;
  }

  int Flush() {
    if (bytes_.empty()) return SQLITE_OK;
    for (std::size_t done = 0; done < bytes_.size() && failed_ == SQLITE_OK; done += kMostAtOnce) {
      failed_ =
          Pass(std::string_view(bytes_).substr(done, kMostAtOnce), at_ + static_cast<sqlite3_int64>(done));
    }
    bytes_.clear();
    after_head_ = false;
    return failed_;
  }

  /// Whether the last that was written ended a transaction, so that a sync now is for it.
  bool ended_transaction() const { return bytes_.empty() && ends_transaction_; }

  /// Of a flush, for ever: SQLite has heard of those frames that they were written, and must not end a
  /// transaction behind them.
  int failed() const { return failed_; }

 private:
  int Pass(std::string_view bytes, sqlite3_int64 at) {
    return file_->pMethods->xWrite(file_, bytes.data(), static_cast<int>(bytes.size()), at);
  }

  sqlite3_file* const file_;
  std::string bytes_;
  sqlite3_int64 at_ = 0;  // where they go
  bool after_head_ = false;
  bool ends_transaction_ = false;  // the last frame, if it was written behind others or with its page
  int failed_ = SQLITE_OK;
};

/// What SQLite allocates for an open log: this, and behind it the file of the layer below.
struct LogFile {
  sqlite3_file base;
  Gathered* gathered;
  const bool* puts_off;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LogFile* Self(sqlite3_file* file) {
  return reinterpret_cast<LogFile*>(file);
}
sqlite3_file* Real(sqlite3_file* file) {
  return Self(file)->real();
}

/// What was gathered goes first, then `call` to the file below. Frames gather only while SQLite writes a
/// transaction, so that this is rarely more than a look.
template <class Call>
int Then(sqlite3_file* file, Call call) {
  if (const int code = Self(file)->gathered->Flush(); code != SQLITE_OK) return code;
  sqlite3_file* real = Real(file);
  return call(real, real->pMethods);
}

int Close(sqlite3_file* file) {
  const int flushed = Self(file)->gathered->Flush();
  delete std::exchange(Self(file)->gathered, nullptr);
  const int closed = Real(file)->pMethods->xClose(Real(file));
  return flushed != SQLITE_OK ? flushed : closed;
}
int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  return Then(file, [=](sqlite3_file* f, const sqlite3_io_methods* m) { return m->xRead(f, to, size, at); });
}
int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  return Self(file)->gathered->Write(from, size, at);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Then(file, [=](sqlite3_file* f, const sqlite3_io_methods* m) { return m->xTruncate(f, size); });
}
int Sync(sqlite3_file* file, int flags) {
  if (const int failed = Self(file)->gathered->failed(); failed != SQLITE_OK) return failed;
  return Then(file, [=](sqlite3_file* f, const sqlite3_io_methods* m) {
    const bool later = *Self(file)->puts_off && Self(file)->gathered->ended_transaction();
    return later ? SQLITE_OK : m->xSync(f, flags);
  });
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Then(file, [=](sqlite3_file* f, const sqlite3_io_methods* m) { return m->xFileSize(f, size); });
}
int Lock(sqlite3_file* file, int level) {
  return Then(file, [=](sqlite3_file* f, const sqlite3_io_methods* m) { return m->xLock(f, level); });
}
int Unlock(sqlite3_file* file, int level) {
  return Then(file, [=](sqlite3_file* f, const sqlite3_io_methods* m) { return m->xUnlock(f, level); });
}
int CheckReservedLock(sqlite3_file* file, int* held) {
  return Then(file,
              [=](sqlite3_file* f, const sqlite3_io_methods* m) { return m->xCheckReservedLock(f, held); });
}
int FileControl(sqlite3_file* file, int op, void* argument) {
  return Then(file,
              [=](sqlite3_file* f, const sqlite3_io_methods* m) { return m->xFileControl(f, op, argument); });
}
int SectorSize(sqlite3_file* file) {
  return Real(file)->pMethods->xSectorSize(Real(file));
}
int Characteristics(sqlite3_file* file) {
  return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
}

// Version 1: a log has no shared memory of its own.
constexpr sqlite3_io_methods kMethods = {1,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         Characteristics,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr};

std::atomic<int> registered{0};  // makes the names of several at once differ

}  // namespace

struct LogVfs::Registration {
  sqlite3_vfs vfs;  // first; a copy of the layer below but for the name and how files are opened
  sqlite3_vfs* real;
  bool puts_off = false;
  sqlite3_file* log_below = nullptr;  // the open log of the one connection

  static int Open(sqlite3_vfs* self, const char* path, sqlite3_file* file, int flags, int* flags_out) {
    auto* registration = reinterpret_cast<Registration*>(self);
    sqlite3_vfs* real = registration->real;
    if ((flags & SQLITE_OPEN_WAL) == 0) return real->xOpen(real, path, file, flags, flags_out);
    auto* log = new (file) LogFile{{nullptr}, nullptr, &registration->puts_off};
    const int code = real->xOpen(real, path, log->real(), flags, flags_out);
    // SQLite calls xClose whenever the methods are set.
    if (log->real()->pMethods == nullptr) return code;
    log->gathered = new Gathered(log->real());
    log->base.pMethods = &kMethods;
    registration->log_below = log->real();
    return code;
  }
};

LogVfs::LogVfs() = default;

std::unique_ptr<LogVfs> LogVfs::Over(const std::string& name) {
  sqlite3_vfs* real = sqlite3_vfs_find(name.empty() ? nullptr : name.c_str());
  if (real == nullptr) return nullptr;
  std::unique_ptr<LogVfs> layer(new LogVfs);
  layer->name_ = "log-" + std::to_string(++registered);
  layer->registration_.reset(new Registration{*real, real});
  sqlite3_vfs& vfs = layer->registration_->vfs;
  vfs.pNext = nullptr;
  vfs.zName = layer->name_.c_str();
  vfs.szOsFile = static_cast<int>(sizeof(LogFile)) + real->szOsFile;
  vfs.xOpen = Registration::Open;
  if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) return nullptr;
  return layer;
}

void LogVfs::PutOffSyncs(bool put_off) {
  registration_->puts_off = put_off;
}

int LogVfs::SyncLog() const {
  sqlite3_file* const log = registration_->log_below;
  return log != nullptr ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : SQLITE_IOERR_FSYNC;
}

LogVfs::~LogVfs() {
  if (registration_) sqlite3_vfs_unregister(&registration_->vfs);
}

}  // namespace trawl::storage::sqlite
