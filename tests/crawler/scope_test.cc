#include "crawler/scope.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using storage::SkipReason;

namespace {

SkipReason Judge(const config::Target& target, const std::string& seed, const std::string& url) {
  std::vector<WrongExpression> wrong;
  const Scope scope(target, {seed}, wrong);
  REQUIRE(wrong.empty());
  parser::UrlParts parts;
  REQUIRE(parser::SplitNormalized(url, parts));
  return scope.Judge(url, parts).skip;
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
  CHECK(scope.Judge("http://h/fine", parts).skip == SkipReason::kDenied);
}
