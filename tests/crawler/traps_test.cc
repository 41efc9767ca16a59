#include "crawler/traps.h"

#include "tests/support/catch.h"

using namespace trawl::crawler;

TEST_CASE("A segment may stand in a path as often as is allowed, wherever, and no more") {
  CHECK(FindRepetition("/a/b/a/b/a/b", 3) == "");
  CHECK(FindRepetition("/a/b/a/b/a/b/a", 3) == "segment \"a\" 4 times");
  CHECK(FindRepetition("/x/x/x/x/", 3) == "segment \"x\" 4 times");
  CHECK(FindRepetition("/x/x/x/", 3) == "");
  CHECK(FindRepetition("/a/aa/aaa/aaaa/", 1) == "");
  CHECK(FindRepetition("/a/a", 1) == "segment \"a\" 2 times");
  CHECK(FindRepetition("/a/a/a/a/a/a", 0) == "");
  CHECK(FindRepetition("/", 1) == "");
  CHECK(FindRepetition("///////", 3) == "segment \"\" 6 times");
}

TEST_CASE("A parameter counts with its value, and apart from the path") {
  CHECK(FindRepetition("/p?a=1&b=2&a=1&a=1", 3) == "");
  CHECK(FindRepetition("/p?a=1&b=2&a=1&a=1&a=1", 3) == "parameter \"a=1\" 4 times");
  CHECK(FindRepetition("/p?a=1&a=2&a=3&a=4", 3) == "");
  CHECK(FindRepetition("/a?a&a&a", 3) == "");
  CHECK(FindRepetition("/a/a/a?a/a", 3) == "");
}

TEST_CASE("More pieces than are looked at count as a repetition") {
  std::string path, query = "/?";
  for (int i = 0; i < 256; ++i) path += "/" + std::to_string(i);
  CHECK(FindRepetition(path, 3) == "");
  CHECK(FindRepetition(path + "/256", 3) == "more than 256 times a segment");
  for (int i = 0; i < 257; ++i) query += "&" + std::to_string(i);
  CHECK(FindRepetition(query, 3) == "more than 256 times a parameter");
}

TEST_CASE("What differs only in the values of its query has one pattern") {
  const auto pattern = [](std::string_view target) { return QueryPattern("a.test", target); };
  CHECK(pattern("/list?sort=a&page=1") == pattern("/list?page=77&sort="));
  CHECK(pattern("/list?sort=a") != pattern("/list?sort=a&page=1"));
  CHECK(pattern("/list?sort=a") != pattern("/other?sort=a"));
  CHECK(pattern("/list?sort=a") != QueryPattern("b.test", "/list?sort=a"));
  CHECK(pattern("/list") == 0);
}

TEST_CASE("Counts are never too low, and right while there are few") {
  ApproximateCounts counts;
  CHECK(counts.Count(7) == 0);
  for (std::uint64_t i = 0; i < 5; ++i) counts.Add(7);
  counts.Add(8);
  CHECK(counts.Count(7) == 5);
  CHECK(counts.Count(8) == 1);
  CHECK(counts.Count(9) == 0);
  std::uint64_t key = 1;
  for (int i = 0; i < 1'000'000; ++i) {
    key = key * 6364136223846793005ULL + 1442695040888963407ULL;
    counts.Add(key);
  }
  CHECK(counts.Count(7) >= 5);
  CHECK(counts.Count(7) < 100);
}
