#include "tests/support/shim_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <new>
#include <utility>

namespace trawl::test {
namespace {

/// What SQLite allocates for an open file: this, and behind it the file of the system's layer.
struct ShimFile {
  sqlite3_file base;
  ShimVfs* vfs;
  std::string* path;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

ShimFile* Self(sqlite3_file* file) {
  return reinterpret_cast<ShimFile*>(file);
}
sqlite3_file* Real(sqlite3_file* file) {
  return Self(file)->real();
}
const sqlite3_io_methods* RealMethods(sqlite3_file* file) {
  return Real(file)->pMethods;
}

const std::string& PathOf(sqlite3_file* file) {
  return *Self(file)->path;
}

int Close(sqlite3_file* file) {
  delete std::exchange(Self(file)->path, nullptr);
  return RealMethods(file)->xClose(Real(file));
}
int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  const int code = Self(file)->vfs->OnRead(PathOf(file));
  return code != SQLITE_OK ? code : RealMethods(file)->xRead(Real(file), to, size, at);
}
int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
  const int code = Self(file)->vfs->OnWrite(PathOf(file), bytes, static_cast<std::uint64_t>(at));
  return code != SQLITE_OK ? code : RealMethods(file)->xWrite(Real(file), from, size, at);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int code = Self(file)->vfs->OnTruncate(PathOf(file), static_cast<std::uint64_t>(size));
  return code != SQLITE_OK ? code : RealMethods(file)->xTruncate(Real(file), size);
}
int Sync(sqlite3_file* file, int) {
  return Self(file)->vfs->OnSync(PathOf(file));
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return RealMethods(file)->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) {
  const int code = Self(file)->vfs->OnLock(PathOf(file));
  return code != SQLITE_OK ? code : RealMethods(file)->xLock(Real(file), level);
}
int Unlock(sqlite3_file* file, int level) {
  return RealMethods(file)->xUnlock(Real(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* held) {
  return RealMethods(file)->xCheckReservedLock(Real(file), held);
}
int FileControl(sqlite3_file* file, int op, void* argument) {
  return RealMethods(file)->xFileControl(Real(file), op, argument);
}
int SectorSize(sqlite3_file* file) {
  return RealMethods(file)->xSectorSize(Real(file));
}
int Characteristics(sqlite3_file* file) {
  return RealMethods(file)->xDeviceCharacteristics(Real(file));
}
int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return RealMethods(file)->xShmMap(Real(file), page, size, extend, memory);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  const int code = (flags & SQLITE_SHM_LOCK) != 0 ? Self(file)->vfs->OnLock(PathOf(file)) : SQLITE_OK;
  return code != SQLITE_OK ? code : RealMethods(file)->xShmLock(Real(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) {
  RealMethods(file)->xShmBarrier(Real(file));
}
int ShmUnmap(sqlite3_file* file, int remove) {
  return RealMethods(file)->xShmUnmap(Real(file), remove);
}

// Version 2: with shared memory, for WAL; without memory-mapped reads.
constexpr sqlite3_io_methods kMethods = {2,
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
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

std::atomic<int> registered{0};  // makes the names of several at once differ

}  // namespace

struct ShimVfs::Registration {
  sqlite3_vfs vfs;  // a copy of the system's but for the name, and how files are opened and deleted
  sqlite3_vfs* real;
  ShimVfs* owner;

  static int Open(sqlite3_vfs* self, const char* path, sqlite3_file* file, int flags, int* flags_out) {
    auto* registration = static_cast<Registration*>(self->pAppData);
    const std::string name = path != nullptr ? path : "";
    if (const int refused = registration->owner->OnOpening(name); refused != SQLITE_OK) {
      file->pMethods = nullptr;
      return refused;
    }
    const bool created = !name.empty() && !std::filesystem::exists(name);
    auto* opened = new (file) ShimFile{{nullptr}, registration->owner, new std::string(name)};
    const int code = registration->real->xOpen(registration->real, path, opened->real(), flags, flags_out);
    // SQLite calls xClose whenever the methods are set.
    opened->base.pMethods = opened->real()->pMethods ? &kMethods : nullptr;
    if (opened->base.pMethods == nullptr) delete std::exchange(opened->path, nullptr);
    if (code == SQLITE_OK) registration->owner->OnOpen(name, created);
    return code;
  }
  static int Delete(sqlite3_vfs* self, const char* path, int sync_folder) {
    auto* registration = static_cast<Registration*>(self->pAppData);
    registration->owner->OnDelete(path, sync_folder != 0);
    return registration->real->xDelete(registration->real, path, 0);
  }
};

ShimVfs::ShimVfs() : name_("shim-" + std::to_string(++registered)) {
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  registration_.reset(new Registration{*real, real, this});
  sqlite3_vfs& vfs = registration_->vfs;
  vfs.pNext = nullptr;
  vfs.zName = name_.c_str();
  vfs.szOsFile = static_cast<int>(sizeof(ShimFile)) + real->szOsFile;
  vfs.pAppData = registration_.get();
  vfs.xOpen = Registration::Open;
  vfs.xDelete = Registration::Delete;
  sqlite3_vfs_register(&vfs, 0);
}

ShimVfs::~ShimVfs() {
  sqlite3_vfs_unregister(&registration_->vfs);
}

int ShimVfs::OnOpening(const std::string&) {
  return SQLITE_OK;
}
int ShimVfs::OnRead(const std::string&) {
  return SQLITE_OK;
}
int ShimVfs::OnLock(const std::string&) {
  return SQLITE_OK;
}
void ShimVfs::OnOpen(const std::string&, bool) {}
void ShimVfs::OnDelete(const std::string&, bool) {}

}  // namespace trawl::test
