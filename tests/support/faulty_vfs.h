#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace trawl::test {

struct VfsRegistration;

/// A file layer for SQLite that passes everything through to the system's, counts the writes and syncs, and
/// fails the one it was told to, once or from then on. Syncs that succeed only count: these tests kill no
/// power. Runs on: any thread; Arm while no statement runs. Owns its registration; connections must be closed
/// before it goes.
class FaultyVfs {
 public:
  enum class Mode { kNever, kOnce, kForever };
  enum class Failure { kIo, kDiskFull };

  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  /// The name to open a database with.
  const std::string& name() const { return name_; }

  /// From here on, the nth write, truncation or sync fails; counting starts at 1.
  void Arm(std::uint64_t nth, Mode mode, Failure failure = Failure::kIo);
  bool failed() const { return failed_; }
  std::uint64_t operations() const { return operations_; }
  std::uint64_t syncs() const { return syncs_; }

  /// Called by the files: true when this operation is the one to fail.
  bool Fails(bool is_sync);
  Failure failure() const { return failure_; }

 private:
  std::string name_;
  std::atomic<std::uint64_t> nth_{0}, operations_{0}, syncs_{0};
  std::atomic<Mode> mode_{Mode::kNever};
  std::atomic<Failure> failure_{Failure::kIo};
  std::atomic<bool> failed_{false};
  std::unique_ptr<VfsRegistration> registration_;
};

}  // namespace trawl::test
