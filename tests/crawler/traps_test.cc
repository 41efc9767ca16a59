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

TEST_CASE("A path may have as many segments as are allowed") {
  CHECK(FindDeepPath("/a/b/c", 3) == "");
  CHECK(FindDeepPath("/a/b/c/", 3) == "");
  CHECK(FindDeepPath("/a/b/c/d", 3) == "4 path segments");
  CHECK(FindDeepPath("/a?b/c/d/e", 3) == "");
  CHECK(FindDeepPath("/a/b/c/d", 0) == "");
  CHECK(FindDeepPath("/", 1) == "");
}

TEST_CASE("What differs only in the dates of its path has one pattern") {
  const auto pattern = [](std::string_view target) { return VariantPattern("a.test", target); };
  CHECK(pattern("/events/2031/5") == pattern("/events/1999/12"));
  CHECK(pattern("/events/2031-05-17/") == pattern("/events/2031-5/"));
  CHECK(pattern("/events/20310517") == pattern("/events/2031_05_17"));
  CHECK(pattern("/cal/2031/05/list") == pattern("/cal/2032/01/30/list"));
  CHECK(pattern("/cal/2031/05/list") != pattern("/cal/2031/05/week"));
  CHECK(pattern("/cal/2031/05?view=1") == pattern("/cal/2031/06?view=2"));
  CHECK(pattern("/2031/05/17/one-story") != pattern("/2031/05/17/another"));
  CHECK(pattern("/a/2031.5.17.html") == pattern("/a/2030.1.1.html"));
  for (const char* none :
       {"/events/2031", "/events/2031/13", "/events/2031/0", "/v/2031-05172", "/i/120310517", "/i/203105171",
        "/page/12/3", "/x/2031/", "/2031-", "/1.2.3/a", "/20311301", "/20310532"}) {
    INFO(none);
    CHECK(pattern(none) == 0);
  }
  // A day that is none is no part of the date.
  CHECK(pattern("/a/2031/05/32") == pattern("/a/2032/06/32"));
}

TEST_CASE("What differs only in the values of its query has one pattern") {
  const auto pattern = [](std::string_view target) { return VariantPattern("a.test", target); };
  CHECK(pattern("/list?sort=a&page=1") == pattern("/list?page=77&sort="));
  CHECK(pattern("/list?sort=a") != pattern("/list?sort=a&page=1"));
  CHECK(pattern("/list?sort=a") != pattern("/other?sort=a"));
  CHECK(pattern("/list?sort=a") != VariantPattern("b.test", "/list?sort=a"));
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
