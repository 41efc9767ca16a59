#include "crawler/scope.h"

#include "config/load.h"
#include "crawler/targets.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using storage::SkipReason;

namespace {

SkipReason Judge(const config::Target& target, const std::string& seed, const std::string& url,
                 std::uint8_t hops = 1) {
  std::vector<WrongExpression> wrong;
  const Scope scope(target, {seed}, wrong);
  REQUIRE(wrong.empty());
  parser::UrlParts parts;
  REQUIRE(parser::SplitNormalized(url, parts));
  return scope.Judge(url, parts, hops).skip;
}

config::Target With(config::ScopeKind kind) {
  config::Target target;
  target.scope = kind;
  return target;
}

}  // namespace

TEST_CASE("Scope prefix keeps to the folder of the seed") {
  const auto target = With(config::ScopeKind::kPrefix);
  const std::string seed = "http://example.org/docs/index.html";
  CHECK(Judge(target, seed, "http://example.org/docs/a/b.html") == SkipReason::kNone);
  CHECK(Judge(target, seed, "http://example.org/docs") == SkipReason::kScope);
  CHECK(Judge(target, seed, "http://example.org/other/") == SkipReason::kScope);
  CHECK(Judge(target, seed, "https://example.org/docs/") == SkipReason::kScope);
}

TEST_CASE("Scope host takes both schemes and every port of the name") {
  const auto target = With(config::ScopeKind::kHost);
  CHECK(Judge(target, "http://example.org/", "https://example.org/a") == SkipReason::kNone);
  CHECK(Judge(target, "http://example.org/", "http://example.org:8080/a") == SkipReason::kNone);
  CHECK(Judge(target, "http://example.org/", "http://www.example.org/") == SkipReason::kScope);
}

TEST_CASE("Scope domain follows the public suffix list") {
  const auto target = With(config::ScopeKind::kDomain);
  CHECK(Judge(target, "http://www.example.co.uk/", "http://shop.example.co.uk/") == SkipReason::kNone);
  CHECK(Judge(target, "http://www.example.co.uk/", "http://other.co.uk/") == SkipReason::kScope);
  CHECK(Judge(target, "http://127.0.0.1/", "http://127.0.0.2/") == SkipReason::kScope);
}

TEST_CASE("Each of many seeds counts, whatever their order") {
  std::vector<std::string> seeds;
  for (int n = 0; n < 300; ++n)
    seeds.push_back("http://h" + std::to_string(n * 7 % 300) + ".test/" + std::to_string(n % 3) + "/x");
  std::vector<WrongExpression> wrong;
  const Scope hosts(With(config::ScopeKind::kHost), seeds, wrong),
      folders(With(config::ScopeKind::kPrefix), seeds, wrong),
      domains(With(config::ScopeKind::kDomain), seeds, wrong);
  const auto takes = [](const Scope& scope, const std::string& url) {
    parser::UrlParts parts;
    REQUIRE(parser::SplitNormalized(url, parts));
    return scope.Judge(url, parts, 1).skip == SkipReason::kNone;
  };
  for (std::string seed : seeds) {
    CHECK(takes(hosts, seed));
    CHECK(takes(folders, seed + "/deeper/y?z=/"));
    CHECK(takes(domains, seed.insert(7, "www.")));
  }
  CHECK_FALSE(takes(hosts, "http://h300.test/0/x"));
  CHECK_FALSE(takes(folders, "http://h0.test/9/x"));
  CHECK_FALSE(takes(folders, "http://h0.test/0"));
  CHECK_FALSE(takes(folders, "http://h0.test/"));
  CHECK_FALSE(takes(domains, "http://h300.test/"));
}

TEST_CASE("Deny beats allow, and allow leaves out what it does not name") {
  auto target = With(config::ScopeKind::kAny);
  target.allow = {"/a/", "[.]html$"};
  target.deny = {"secret"};
  CHECK(Judge(target, "http://h/", "http://h/a/1") == SkipReason::kNone);
  CHECK(Judge(target, "http://h/", "http://h/b.html") == SkipReason::kNone);
  CHECK(Judge(target, "http://h/", "http://h/b") == SkipReason::kNotAllowed);
  CHECK(Judge(target, "http://h/", "http://h/a/secret") == SkipReason::kDenied);
}

TEST_CASE("A bad expression is named with its place in its list, and the others count") {
  auto target = With(config::ScopeKind::kAny);
  target.name = "t";
  target.deny = {"(", "fine", "(?=x)"};
  std::vector<WrongExpression> wrong;
  const Scope scope(target, {}, wrong);
  REQUIRE(wrong.size() == 2);
  CHECK(wrong[0].key == "deny");
  CHECK(wrong[0].index == 0);
  CHECK(wrong[0].message.find("\"(\"") != std::string::npos);
  CHECK(wrong[1].index == 2);
  parser::UrlParts parts;
  REQUIRE(parser::SplitNormalized("http://h/fine", parts));
  CHECK(scope.Judge("http://h/fine", parts, 1).skip == SkipReason::kDenied);
}

TEST_CASE("Schemes and ports that a target does not list are outside, with the list as the rule") {
  auto target = With(config::ScopeKind::kAny);
  target.schemes = {"https"};
  target.ports = {"443", "8000-8999"};
  std::vector<WrongExpression> wrong;
  const Scope scope(target, {"https://example.org/"}, wrong);
  const auto rule = [&](const std::string& url) {
    parser::UrlParts parts;
    REQUIRE(parser::SplitNormalized(url, parts));
    const ScopeVerdict verdict = scope.Judge(url, parts, 1);
    CHECK(scope.JudgeDenied(url, parts).rule == verdict.rule);  // sitemaps too
    CHECK((verdict.skip == SkipReason::kScope) == !verdict.rule.empty());
    return std::string(verdict.rule);
  };
  CHECK(rule("https://example.org/") == "");
  CHECK(rule("https://example.org:8000/") == "");
  CHECK(rule("https://example.org:8999/") == "");
  CHECK(rule("https://example.org:9000/") == "ports = [443, 8000-8999]");
  CHECK(rule("https://example.org:7999/") == "ports = [443, 8000-8999]");
  CHECK(rule("http://example.org:443/") == "schemes = [https]");
}

TEST_CASE("External hops let so many links lead off the site, where allow and deny hold as well") {
  auto target = With(config::ScopeKind::kHost);
  target.external_hops = 2;
  target.deny = {"secret"};
  const std::string seed = "http://a.test/", away = "http://b.test/";
  CHECK(Judge(target, seed, away, 1) == SkipReason::kNone);
  CHECK(Judge(target, seed, away, 2) == SkipReason::kNone);
  CHECK(Judge(target, seed, away, 3) == SkipReason::kHops);
  CHECK(Judge(target, seed, away, Scope::kOnSiteOnly) == SkipReason::kHops);
  CHECK(Judge(target, seed, seed, Scope::kOnSiteOnly) == SkipReason::kNone);
  CHECK(Judge(target, seed, away + "secret", 1) == SkipReason::kDenied);
  target.external_hops = 0;
  CHECK(Judge(target, seed, away, 1) == SkipReason::kScope);
}

TEST_CASE("A URL belongs to the target on whose site it is before one that hops there") {
  config::Loaded loaded = config::Load(
      "[[target]]\nseeds = ['http://a.test/']\nexternal_hops = 1\n[[target]]\nseeds = ['http://b.test/']\n",
      "test");
  const Targets targets(loaded);
  REQUIRE(loaded.errors.empty());
  const auto find = [&](std::uint16_t from, const std::string& url, std::uint8_t hops) {
    parser::UrlParts parts;
    REQUIRE(parser::SplitNormalized(url, parts));
    const Targets::Place place = targets.Find(from, url, parts, hops);
    return std::to_string(place.target) + " " + std::string(Name(place.verdict.skip));
  };
  CHECK(find(0, "http://b.test/x", 1) == "1 none");
  CHECK(find(0, "http://c.test/", 1) == "0 none");
  CHECK(find(0, "http://c.test/", 2) == "0 hops");
  CHECK(find(1, "http://c.test/", 1) == "1 scope");
  CHECK(find(1, "http://a.test/", 1) == "0 none");
}

TEST_CASE("Schemes and ports that leave out a seed are told with the line of their list") {
  config::Loaded loaded = config::Load(
      "[[target]]\nseeds = ['http://a.test:8080/']\nports = [80, '8081-8090']\nschemes = ['https']\n",
      "t.toml");
  const Targets targets(loaded);
  REQUIRE(loaded.errors.size() == 1);
  CHECK(loaded.errors[0].ToString() ==
        "t.toml:4:11: target.schemes: leaves out the seed \"http://a.test:8080/\"; allowed: a list that has "
        "its "
        "scheme");
  config::Loaded other =
      config::Load("[[target]]\nseeds = ['http://a.test:8080/']\nports = [80, '8081-8090']\n", "t.toml");
  const Targets again(other);
  REQUIRE(other.errors.size() == 1);
  CHECK(other.errors[0].ToString() ==
        "t.toml:3:9: target.ports: leaves out the seed \"http://a.test:8080/\"; allowed: a list that has its "
        "port, "
        "8080");
}

TEST_CASE("Schemes and ports that leave out a sitemap are told as for a seed") {
  config::Loaded loaded = config::Load(
      "[[target]]\nseeds = ['https://a.test/']\nports = [443]\nsitemaps = "
      "['https://a.test:444/sitemap.xml']\n",
      "t.toml");
  const Targets targets(loaded);
  REQUIRE(loaded.errors.size() == 1);
  CHECK(
      loaded.errors[0].ToString() ==
      "t.toml:3:9: target.ports: leaves out the sitemap \"https://a.test:444/sitemap.xml\"; allowed: a list "
      "that has its port, 444");
}
