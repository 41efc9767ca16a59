#include "storage/warc/warc_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>

namespace trawl::storage {
namespace {

std::error_code LastError() {
  return {errno, std::generic_category()};
}

/// Makes a new name survive a power cut.
std::error_code SyncFolder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const UniqueFd directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && ::fsync(directory.Get()) == 0 ? std::error_code() : LastError();
}

}  // namespace

std::error_code WarcFile::Open(const std::string& path, std::uint64_t bytes) {
  const int create = bytes == 0 ? O_CREAT : 0;
  UniqueFd file(::open(path.c_str(), O_WRONLY | create | O_CLOEXEC | O_NOFOLLOW, 0640));
  struct stat status {};
  if (!file || ::fstat(file.Get(), &status) != 0) return LastError();
  if (static_cast<std::uint64_t>(status.st_size) < bytes)
    return std::make_error_code(std::errc::no_message_available);
  if (::ftruncate(file.Get(), static_cast<off_t>(bytes)) != 0) return LastError();
  if (::lseek(file.Get(), 0, SEEK_END) < 0) return LastError();
  file_ = std::move(file);
  written_ = bytes;
  return bytes == 0 ? SyncFolder(path) : std::error_code();
}

std::error_code WarcFile::Flush() {
  std::string_view rest = gathered_;
  if (rest.empty()) return {};
  while (!rest.empty()) {
    const ssize_t size = ::write(file_.Get(), rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return LastError();
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  if (::fdatasync(file_.Get()) != 0) return LastError();
  written_ += gathered_.size();
  gathered_.clear();
  return {};
}

}  // namespace trawl::storage
