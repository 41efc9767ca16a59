#include "storage/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace trawl::storage::sqlite {
namespace {

std::string HolderOf(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  pid.resize(std::min(pid.find_first_not_of("0123456789"), pid.size()));
  return pid;
}

}  // namespace

bool LockFile::Acquire(const std::string& database_path, std::string& error) {
  const std::string path = database_path + "-lock";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660));
  if (!file) {
    error = database_path + " cannot be opened: " + path + ": " + std::strerror(errno) +
            "; check the folder and its permissions, or choose another --db";
    return false;
  }
  if (::flock(file.Get(), LOCK_EX | LOCK_NB) != 0) {
    const std::string pid = HolderOf(file.Get());
    error = database_path + " is in use by trawl" + (pid.empty() ? "" : " pid " + pid) +
            "; stop it or choose another --db";
    return false;
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // The number only serves the message above: a disk without room for it is no reason to refuse.
  if (::ftruncate(file.Get(), 0) == 0 && ::pwrite(file.Get(), pid.data(), pid.size(), 0) < 0) errno = 0;
  file_ = std::move(file);
  return true;
}

std::string LockFile::Holder(const std::string& database_path) {
  const UniqueFd file(::open((database_path + "-lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  // A shared lock, given back at once, is in nobody's way for longer than this call.
  if (!file || ::flock(file.Get(), LOCK_SH | LOCK_NB) == 0) return {};
  const std::string pid = HolderOf(file.Get());
  return pid.empty() ? "unknown" : pid;
}

}  // namespace trawl::storage::sqlite
