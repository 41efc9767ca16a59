#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/shim_vfs.h"

namespace trawl::test {

/// A file layer for SQLite that counts what it is asked for, and fails the one it was told to, once or from
/// then on. Runs on: any thread; Arm while no statement runs.
class FaultyVfs final : public ShimVfs {
 public:
  enum class Mode { kNever, kOnce, kForever };
  enum class Failure { kIo, kDiskFull };
  /// What is counted: writes, truncations and syncs, or besides them opening, reading and locking.
  enum class Scope { kChanges, kAll };

  /// From here on, the nth of the scope fails; counting starts at 1.
  void Arm(std::uint64_t nth, Mode mode, Failure failure = Failure::kIo, Scope scope = Scope::kChanges);
  bool failed() const { return failed_; }
  std::uint64_t operations() const { return operations_; }
  std::uint64_t syncs() const { return syncs_; }

  int OnWrite(const std::string& path, std::string_view bytes, std::uint64_t at) override;
  int OnTruncate(const std::string& path, std::uint64_t size) override;
  int OnSync(const std::string& path) override;
  int OnOpening(const std::string& path) override;
  int OnRead(const std::string& path) override;
  int OnLock(const std::string& path) override;

 private:
  int Result(bool is_sync, int io_code);
  int ResultOfAll(int code);
  bool Fails(bool is_sync);

  std::atomic<std::uint64_t> nth_{0}, operations_{0}, syncs_{0};
  std::atomic<Mode> mode_{Mode::kNever};
  std::atomic<Scope> scope_{Scope::kChanges};
  std::atomic<Failure> failure_{Failure::kIo};
  std::atomic<bool> failed_{false};
};

}  // namespace trawl::test
