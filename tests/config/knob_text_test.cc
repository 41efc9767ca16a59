#include "config/knobs.h"
#include "config/load.h"
#include "tests/support/catch.h"

using namespace trawl::config;

TEST_CASE("A configuration of defaults has nothing to show") {
  CHECK(ShowOptions(Options{}) == "");
}

TEST_CASE("What is shown loads as what it was") {
  const Loaded loaded = Load(R"(
politeness.delay = "250ms"
crawl.max_pages = 7
dns.hosts = { "a.test" = "127.0.0.1" }
[[target]]
name = "shop"
seeds = ["http://a.test/"]
scope = "domain"
politeness.delay = "2s"
[[target]]
name = "news"
seeds = ["http://b.test/", "http://c.test/"]
)",
                             "t.toml");
  REQUIRE(loaded.errors.empty());
  const std::string shown = ShowOptions(loaded.options);
  const Loaded again = Load(shown, "shown");
  REQUIRE(again.errors.empty());
  CHECK(ShowOptions(again.options) == shown);
  CHECK(again.options.targets.at(0).politeness.delay == loaded.options.targets.at(0).politeness.delay);
  CHECK(again.options.targets.at(1).seeds == loaded.options.targets.at(1).seeds);
  CHECK(again.options.crawl.max_pages == 7);
}

TEST_CASE("No password is shown") {
  Options options;
  options.http.proxy = "http://user:sesame@proxy.test:3128";
  options.http.headers = {{"Authorization", "Bearer sesame"}};
  options.targets.push_back({});
  options.targets[0].http.headers = {{"Cookie", "sesame"}};
  const std::string shown = ShowOptions(options);
  CHECK(shown.find("sesame") == std::string::npos);
  CHECK(shown.find("http.proxy = \"(hidden)\"\n") != std::string::npos);
}
