#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace trawl::test {

/// A file layer for SQLite that passes everything through to the system's and lets a test see, and refuse,
/// what it is asked for. Runs on: the threads of its connections; those must be closed before it goes. Owns
/// its registration.
class ShimVfs {
 public:
  ShimVfs();
  virtual ~ShimVfs();
  ShimVfs(const ShimVfs&) = delete;
  ShimVfs& operator=(const ShimVfs&) = delete;

  /// The name to open a database with.
  const std::string& name() const { return name_; }

  // Each is called before the system does it; what it gives, an SQLite result code, is the result unless it
  // is 0.
  virtual int OnWrite(const std::string& path, std::string_view bytes, std::uint64_t at) = 0;
  virtual int OnTruncate(const std::string& path, std::uint64_t size) = 0;
  /// The file is not synced really, whatever is given: these tests cut no power.
  virtual int OnSync(const std::string& path) = 0;
  /// Before the file is opened; an empty path is a temporary file.
  virtual int OnOpening(const std::string& path);
  virtual int OnRead(const std::string& path);
  /// A lock of the file, or of its shared memory, that is to be taken; giving one back does not fail.
  virtual int OnLock(const std::string& path);
  /// `created`: it was not there.
  virtual void OnOpen(const std::string& path, bool created);
  /// `durable`: its folder is synced after it.
  virtual void OnDelete(const std::string& path, bool durable);

 private:
  struct Registration;

  std::string name_;
  std::unique_ptr<Registration> registration_;
};

}  // namespace trawl::test
