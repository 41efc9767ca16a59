#include "parser/robots.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using parser::Decide;
using parser::ParseRobots;
using parser::RobotsRules;

bool Allowed(std::string_view robots, const std::string& target, const std::string& agent = "trawl") {
  return Decide(ParseRobots(robots, {agent}), target).allowed;
}

std::optional<Duration> Delay(std::string_view robots, const std::string& agent = "trawl") {
  return ParseRobots(robots, {agent}).crawl_delay;
}

}  // namespace

TEST_CASE("Robots 2.2.1: the group of the product token, whatever its case") {
  const char* robots = "User-Agent: TRAWL/1.0 (x)\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n";
  CHECK_FALSE(Allowed(robots, "/a"));
  CHECK(Allowed(robots, "/b"));
  CHECK_FALSE(Allowed(robots, "/b", "other"));
}

TEST_CASE("Robots 2.2.1: a token is not the beginning of another") {
  CHECK(Allowed("User-agent: trawler\nDisallow: /\n", "/"));
  CHECK(Allowed("User-agent: tra\nDisallow: /\n", "/"));
  CHECK(Allowed("User-agent: my trawl\nDisallow: /\n", "/"));
}

TEST_CASE("Robots 2.2.1: groups of one token are one group, without those for everybody") {
  const char* robots =
      "User-agent: trawl\nDisallow: /a\nUser-agent: *\nDisallow: /b\nUser-agent: trawl\nUser-agent: "
      "x\nDisallow: /c\n";
  CHECK_FALSE(Allowed(robots, "/a"));
  CHECK(Allowed(robots, "/b"));
  CHECK_FALSE(Allowed(robots, "/c"));
  CHECK_FALSE(Allowed(robots, "/c", "x"));
  CHECK(Allowed(robots, "/a", "x"));
}

TEST_CASE("Robots 2.2.1: the first of our tokens that has a group decides, even an empty one") {
  const char* robots = "User-agent: second\nDisallow: /b\nUser-agent: *\nDisallow: /\nUser-agent: first\n";
  CHECK(Decide(ParseRobots(robots, {"first", "second"}), "/b").allowed);
  CHECK_FALSE(Decide(ParseRobots(robots, {"none", "second"}), "/b").allowed);
  CHECK(Decide(ParseRobots(robots, {"none", "second"}), "/a").allowed);
  CHECK_FALSE(Decide(ParseRobots(robots, {"none"}), "/a").allowed);
}

TEST_CASE("Robots 2.2.1: a token that the RFC would not allow is found by its whole word") {
  CHECK_FALSE(Allowed("User-agent: bot2\nDisallow: /\n", "/", "bot2"));
  CHECK(Allowed("User-agent: bot2\nDisallow: /\n", "/",
                "bot"
                "3"));
}

TEST_CASE("Robots 2.2.1: rules before the first group belong to nobody") {
  CHECK(Allowed("Disallow: /\nUser-agent: *\nAllow: /x\n", "/y"));
}

TEST_CASE("Robots 2.2.2: the longest match wins, allow wins a tie") {
  const char* robots = "User-agent: *\nDisallow: /a/b\nAllow: /a\nDisallow: /t\nAllow: /t\n";
  const RobotsRules rules = ParseRobots(robots, {"trawl"});
  CHECK_FALSE(Decide(rules, "/a/b/c").allowed);
  CHECK(Decide(rules, "/a/b/c").line == 2);
  CHECK(Decide(rules, "/a/c").allowed);
  CHECK(Decide(rules, "/t").allowed);
  CHECK(Decide(rules, "/t").line == 5);
  CHECK(Decide(rules, "/other").line == 0);
}

TEST_CASE("Robots 2.2.2: the table of encodings") {
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /foo/bar?baz=quz\n", "/foo/bar?baz=quz"));
  CHECK_FALSE(
      Allowed("User-agent: *\nDisallow: /foo/bar?baz=https://foo.bar\n", "/foo/bar?baz=https://foo.bar"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /foo/bar/\xe3\x83\x84\n", "/foo/bar/%E3%83%84"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /foo/bar/%e3%83%84\n", "/foo/bar/%E3%83%84"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /foo/bar/%62%61%7A\n", "/foo/bar/baz"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /%7ejoe/\n", "/~joe/"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /~joe/\n", "/%7Ejoe/"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /a%3cd\n", "/a%3Cd"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /a<d e\n", "/a%3Cd%20e"));
  CHECK(Allowed("User-agent: *\nDisallow: /a%2fb\n", "/a/b"));
}

TEST_CASE("Robots 2.2.2: decoding makes no escape of a stray percent sign") {
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /%4%31\n", "/%4%31"));
  CHECK(Allowed("User-agent: *\nDisallow: /%4%31\n", "/A"));
}

TEST_CASE("Robots 2.2.2: an empty value matches nothing") {
  CHECK(Allowed("User-agent: *\nDisallow:\n", "/"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /\nAllow:\n", "/"));
}

TEST_CASE("Robots 2.2.2: robots.txt itself is always allowed") {
  CHECK(Allowed("User-agent: *\nDisallow: /\n", "/robots.txt"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /\n", "/robots.txt.bak"));
}

TEST_CASE("Robots 2.2.3: '*' stands for anything, '$' for the end") {
  const char* robots = "User-agent: *\nDisallow: /a*b*c$\nDisallow: /*.php\nDisallow: /end$\n";
  CHECK_FALSE(Allowed(robots, "/abc"));
  CHECK_FALSE(Allowed(robots, "/axxbxxcxxc"));
  CHECK(Allowed(robots, "/abcd"));
  CHECK(Allowed(robots, "/acb"));
  CHECK_FALSE(Allowed(robots, "/x/y.php?z"));
  CHECK_FALSE(Allowed(robots, "/end"));
  CHECK(Allowed(robots, "/end?"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: *\n", "/"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /a*$\n", "/abc"));
  CHECK(Allowed("User-agent: *\nDisallow: /ab*b$\n", "/ab"));
}

TEST_CASE("Robots 2.2.3: '*' and '$' of a URL are matched escaped, and '$' inside a pattern") {
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /a%2A\n", "/a*"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /a%2A\n", "/a%2a"));
  CHECK(Allowed("User-agent: *\nDisallow: /a%2A\n", "/ab"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /a%24\n", "/a$b"));
  CHECK_FALSE(Allowed("User-agent: *\nDisallow: /a$b\n", "/a$bc"));
  CHECK(Allowed("User-agent: *\nDisallow: /a$b\n", "/a"));
}

TEST_CASE("Robots 2.2.4: other records end no group") {
  const char* robots = "User-agent: trawl\nSitemap: https://a/s.xml\nFoo: bar\nUser-agent: x\nDisallow: /\n";
  CHECK_FALSE(Allowed(robots, "/"));
  CHECK_FALSE(Allowed(robots, "/", "x"));
}

TEST_CASE("Robots 2.2.4: sitemaps are everybody's, in order, as written") {
  const auto rules =
      ParseRobots("SITEMAP:  https://a/1.xml # one\nUser-agent: x\nSite-map: /2.xml\nsitemap:\n", {"trawl"});
  CHECK(rules.sitemaps == std::vector<std::string>{"https://a/1.xml", "/2.xml"});
}

TEST_CASE("Robots: Crawl-delay of our group only, with fractions") {
  CHECK(Delay("User-agent: *\nCrawl-delay: 10\n") == Duration(10000));
  CHECK(Delay("User-agent: *\nCrawl-delay: 0.25\n") == Duration(250));
  CHECK(Delay("User-agent: *\nCrawl-delay: .5\n") == Duration(500));
  CHECK(Delay("User-agent: *\nCrawl-delay: 1.23456\n") == Duration(1234));
  CHECK(Delay("User-agent: *\nCrawldelay: 2 s # slowly\n") == Duration(2000));
  CHECK(Delay("User-agent: *\nCrawl-delay: 0\n") == Duration(0));
  CHECK_FALSE(Delay("User-agent: *\nCrawl-delay: 10\nUser-agent: trawl\nDisallow: /x\n"));
  CHECK_FALSE(Delay("Crawl-delay: 10\nUser-agent: *\nDisallow: /x\n"));
  for (const char* value : {"", "soon", "-1", "1,5", ".", "0x10", "1e3"}) {
    INFO(value);
    CHECK_FALSE(Delay(std::string("User-agent: *\nCrawl-delay: ") + value + "\n"));
  }
}

TEST_CASE("Robots: Crawl-delay is the longest of its group and at most a day") {
  CHECK(Delay("User-agent: *\nCrawl-delay: 5\nCrawl-delay: 7\nCrawl-delay: 6\n") == Duration(7000));
  CHECK(Delay("User-agent: *\nCrawl-delay: 86400\n") == RobotsRules::kMaxCrawlDelay);
  CHECK(Delay("User-agent: *\nCrawl-delay: 86401\n") == RobotsRules::kMaxCrawlDelay);
  CHECK(Delay("User-agent: *\nCrawl-delay: 99999999999999999999999\n") == RobotsRules::kMaxCrawlDelay);
}

TEST_CASE("Robots: Crawl-delay holds for the agents above it, and leaves the rules theirs") {
  const char* robots = "User-agent: x\nCrawl-delay: 5\n\nUser-agent: *\nDisallow: /a\nCrawl-delay: 3\n";
  CHECK(Delay(robots, "x") == Duration(5000));
  CHECK(Delay(robots) == Duration(3000));
  CHECK_FALSE(Allowed(robots, "/a", "x"));
  CHECK_FALSE(Allowed(robots, "/a"));
}

TEST_CASE("Robots 2.3.1.5: what cannot be read is skipped") {
  CHECK_FALSE(Allowed("<html>\n\xff\xfe\n:\n: x\nUser-agent\nUser-agent: *\nnonsense\nDisallow: /a\n", "/a"));
  CHECK(Allowed("<!DOCTYPE html><title>404</title><p>Disallow: nothing", "/"));
  CHECK(Allowed(std::string_view("\0\0\0", 3), "/"));
}

TEST_CASE("Robots: line ends, BOM, comments, white space, a missing colon") {
  CHECK_FALSE(Allowed("User-agent: *\rDisallow: /a\r", "/a"));
  CHECK_FALSE(Allowed("User-agent: *\r\nDisallow: /a\r\n", "/a"));
  CHECK_FALSE(Allowed("\xef\xbb\xbfUser-agent: *\nDisallow: /a", "/a"));
  CHECK_FALSE(Allowed("  User-agent :\t* # all\n\tDisallow : /a#b\n", "/a"));
  CHECK_FALSE(Allowed("user-agent *\ndisallow /a\n", "/a"));
  CHECK(Allowed("user-agent *\ndisallow /a or so\n", "/a"));
  CHECK(Decide(ParseRobots("\r\n\r\rUser-agent: *\n\nDisallow: /\n", {}), "/").line == 6);
}

TEST_CASE("Robots: misspellings of disallow count") {
  for (const char* key : {"Dissallow", "Dissalow", "Disalow", "Diasllow", "Disallaw"}) {
    INFO(key);
    CHECK_FALSE(Allowed(std::string("User-agent: *\n") + key + ": /a\n", "/a"));
  }
}

TEST_CASE("Robots: allowing an index page allows its directory") {
  const char* robots = "User-agent: *\nDisallow: /\nAllow: /d/index.html\n";
  CHECK(Allowed(robots, "/d/"));
  CHECK(Allowed(robots, "/d/index.html"));
  CHECK_FALSE(Allowed(robots, "/d/x"));
}

TEST_CASE("Robots 2.5: the body limit cuts between lines") {
  const std::string head = "User-agent: *\n";
  const std::string rule = "Disallow: /a\n";
  const std::string filler(RobotsRules::kMaxBody - head.size() - rule.size() - 1, '#');
  const std::string fits = head + filler + "\n" + rule;
  REQUIRE(fits.size() == RobotsRules::kMaxBody);
  CHECK_FALSE(Allowed(fits, "/a"));
  CHECK(Allowed(head + "#" + filler + "\n" + rule, "/a"));
}

TEST_CASE("Robots: rules, sitemaps and lines have limits") {
  std::string robots = "User-agent: *\n";
  for (std::size_t i = 0; i <= RobotsRules::kMaxRules; ++i) robots += "Allow: /" + std::to_string(i) + "\n";
  CHECK(ParseRobots(robots, {}).rules.size() == RobotsRules::kMaxRules);
  robots.clear();
  for (std::size_t i = 0; i <= RobotsRules::kMaxSitemaps; ++i) robots += "Sitemap: x\n";
  CHECK(ParseRobots(robots, {}).sitemaps.size() == RobotsRules::kMaxSitemaps);
  const std::string key = "Disallow: ";
  const std::string longest = "/" + std::string(RobotsRules::kMaxLine - key.size() - 1, 'x');
  CHECK(ParseRobots("User-agent: *\n" + key + longest + "\n", {}).rules.at(0).pattern == longest);
  CHECK(ParseRobots("User-agent: *\n" + key + longest + "x\n", {}).rules.at(0).pattern == longest);
}

TEST_CASE("Robots: many stars are matched without going back") {
  std::string pattern = "/";
  for (int i = 0; i < 4000; ++i) pattern += "*a";
  const RobotsRules rules = ParseRobots("User-agent: *\nDisallow: " + pattern + "b\n", {});
  CHECK(Decide(rules, "/" + std::string(8000, 'a')).allowed);
  CHECK_FALSE(Decide(rules, "/" + std::string(8000, 'a') + "b").allowed);
}

TEST_CASE("Robots: a hostile file and target are decided in bounded time, against the target") {
  const std::string target = "/" + std::string(2000, 'a');
  std::string robots = "User-agent: *\n";
  for (int i = 0; i < 200; ++i) robots += "Disallow: /*aaaaaaaab\n";
  CHECK(Decide(ParseRobots(robots, {}), target).allowed);
  for (int i = 0; i < 10000; ++i) robots += "Disallow: /*aaaaaaaab\n";
  const auto verdict = Decide(ParseRobots(robots, {}), target);
  CHECK_FALSE(verdict.allowed);
  CHECK(verdict.line > 200);
  CHECK(verdict.line < 1000);
  CHECK(Decide(ParseRobots(robots, {}), "/an/ordinary/target?a=b").allowed);
}

}  // namespace trawl::test
