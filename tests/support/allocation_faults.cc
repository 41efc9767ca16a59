#include "tests/support/allocation_faults.h"

#include <sqlite3.h>

#include <atomic>

namespace trawl::test {
namespace {

// SQLite knows one allocator for the whole process, so that what it counts by is the process's too.
sqlite3_mem_methods real;
std::atomic<std::uint64_t> failing{0}, made{0};
std::atomic<bool> ever{false}, met{false};

bool Fails() {
  const std::uint64_t wanted = failing, number = ++made;
  const bool fails = wanted != 0 && (ever ? number >= wanted : number == wanted);
  if (fails) met = true;
  return fails;
}

void* Malloc(int size) {
  return Fails() ? nullptr : real.xMalloc(size);
}
void* Realloc(void* block, int size) {
  return Fails() ? nullptr : real.xRealloc(block, size);
}

}  // namespace

AllocationFaults::AllocationFaults() {
  Arm(0, false);
  sqlite3_initialize();
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods faulty = real;
  faulty.xMalloc = Malloc;
  faulty.xRealloc = Realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &faulty);
  sqlite3_initialize();
}

AllocationFaults::~AllocationFaults() {
  Arm(0, false);
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_MALLOC, &real);
  sqlite3_initialize();
}

void AllocationFaults::Arm(std::uint64_t number, bool for_ever) {
  failing = number;
  ever = for_ever;
  made = 0;
  met = false;
}

bool AllocationFaults::failed() const {
  return met;
}

std::uint64_t AllocationFaults::allocations() const {
  return made;
}

}  // namespace trawl::test
