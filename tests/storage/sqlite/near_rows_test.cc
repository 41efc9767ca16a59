#include "storage/sqlite/near_rows.h"

#include <bit>
#include <map>
#include <random>

#include "storage/sqlite/schema.h"
#include "tests/storage/writer_lane.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl::test;
using namespace trawl::storage::sqlite;

namespace {

/// Pages as the writer leaves them, compared when it is said.
struct ComparedPages {
  ComparedPages() {
    Connection::Failure failure;
    db = Connection::Open((folder / "n.db").string(), OpenMode::kCreate, failure);
    UpdateSchema(*db);
    db->Exec("PRAGMA synchronous = OFF");
    near.emplace(*db);
  }

  /// A visit that gives the page of a URL; `simhash` 0: it has too little text.
  void Visit(std::int64_t url, std::int64_t host, std::uint64_t simhash, std::int64_t content) {
    const std::string n = std::to_string(++last), of = std::to_string(url);
    const std::string hash = simhash == 0 ? "NULL" : std::to_string(static_cast<std::int64_t>(simhash));
    db->Exec(
        "INSERT INTO visit(n, url, run, at, outcome, status, attempt, bytes_wire, bytes_body) VALUES (" + n +
        "," + of + ",1,0,0,200,1,0,0);" +
        "INSERT OR REPLACE INTO page(url, visit, status, words, depth, bytes, content_hash, first_seen, " +
        "fetched_at, changed_at, truncated, links, simhash, host) VALUES (" + of + "," + n + ",200,0,0,1," +
        std::to_string(content) + ",0,0,0,0,0," + hash + "," + std::to_string(host) + ")");
  }
  void Compare() {
    db->Exec("BEGIN");
    while (near->Due(last, true)) near->Step(last);
    db->Exec("COMMIT");
    REQUIRE_FALSE(db->failed());
  }
  std::vector<std::string> Rows(const std::string& sql) {
    std::vector<std::string> rows;
    Statement statement = db->Prepare(sql);
    while (statement.Step()) rows.emplace_back(statement.Text(0));
    return rows;
  }

  TempDir folder;
  std::unique_ptr<Connection> db;
  std::optional<NearRows> near;
  std::int64_t last = 0;
};

}  // namespace

TEST_CASE("near: no pair of any three bits is missed") {
  ComparedPages pages;
  std::mt19937_64 random(std::random_device{}());
  constexpr std::int64_t kPairs = 2000;
  pages.db->Exec("BEGIN");
  for (std::int64_t url = 1; url <= 2 * kPairs; url += 2) {
    const std::uint64_t simhash = random();
    std::uint64_t other = simhash;
    for (std::int64_t bits = url / 2 % 4; bits > 0; --bits) other ^= 1ULL << random() % 64;
    pages.Visit(url, 1, simhash, url);
    pages.Visit(url + 1, 1, other, url + 1);
  }
  pages.db->Exec("COMMIT");
  pages.Compare();
  CHECK(pages.db->Int("SELECT count(*) FROM near WHERE first = url - 1 AND distance <= 3") == kPairs);
  CHECK(pages.db->Int("SELECT count(*) FROM near WHERE first IS NOT NULL") == kPairs);
}

TEST_CASE("near: each page has the earliest of its host, whichever pages change meanwhile") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  struct Entry {
    std::int64_t visit = 0, host = 0, content = 0;
    std::uint64_t simhash = 0;
  };
  ComparedPages pages;
  std::map<std::int64_t, Entry> wanted;  // by URL
  std::vector<std::uint64_t> centres;
  for (int i = 0; i < 8; ++i) centres.push_back(random());
  for (int round = 0; round < 60; ++round) {
    std::map<std::int64_t, Entry> latest;
    pages.db->Exec("BEGIN");
    for (int i = 0; i < 25; ++i) {
      const auto url = static_cast<std::int64_t>(random() % 120 + 1);
      std::uint64_t simhash = random() % 10 == 0 ? 0 : centres[random() % centres.size()];
      for (std::uint64_t bits = random() % 5; simhash != 0 && bits > 0; --bits)
        simhash ^= 1ULL << random() % 64;
      const auto content = static_cast<std::int64_t>(random() % 40);
      pages.Visit(url, url % 3, simhash, content);
      latest[url] = {pages.last, url % 3, content, simhash};
    }
    pages.db->Exec("COMMIT");
    for (const auto& [url, entry] : latest) {
      const auto old = wanted.find(url);
      if (old != wanted.end() && old->second.simhash == entry.simhash && old->second.content == entry.content)
        continue;
      wanted.erase(url);
      if (entry.simhash != 0) wanted[url] = entry;
    }
    pages.Compare();
    std::vector<std::string> rows;
    for (const auto& [url, entry] : wanted) {
      const std::pair<const std::int64_t, Entry>* first = nullptr;
      for (const auto& other : wanted) {
        if (other.second.host == entry.host && other.second.visit < entry.visit &&
            std::popcount(other.second.simhash ^ entry.simhash) <= 3 &&
            (first == nullptr || other.second.visit < first->second.visit))
          first = &other;
      }
      const bool same = first != nullptr && first->second.content == entry.content;
      rows.push_back(
          std::to_string(url) + "|" + (first ? std::to_string(first->first) : "-") + "|" +
          (first && !same ? std::to_string(std::popcount(first->second.simhash ^ entry.simhash)) : "-"));
    }
    const std::vector<std::string> found = pages.Rows(
        "SELECT url || '|' || coalesce(first, '-') || '|' || coalesce(distance, '-') FROM near "
        "ORDER BY url");
    for (std::size_t i = 0; i < std::min(found.size(), rows.size()); ++i) REQUIRE(found[i] == rows[i]);
    REQUIRE(found.size() == rows.size());
  }
}

TEST_CASE("near: of one simhash the earliest page alone is compared with others") {
  ComparedPages pages;
  pages.db->Exec("BEGIN");
  for (std::int64_t url = 1; url <= 3000; ++url) pages.Visit(url, 1, 0x1234567812345678, url);
  pages.db->Exec("COMMIT");
  pages.Compare();
  CHECK(pages.db->Int("SELECT count(*) FROM near_quarter") == 4);
  CHECK(pages.db->Int("SELECT count(*) FROM near WHERE first = 1 AND distance = 0") == 2999);
  pages.Visit(1, 1, 0x0FEDCBA987654321, 1);  // they need another first
  pages.Compare();
  CHECK(pages.db->Int("SELECT count(*) FROM near WHERE first = 2 AND distance = 0") == 2998);
  CHECK(pages.db->Int("SELECT count(*) FROM near_again") == 0);
}

TEST_CASE("near: few visits wait for an idle moment, many do not") {
  ComparedPages pages;
  CHECK_FALSE(pages.near->Due(0, true));
  CHECK(pages.near->Due(1, true));
  CHECK_FALSE(pages.near->Due(2 * NearRows::kStep - 1, false));
  CHECK(pages.near->Due(2 * NearRows::kStep, false));
  // Visits without rows are looked at, too, or it would never end.
  pages.near->Step(7);
  CHECK_FALSE(pages.near->Due(7, true));
}

TEST_CASE("near: a run that ends by itself compares its pages, one that is stopped leaves them to the next") {
  for (const std::string reason : {"done", "stopped"}) {
    WriterLane lane;
    REQUIRE(lane.Put(Batch().Queued(1, 1)));
    REQUIRE(lane.Put(Batch().Visited(1, 1).WithPage("page", "text")));
    lane.writer->EndRun({At(5000), reason});
    CHECK(lane.db->Int("SELECT visit = (SELECT max(n) FROM visit) FROM near_cover") == (reason == "done"));
  }
}
