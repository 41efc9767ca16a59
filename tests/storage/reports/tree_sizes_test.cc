#include "storage/reports/tree_sizes.h"

#include "tests/storage/writer_lane.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using storage::TreeSize;

namespace {

/// A file with texts that overflow, free pages, and everything in the file itself.
std::string MakeCrawl(const Database& database) {
  std::string error;
  const auto db = storage::sqlite::OpenForWriting(database.options, "", error);
  REQUIRE(error == "");
  storage::sqlite::Writer writer(*db, database.options);
  writer.BeginRun(StartOfRun());
  for (std::uint64_t n = 1; n <= 600; ++n) {
    Batch batch;
    batch.Queued(n, n).Visited(n, n).WithPage("page", std::string(20 * n, 'x')).WithLink(n, "self");
    REQUIRE(writer.Apply(batch.batch));
  }
  writer.Commit();
  db->Exec("DELETE FROM page_text WHERE visit % 3 = 0");
  db->Checkpoint();
  REQUIRE_FALSE(db->failed());
  return database.options.path;
}

}  // namespace

TEST_CASE("The maps give what a look at every page gives") {
  const Database database;
  const std::string path = MakeCrawl(database);
  std::uint64_t all = 0, of_trees = 0;
  for (const TreeSize& tree : storage::SizesOfTrees(path)) {
    all += tree.bytes;
    if (tree.root == 0) continue;
    of_trees += tree.bytes;
    INFO("root " << tree.root);
    const std::string name =
        tree.root == 1
            ? "sqlite_schema"
            : database.Row("SELECT name FROM sqlite_schema WHERE rootpage = " + std::to_string(tree.root));
    CHECK(database.Row("SELECT pgsize FROM dbstat WHERE aggregate = TRUE AND name = '" + name + "'") ==
          std::to_string(tree.bytes));
  }
  CHECK(all == std::filesystem::file_size(path));
  CHECK(database.Row("SELECT sum(pgsize) FROM dbstat") == std::to_string(of_trees));
  CHECK(of_trees > 2'000'000);
}

TEST_CASE("A file without maps, cut or none at all gives nothing: damaged maps give no circle") {
  const Database database;
  const std::string path = MakeCrawl(database);
  CHECK(storage::SizesOfTrees(path + "-none").empty());
  const std::string bytes = BytesOf(path);
  for (const std::size_t length : {std::size_t{0}, std::size_t{99}, std::size_t{4096}, bytes.size() - 4096}) {
    PutBytes(path, bytes.substr(0, length));
    CHECK(storage::SizesOfTrees(path).empty());
  }
  std::string damaged = bytes;
  for (std::size_t at = 4096; at < 8192; at += 5) damaged.replace(at, 5, std::string("\5\0\0\0\7", 5));
  damaged.replace(4096 + 20, 5, std::string("\5\xff\xff\xff\xff", 5));
  PutBytes(path, damaged);
  std::uint64_t all = 0;
  for (const TreeSize& tree : storage::SizesOfTrees(path)) all += tree.bytes;
  CHECK(all == bytes.size());
  std::string plain = bytes;
  plain.replace(52, 4, std::string(4, '\0'));
  PutBytes(path, plain);
  CHECK(storage::SizesOfTrees(path).empty());
}
