#include "storage/sqlite/row_inserts.h"

#include <initializer_list>
#include <memory>
#include <optional>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace trawl::test;
using namespace trawl::storage::sqlite;

namespace {

struct Squares {
  Squares() {
    Connection::Failure failure;
    db = Connection::Open((folder / "r.db").string(), OpenMode::kCreate, failure);
    db->Exec("CREATE TABLE t(n INTEGER PRIMARY KEY, square INTEGER NOT NULL)");
    rows.emplace(*db, "t", "n, square", std::initializer_list<std::size_t>{8, 2, 1});
  }
  void Append(std::int64_t first, std::size_t count) {
    rows->Append(first, count, [first](Statement& add, int& index, std::size_t row) {
      const std::int64_t n = first + static_cast<std::int64_t>(row);
      add.Bind(++index, n * n);
    });
  }

  TempDir folder;
  std::unique_ptr<Connection> db;
  std::optional<RowInserts> rows;
};

}  // namespace

TEST_CASE("Rows are appended with consecutive keys, however many they are") {
  Squares table;
  std::int64_t next = 5, all = 0;
  for (const int count : {0, 1, 2, 3, 8, 9, 10, 11, 16, 27}) {
    table.Append(next, static_cast<std::size_t>(count));
    next += count + 100;
    all += count;
  }
  REQUIRE_FALSE(table.db->failed());
  CHECK(table.db->Int("SELECT count(*) FROM t WHERE square = n * n") == all);
  CHECK(table.db->Int("SELECT max(n) FROM t") == next - 101);
}

TEST_CASE("A row beyond the end, which only a damaged file has, is an error and gives no row another's key") {
  Squares table;
  table.db->Exec("INSERT INTO t VALUES (1000, 0)");
  table.Append(5, 2);
  CHECK(table.db->failure().code == storage::StoreErrc::kCorrupt);
  CHECK_THAT(table.db->failure().message, Catch::Matchers::Contains("a row of t has a key beyond the last"));
}
