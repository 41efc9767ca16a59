// The runs that crawler-commons recorded of its own sitemap tests: what a reader without location rules
// gives.

#include <fstream>
#include <iterator>
#include <set>

#include "crawler/cli/json.h"
#include "parser/sitemap.h"
#include "tests/support/catch.h"
#include "tests/support/suites.h"

using namespace trawl;
using namespace trawl::test;
namespace json = boost::json;

namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("Suite: sitemaps of crawler-commons") {
  const auto path = Suite("sitemaps/expected.json");
  if (!path) return;
  const auto suite = crawler::ParseJson(ReadFile(path->string()));
  REQUIRE(suite.has_value());
  const std::string folder = path->parent_path().string() + "/";
  int cases = 0;
  for (const json::value& entry : suite->get_array()) {
    const json::object& run = entry.get_object();
    const std::string file(run.at("file").get_string().c_str());
    if (file.ends_with(".gz")) continue;  // a coding, which is undone before a document is read
    ++cases;
    INFO(std::string(run.at("id").get_string().c_str()) + " " + file);
    const parser::Sitemap sitemap =
        parser::ReadSitemap(ReadFile(folder + file), std::string(run.at("url").get_string().c_str()), {});
    std::set<std::string> found, expected;
    for (const parser::SitemapEntry& one : sitemap.entries) {
      if (one.role <= parser::SitemapEntry::Role::kSitemap) found.insert(one.url);
    }
    if (const json::array* locs = run.at("lenient_locs").if_array()) {
      for (const json::value& loc : *locs) expected.insert(loc.get_string().c_str());
    }
    CHECK(found == expected);
    if (const json::string* kind = run.at("kind").if_string()) {
      CHECK(parser::Name(sitemap.kind) == std::string_view(kind->data(), kind->size()));
    }
    CHECK(run.at("lenient_error").is_null() == (sitemap.kind != parser::SitemapKind::kNone));
  }
  CHECK(cases == 25);
}
