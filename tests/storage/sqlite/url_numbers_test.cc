#include "storage/sqlite/url_numbers.h"

#include <optional>
#include <random>
#include <vector>

#include "storage/sqlite/cells.h"
#include "storage/sqlite/schema.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace trawl::test;
using namespace trawl::storage::sqlite;

namespace {

/// URLs as the writer numbers them, in transactions of a thousand.
struct NumberedUrls {
  NumberedUrls() {
    Connection::Failure failure;
    db = Connection::Open((folder / "n.db").string(), OpenMode::kCreate, failure);
    UpdateSchema(*db);
    db->Exec("PRAGMA synchronous = OFF");
    Restart();
  }
  void Restart() { numbers.emplace(*db, static_cast<std::int64_t>(ids.size()) + 1); }
  void Add(int thousands) {
    for (int group = 0; group < thousands; ++group) {
      db->Exec("BEGIN");
      for (int i = 0; i < 1000; ++i) {
        const auto id = static_cast<UrlId>(random());
        ids.push_back(id);
        REQUIRE(numbers->Add(id, static_cast<std::int64_t>(ids.size())) == 0);
      }
      numbers->Merge(static_cast<std::int64_t>(ids.size()) + 1);
      db->Exec("COMMIT");
    }
    REQUIRE_FALSE(db->failed());
  }
  std::int64_t Count(const std::string& table) { return db->Int("SELECT count(*) FROM " + table).value(); }
  /// Each of them is there once, and found by itself and when it comes again.
  void Check() {
    CHECK(Count("(SELECT id, n FROM url_number UNION SELECT id, n FROM url_number_new)") ==
          static_cast<std::int64_t>(ids.size()));
    CHECK(Count("url_number") + Count("url_number_new") == static_cast<std::int64_t>(ids.size()));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto number = static_cast<std::int64_t>(i) + 1;
      wrong += numbers->Find(ids[i]) != number || numbers->Add(ids[i], 7) != number ? 1 : 0;
    }
    CHECK(wrong == 0);
  }

  TempDir folder;
  std::unique_ptr<Connection> db;
  std::optional<UrlNumbers> numbers;
  std::mt19937_64 random{7};
  std::vector<UrlId> ids;
};

}  // namespace

TEST_CASE("A URL is found by its fingerprint, whichever table has its number") {
  NumberedUrls urls;
  urls.Add(3);
  CHECK(urls.Count("url_number") > 0);
  urls.Check();
  urls.Add(57);
  urls.Check();
  CHECK(urls.numbers->Find(UrlId{1}) == 0);
}

TEST_CASE("The table of new URLs stays small, over restarts too") {
  NumberedUrls urls;
  // A round is 32,768 URLs long here; half of them are there in the mean.
  urls.Add(40);
  CHECK(urls.Count("url_number_new") < 20'000);
  for (int run = 0; run < 10; ++run) {
    urls.Restart();
    urls.Add(4);
    CHECK(urls.Count("url_number_new") < 20'000);
  }
  urls.Check();
}

TEST_CASE("What is merged is what a transaction ends with") {
  NumberedUrls urls;
  urls.Add(5);
  const std::int64_t before = urls.Count("url_number");
  urls.db->Exec("BEGIN");
  for (int i = 0; i < 3000; ++i) urls.numbers->Add(static_cast<UrlId>(urls.random()), 5001 + i);
  urls.numbers->Merge(8001);
  CHECK(urls.Count("url_number") > before);
  urls.db->Exec("ROLLBACK");
  CHECK(urls.Count("url_number") == before);
  urls.Restart();
  urls.Check();
}

TEST_CASE("A URL that is taken away is not found any more, and can come again") {
  NumberedUrls urls;
  urls.Add(20);
  std::size_t merged = 0;
  for (std::size_t i = 0; i < urls.ids.size(); i += 50) {
    const UrlId id = urls.ids[i];
    merged += urls.db->Int("SELECT 1 FROM url_number WHERE id = " + std::to_string(ToKey(id))) ? 1 : 0;
    urls.numbers->Remove(id);
    REQUIRE(urls.numbers->Find(id) == 0);
    REQUIRE(urls.numbers->Add(id, static_cast<std::int64_t>(i) + 1) == 0);
  }
  CHECK(merged > 100);
  CHECK(merged < 300);
  urls.Check();
}

TEST_CASE("The filter knows each id that was added, and few others") {
  std::mt19937_64 random{11};
  IdFilter filter;
  CHECK(filter.MayHave(UrlId{5}));  // nothing is filled
  std::vector<std::vector<UrlId>> parts(static_cast<std::size_t>(IdFilter::kParts));
  const auto part_of = [](UrlId id) { return static_cast<std::size_t>((ToKey(id) >> 56) + 128); };
  for (int i = 0; i < 600'000; ++i) {
    const auto id = static_cast<UrlId>(random());
    parts[part_of(id)].push_back(id);
  }
  for (std::int64_t part = 0; part < IdFilter::kParts; ++part) {
    const std::vector<UrlId>& ids = parts[static_cast<std::size_t>(part)];
    CHECK(filter.Wants(part));
    // A third of them comes later, for which there is room.
    const std::size_t first = ids.size() * 2 / 3;
    filter.Fill(part, std::span(ids).first(first));
    for (std::size_t i = first; i < ids.size(); ++i) filter.Add(ids[i]);
  }
  std::size_t missed = 0, taken = 0;
  for (const std::vector<UrlId>& ids : parts) {
    for (const UrlId id : ids) missed += filter.MayHave(id) ? 0 : 1;
  }
  CHECK(missed == 0);
  for (int i = 0; i < 100'000; ++i) taken += filter.MayHave(static_cast<UrlId>(random())) ? 1 : 0;
  CHECK(taken < 3'000);
}

TEST_CASE("A part of the filter that has more than it was made for is filled anew") {
  IdFilter filter;
  const std::int64_t part = IdFilter::kParts / 2;
  REQUIRE(IdFilter::FirstOf(part) == 0);
  filter.Fill(part, {});
  CHECK_FALSE(filter.Wants(part));
  for (std::uint64_t id = 0; id < 5000; ++id) filter.Add(static_cast<UrlId>(id << 24));
  CHECK(filter.Wants(part));
  CHECK(IdFilter::FirstOf(0) == INT64_MIN);
  CHECK(IdFilter::LastOf(IdFilter::kParts - 1) == INT64_MAX);
  CHECK(IdFilter::LastOf(part - 1) == -1);
}
