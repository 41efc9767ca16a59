#pragma once

#include <cstdint>

namespace trawl::test {

/// As long as it lives the nth allocation that SQLite makes fails, once or from then on. Runs on: one thread
/// makes it and lets it go, with no connection open; the allocations may come from any.
class AllocationFaults {
 public:
  AllocationFaults();
  ~AllocationFaults();
  AllocationFaults(const AllocationFaults&) = delete;
  AllocationFaults& operator=(const AllocationFaults&) = delete;

  /// Counting starts at 1; 0: none fails.
  void Arm(std::uint64_t nth, bool for_ever);
  bool failed() const;
  std::uint64_t allocations() const;  ///< since it was armed
};

}  // namespace trawl::test
