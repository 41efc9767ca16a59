#include "config/nearest.h"

#include <vector>

#include "tests/support/catch.h"

using namespace trawl::config;

TEST_CASE("A swap of neighbours is one edit") {
  CHECK(EditDistance("delay", "delay") == 0);
  CHECK(EditDistance("dealy", "delay") == 1);
  CHECK(EditDistance("dlay", "delay") == 1);
  CHECK(EditDistance("", "abc") == 3);
  CHECK(EditDistance("abc", "") == 3);
  CHECK(EditDistance("kitten", "sitting") == 3);
}

TEST_CASE("The nearest key is a slip away, or the same word in another section") {
  const std::vector<std::string> keys = {"crawl.max_pages",        "http.timeout", "politeness",
                                         "politeness.delay",       "target",       "target.max_pages",
                                         "target.politeness.delay"};
  CHECK(NearestKey("crawl.max_page", keys) == "crawl.max_pages");
  CHECK(NearestKey("politness", keys) == "politeness");
  CHECK(NearestKey("crawl.delay", keys) == "politeness.delay");
  CHECK(NearestKey("target.delay", keys) == "target.politeness.delay");
  CHECK(NearestKey("timeout", keys) == "http.timeout");
  CHECK(NearestKey("targets", keys) == "target");
  CHECK(NearestKey("storage.colour", keys).empty());
  CHECK(NearestKey(std::string(10000, 'x'), keys).empty());
}
