#include "tests/support/faulty_vfs.h"

#include <sqlite3.h>

#include <new>

namespace trawl::test {
namespace {

/// What SQLite allocates for an open file: this, and behind it the file of the system's layer.
struct FaultyFile {
  sqlite3_file base;
  FaultyVfs* vfs;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultyFile* Self(sqlite3_file* file) {
  return reinterpret_cast<FaultyFile*>(file);
}
sqlite3_file* Real(sqlite3_file* file) {
  return Self(file)->real();
}
const sqlite3_io_methods* RealMethods(sqlite3_file* file) {
  return Real(file)->pMethods;
}

int Code(FaultyVfs* vfs, int io_code) {
  return vfs->failure() == FaultyVfs::Failure::kDiskFull ? SQLITE_FULL : io_code;
}

int Close(sqlite3_file* file) {
  return RealMethods(file)->xClose(Real(file));
}
int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  return RealMethods(file)->xRead(Real(file), to, size, at);
}
int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  FaultyVfs* vfs = Self(file)->vfs;
  if (vfs->Fails(false)) return Code(vfs, SQLITE_IOERR_WRITE);
  return RealMethods(file)->xWrite(Real(file), from, size, at);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  FaultyVfs* vfs = Self(file)->vfs;
  if (vfs->Fails(false)) return Code(vfs, SQLITE_IOERR_TRUNCATE);
  return RealMethods(file)->xTruncate(Real(file), size);
}
int Sync(sqlite3_file* file, int) {
  FaultyVfs* vfs = Self(file)->vfs;
  return vfs->Fails(true) ? Code(vfs, SQLITE_IOERR_FSYNC) : SQLITE_OK;
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return RealMethods(file)->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) {
  return RealMethods(file)->xLock(Real(file), level);
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
  return RealMethods(file)->xShmLock(Real(file), offset, count, flags);
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

struct VfsRegistration {
  sqlite3_vfs vfs;  // a copy of the system's but for the name and how files are opened
  sqlite3_vfs* real;
  FaultyVfs* owner;

  static int Open(sqlite3_vfs* self, const char* path, sqlite3_file* file, int flags, int* flags_out) {
    auto* registration = static_cast<VfsRegistration*>(self->pAppData);
    auto* opened = new (file) FaultyFile{{nullptr}, registration->owner};
    const int code = registration->real->xOpen(registration->real, path, opened->real(), flags, flags_out);
    // SQLite calls xClose whenever the methods are set.
    opened->base.pMethods = opened->real()->pMethods ? &kMethods : nullptr;
    return code;
  }
};

FaultyVfs::FaultyVfs() : name_("faulty-" + std::to_string(++registered)) {
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  registration_.reset(new VfsRegistration{*real, real, this});
  sqlite3_vfs& vfs = registration_->vfs;
  vfs.pNext = nullptr;
  vfs.zName = name_.c_str();
  vfs.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real->szOsFile;
  vfs.pAppData = registration_.get();
  vfs.xOpen = VfsRegistration::Open;
  sqlite3_vfs_register(&vfs, 0);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&registration_->vfs);
}

void FaultyVfs::Arm(std::uint64_t nth, Mode mode, Failure failure) {
  nth_ = nth;
  mode_ = mode;
  failure_ = failure;
  operations_ = 0;
  syncs_ = 0;
  failed_ = false;
}

bool FaultyVfs::Fails(bool is_sync) {
  if (is_sync) ++syncs_;
  const std::uint64_t number = ++operations_;
  const bool fails = (mode_ == Mode::kOnce && number == nth_) || (mode_ == Mode::kForever && number >= nth_);
  if (fails) failed_ = true;
  return fails;
}

}  // namespace trawl::test
