#include "crawler/cli/export_file.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace trawl::test;
using crawler::ExportFile;
namespace fs = std::filesystem;

namespace {

std::string BytesOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// One export that is cut off behind its first mark.
struct CutOff {
  CutOff() {
    ExportFile file(path, "pages");
    std::string error;
    REQUIRE(file.Open(error));
    CHECK_FALSE(file.resumed());
    file.out() << "one\n";
    REQUIRE(file.Mark(17, error));
    file.out() << "two, not ma";
  }
  TempDir folder;
  std::string path = (folder / "out.jsonl").string();
};

}  // namespace

TEST_CASE("An export goes on at its last mark and takes its name at the end") {
  const CutOff cut;
  CHECK_FALSE(fs::exists(cut.path));
  ExportFile file(cut.path, "pages");
  std::string error;
  REQUIRE(file.Open(error));
  CHECK(file.resumed());
  CHECK(file.position() == 17);
  file.out() << "two\n";
  REQUIRE(file.Finish(error));
  CHECK(BytesOf(cut.path) == "one\ntwo\n");
  CHECK(std::distance(fs::directory_iterator(cut.folder.path()), {}) == 1);
}

TEST_CASE("An export of something else begins anew") {
  const CutOff cut;
  ExportFile file(cut.path, "links");
  std::string error;
  REQUIRE(file.Open(error));
  CHECK_FALSE(file.resumed());
  REQUIRE(file.Finish(error));
  CHECK(BytesOf(cut.path) == "");
}

TEST_CASE("A part that lost its end begins anew") {
  const CutOff cut;
  fs::resize_file(cut.path + ".part", 2);
  ExportFile file(cut.path, "pages");
  std::string error;
  REQUIRE(file.Open(error));
  CHECK_FALSE(file.resumed());
}

TEST_CASE("A folder that is not there is named") {
  ExportFile file("/nowhere/out.jsonl", "pages");
  std::string error;
  CHECK_FALSE(file.Open(error));
  CHECK_THAT(error, Catch::Matchers::Contains("/nowhere/out.jsonl.part cannot be written: No such file"));
}
