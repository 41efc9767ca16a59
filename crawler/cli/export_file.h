#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace trawl::crawler {

/// An export under way: rows in FILE.part, and in FILE.part.position where it stands, so that one that was
/// cut off goes on. Becomes FILE when it is whole. Runs on: any one thread; blocks. Owns the files' handles.
class ExportFile {
 public:
  /// `request`: text that says what is exported; only an export of the same is gone on with.
  ExportFile(std::string path, std::string request);

  /// Opens the part, at its last position if it is of the same request. False with a sentence in `error`.
  bool Open(std::string& error);
  /// True when rows up to position() stand there already.
  bool resumed() const { return resumed_; }
  std::int64_t position() const { return position_; }
  std::ostream& out() { return out_; }

  /// Rows up to `position` have been written to out().
  bool Mark(std::int64_t position, std::string& error);
  /// All have: the part is synced to the disk and takes the name of the file.
  bool Finish(std::string& error);

 private:
  bool ReadPosition(std::uint64_t& bytes);
  std::string Failure(const std::string& path) const;

  const std::string path_, part_, mark_, request_;
  std::ofstream out_;
  std::int64_t position_ = 0;
  bool resumed_ = false;
};

}  // namespace trawl::crawler
