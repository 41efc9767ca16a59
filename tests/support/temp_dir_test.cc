#include "tests/support/temp_dir.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

namespace trawl::test {
namespace {

TEST_CASE("TempDirIsFreshAndGoesWithAllInIt") {
  std::filesystem::path path;
  {
    TempDir first, second;
    CHECK(first.path() != second.path());
    path = first.path();
    std::filesystem::create_directories(first / "a/b");
    std::ofstream(first / "a/b/file") << "text";
    CHECK(std::filesystem::exists(path / "a/b/file"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("ManualClockMovesOnlyWhenTold") {
  ManualClock clock;
  Instant start = clock.Now();
  CHECK(clock.Now() == start);
  CHECK(clock.Advance(Duration(1500)) == start + Duration(1500));
  clock.Set(start);
  CHECK(clock.Now() == start);
}

}  // namespace
}  // namespace trawl::test
