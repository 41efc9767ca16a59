#include "tests/support/synthetic_site.h"

#include <map>
#include <set>

#include "tests/support/catch.h"

namespace trawl::test {
namespace {

TEST_CASE("TreeOfAHostHasTheExactNumberOfPagesAtEachDepth") {
  SyntheticSite site({.degree = 3, .depth = 3, .links = 7});
  CHECK(site.pages_per_host() == 1 + 3 + 9 + 27);
  std::map<std::uint32_t, int> levels;
  for (const ExpectedPage& page : site.Reachable()) ++levels[page.depth];
  CHECK(levels == std::map<std::uint32_t, int>{{0, 1}, {1, 3}, {2, 9}, {3, 27}});
  CHECK(site.Reachable(1).size() == 4);
}

TEST_CASE("EveryHostIsReachableFromTheFirst") {
  SyntheticSite site({.hosts = 100, .degree = 2, .depth = 1, .external = 3});
  std::set<std::uint32_t> hosts;
  for (const ExpectedPage& page : site.Reachable()) hosts.insert(page.page.host);
  CHECK(hosts.size() == 100);
  CHECK(site.Reachable().size() == 300);
}

TEST_CASE("PageIsTheSameEachTimeAndAnotherSeedIsAnotherWeb") {
  SyntheticSite one({.seed = 1}), again({.seed = 1}), other({.seed = 2});
  CHECK(one.Answer(0, "/p/17", 80, false).body == again.Answer(0, "/p/17", 80, false).body);
  CHECK(one.Answer(0, "/p/17", 80, false).body != other.Answer(0, "/p/17", 80, false).body);
}

TEST_CASE("PageLinksToWhatLinksSays") {
  SyntheticSite site({.hosts = 3, .degree = 4, .depth = 2, .links = 3});
  std::string body = site.Answer(0, "/", 8080, false).body;
  for (SyntheticPage link : site.Links({0, 0})) {
    std::string path = SyntheticSite::Path(link), url = SyntheticSite::Url(link, 8080);
    CHECK((body.find("\"" + path + "\"") != body.npos || body.find("\"" + url + "\"") != body.npos));
  }
  CHECK(body.find("http://127.0.0.2:8080/\"") != body.npos);
}

TEST_CASE("PageHasAboutTheSizeAskedFor") {
  for (std::uint32_t size : {2048u, 30'000u, 1'000'000u}) {
    SyntheticSite site({.size = size});
    std::size_t got = site.Answer(0, "/p/3", 80, false).body.size();
    CHECK(got <= size);
    CHECK(got + 100 >= size);
  }
}

TEST_CASE("OnePageHasOneUrl") {
  SyntheticSite site({.degree = 10, .depth = 1});
  CHECK(site.Answer(0, "/p/10", 80, false).status == 200);
  for (const char* path : {"/p/11", "/p/0", "/p/01", "/p/", "/p/1x", "/p/-1", "/p", "/q"})
    CHECK(site.Answer(0, path, 80, false).status == 404);
  CHECK(site.Answer(1, "/", 80, false).status == 404);
}

TEST_CASE("ErrorsTakeTheirShareAndHideWhatHangsBelow") {
  SyntheticSite site({.degree = 10, .depth = 3, .links = 0, .errors_per_mille = 200});
  std::size_t errors = 0;
  auto pages = site.Reachable();
  for (const ExpectedPage& page : pages) errors += page.status != 200;
  CHECK(pages.size() < site.pages_per_host());
  CHECK(errors * 1000 / pages.size() > 150);
  CHECK(errors * 1000 / pages.size() < 250);
}

TEST_CASE("MixedRobotsFollowTheHostNumber") {
  SyntheticSite site({.hosts = 8, .depth = 0, .robots = SyntheticShape::Robots::kMixed});
  CHECK(site.Answer(4, "/robots.txt", 80, false).body.find("Crawl-delay: 1.0") != std::string::npos);
  CHECK(site.Answer(5, "/robots.txt", 80, false).body.find("Disallow: /private/") != std::string::npos);
  CHECK(site.Answer(5, "/", 80, false).body.find("href=\"/private/") != std::string::npos);
  CHECK(site.Answer(6, "/robots.txt", 80, false).status == 404);
  CHECK(site.Answer(7, "/robots.txt", 80, false).status == 503);
  CHECK(site.Reachable().size() == 7);
}

TEST_CASE("LatencyIsSpreadFromHalfToOneAndAHalf") {
  SyntheticSite site({.latency = std::chrono::milliseconds(100)});
  std::set<long> seen;
  for (int i = 1; i < 50; ++i) {
    auto delay = site.Answer(0, "/p/" + std::to_string(i), 80, false).delay.count();
    CHECK(delay >= 50);
    CHECK(delay <= 150);
    seen.insert(delay);
  }
  CHECK(seen.size() > 10);
}

}  // namespace
}  // namespace trawl::test
