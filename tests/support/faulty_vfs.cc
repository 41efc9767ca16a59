#include "tests/support/faulty_vfs.h"

#include <sqlite3.h>

namespace trawl::test {

int FaultyVfs::Result(bool is_sync, int io_code) {
  if (!Fails(is_sync)) return SQLITE_OK;
  return failure_ == Failure::kDiskFull ? SQLITE_FULL : io_code;
}

int FaultyVfs::OnWrite(const std::string&, std::string_view, std::uint64_t) {
  return Result(false, SQLITE_IOERR_WRITE);
}
int FaultyVfs::OnTruncate(const std::string&, std::uint64_t) {
  return Result(false, SQLITE_IOERR_TRUNCATE);
}
int FaultyVfs::OnSync(const std::string&) {
  return Result(true, SQLITE_IOERR_FSYNC);
}

int FaultyVfs::OnOpening(const std::string&) {
  return ResultOfAll(SQLITE_CANTOPEN);
}
int FaultyVfs::OnRead(const std::string&) {
  return ResultOfAll(SQLITE_IOERR_READ);
}
int FaultyVfs::OnLock(const std::string&) {
  return ResultOfAll(SQLITE_IOERR_LOCK);
}
int FaultyVfs::ResultOfAll(int code) {
  return scope_ == Scope::kAll && Fails(false) ? code : SQLITE_OK;
}

void FaultyVfs::Arm(std::uint64_t nth, Mode mode, Failure failure, Scope scope) {
  scope_ = scope;
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
