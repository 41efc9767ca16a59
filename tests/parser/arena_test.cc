#include "parser/arena.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "parser/zygote_client.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

// The exit code of a child that takes `bytes` from an arena of 4096.
int ExitCodeOfTaking(std::size_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    Arena arena(4096);
    arena.Allocate(bytes);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("Memory is aligned, apart and writable") {
  Arena arena(1 << 16);
  char* const a = static_cast<char*>(arena.Allocate(3));
  char* const b = static_cast<char*>(arena.Allocate(5));
  CHECK(reinterpret_cast<std::uintptr_t>(b) % 8 == 0);
  std::memset(a, 'a', 3);
  std::memset(b, 'b', 5);
  CHECK(std::string_view(a, 3) == "aaa");
}

TEST_CASE("An arena gives as much as its cap and ends the process one byte past it") {
  CHECK(ExitCodeOfTaking(4096) == 0);
  CHECK(ExitCodeOfTaking(4097) == kExitLimit);
  CHECK(ExitCodeOfTaking(SIZE_MAX) == kExitLimit);
  CHECK(ExitCodeOfTaking(SIZE_MAX - 7) == kExitLimit);
}

TEST_CASE("Only the last allocation is taken back") {
  Arena arena(1 << 16);
  void* const a = arena.Allocate(100);
  void* const b = arena.Allocate(100);
  const std::size_t used = arena.used();
  arena.Free(a);
  CHECK(arena.used() == used);
  arena.Free(b);
  CHECK(arena.used() == used - 104);
  arena.Free(nullptr);
  CHECK(arena.Allocate(8) == b);
}

TEST_CASE("An allocation gives back what it does not need") {
  Arena arena(1 << 16);
  void* const a = arena.Allocate(1000);
  arena.Shrink(a, 10);
  CHECK(arena.used() == 16);
  arena.Shrink(a, 5000);
  CHECK(arena.used() == 16);
}

TEST_CASE("An allocation of nothing does not touch its neighbour") {
  Arena arena(1 << 16);
  void* const nothing = arena.Allocate(0);
  void* const next = arena.Allocate(100);
  CHECK(nothing != next);
  const std::size_t used = arena.used();
  arena.Shrink(nothing, 0);
  arena.Free(nothing);
  CHECK(arena.used() == used);
}

TEST_CASE("Reset starts over, and the memory of a large document is clean again") {
  Arena arena(Arena::kKeep + (1 << 20));
  const std::size_t size = Arena::kKeep + 4096;
  char* const first = static_cast<char*>(arena.Allocate(size));
  std::memset(first, 'x', size);
  arena.Reset();
  CHECK(arena.used() == 0);
  char* const second = static_cast<char*>(arena.Allocate(size));
  CHECK(second == first);
  CHECK(second[Arena::kKeep - 1] == 'x');
  CHECK(second[Arena::kKeep] == 0);
}
