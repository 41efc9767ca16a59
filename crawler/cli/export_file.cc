#include "crawler/cli/export_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "config/unique_fd.h"

namespace trawl::crawler {
namespace fs = std::filesystem;

ExportFile::ExportFile(std::string path, std::string request)
    : path_(std::move(path)),
      part_(path_ + ".part"),
      mark_(part_ + ".position"),
      request_(std::move(request)) {}

std::string ExportFile::Failure(const std::string& path) const {
  return path + " cannot be written: " + std::strerror(errno);
}

bool ExportFile::ReadPosition(std::uint64_t& bytes) {
  std::ifstream mark(mark_);
  std::string request;
  if (!(mark >> position_ >> bytes) || mark.get() != '\n') return false;
  request.assign(std::istreambuf_iterator<char>(mark), {});
  std::error_code gone;
  const std::uint64_t size = fs::file_size(part_, gone);
  // A part that is shorter lost its end with the power: it begins anew.
  return request == request_ && !gone && size >= bytes;
}

bool ExportFile::Open(std::string& error) {
  std::uint64_t bytes = 0;
  resumed_ = ReadPosition(bytes);
  std::error_code failed;
  if (resumed_) fs::resize_file(part_, bytes, failed);
  if (failed) {
    error = part_ + " cannot be written: " + failed.message();
    return false;
  }
  if (!resumed_) fs::remove(mark_, failed);
  out_.open(part_, std::ios::binary | (resumed_ ? std::ios::app : std::ios::trunc));
  if (!out_) error = Failure(part_);
  return out_.is_open();
}

bool ExportFile::Mark(std::int64_t position, std::string& error) {
  if (!out_.flush()) {
    error = Failure(part_);
    return false;
  }
  const std::string fresh = mark_ + ".new";
  std::ofstream mark(fresh, std::ios::binary | std::ios::trunc);
  mark << position << ' ' << fs::file_size(part_) << '\n' << request_;
  mark.close();
  if (!mark || std::rename(fresh.c_str(), mark_.c_str()) != 0) {
    error = Failure(mark_);
    return false;
  }
  return true;
}

bool ExportFile::Finish(std::string& error) {
  out_.close();
  const UniqueFd part(::open(part_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!out_ || !part || ::fsync(part.Get()) != 0 || std::rename(part_.c_str(), path_.c_str()) != 0) {
    error = Failure(path_);
    return false;
  }
  std::remove(mark_.c_str());
  return true;
}

}  // namespace trawl::crawler
