#include "crawler/load_config.h"

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace trawl::crawler;

namespace {

std::vector<std::string> MessagesOf(const std::string& toml) {
  test::TempDir dir;
  std::string path = (dir / "f.toml").string();
  std::ofstream(path) << toml;
  std::vector<std::string> messages;
  for (const config::ConfigError& error :
       LoadConfig({.file = path, .overrides = {}, .database = {}, .urls = {}}).errors)
    messages.push_back(error.ToString().substr(dir.path().string().size() + 1));
  return messages;
}

}  // namespace

TEST_CASE("A good configuration has no errors") {
  CHECK(MessagesOf("[[target]]\nseeds = ['http://a.example/']\nallow = ['^https?://a']\n").empty());
}

TEST_CASE("An expression that RE2 refuses is an error at its place in its list") {
  auto messages =
      MessagesOf("[[target]]\nseeds = ['http://a.example/']\nallow = ['ok',\n  '(']\ndeny = ['a(?=b)']\n");
  REQUIRE(messages.size() == 2);
  CHECK_THAT(messages[0],
             Catch::StartsWith("f.toml:4:3: target.allow: \"(\" is not a regular expression: missing )"));
  CHECK_THAT(messages[1], Catch::StartsWith("f.toml:5:9: target.deny: "));
}

TEST_CASE("A rule that does not compile is an error at its key, with the offset in its value") {
  auto messages = MessagesOf(
      "[[target]]\nseeds = ['http://a.example/']\n[[target.item]]\nname = 'a'\nmatch = 'x('\neach = 'li >'\n"
      "fields.short = 'p['\nfields.long = { css = 'p', regex = 'ab[c' }\nfields.path = { jsonld = 'a..b' }\n"
      "fields.number = { css = 'p', type = 'number', default = 'many' }\n");
  REQUIRE(messages.size() == 6);
  CHECK_THAT(messages[0], Catch::StartsWith("f.toml:5:9: target.item.match: at byte ") &&
                              Catch::EndsWith("; allowed: RE2 syntax"));
  CHECK_THAT(messages[1], Catch::StartsWith("f.toml:6:8: target.item.each: at byte 5: "));
  CHECK_THAT(messages[2], Catch::StartsWith("f.toml:7:16: target.item.fields.short.css: at byte 3: "));
  CHECK_THAT(messages[3],
             Catch::StartsWith("f.toml:8:36: target.item.fields.long.regex: at byte 3: missing ]"));
  CHECK_THAT(messages[4], Catch::StartsWith("f.toml:9:26: target.item.fields.path.jsonld: at byte 3: "));
  CHECK_THAT(messages[5], Catch::StartsWith("f.toml:10:57: target.item.fields.number.default: is no value"));
}

TEST_CASE("The place of an error is shown under its line") {
  const auto shown = [](std::string_view line, int column, std::size_t offset) {
    return Excerpt({"f.toml", 1, column, "", "", offset}, line);
  };
  CHECK(shown("fields.short = 'p['", 16, 2) == "    fields.short = 'p['\n                      ^\n");
  CHECK(shown("colour = 1", 1, 0) == "    colour = 1\n    ^\n");
  CHECK(shown("n\xc3\xa4me = 'x', y", 13, 0) == "    n\xc3\xa4me = 'x', y\n                ^\n");
  CHECK(shown("\xe5\x90\x8d = 1", 5, 0) == "    \xe5\x90\x8d = 1\n         ^\n");
  CHECK(shown("a = \x1b[31m", 1, 0).find('\x1b') == std::string::npos);
  CHECK(shown("short", 90, 7) == "    short\n         ^\n");
  const std::string far = shown(std::string(5000, 'x') + "y" + std::string(5000, 'z'), 5001, 0);
  CHECK(far.size() < 200);
  CHECK(far.find('y') == far.substr(far.find('\n') + 1).find('^'));
}

TEST_CASE("A seed that is no URL, or too long a one, is an error at its place") {
  auto messages = MessagesOf(
      "crawl.max_url = '64B'\n[[target]]\nname = 'a'\nseeds = ['http://a.example:99999/', "
      "'http://a.example/" +
      std::string(64, 'x') + "']\n");
  REQUIRE(messages.size() == 2);
  CHECK_THAT(
      messages[0],
      Catch::StartsWith(
          "f.toml:4:10: target.seeds: \"http://a.example:99999/\" cannot be crawled: not a valid URL; "));
  CHECK_THAT(messages[1],
             Catch::StartsWith("f.toml:4:37: target.seeds: ") && Catch::Contains("longer than the limit"));
}

TEST_CASE("What the file has wrong otherwise is told in the same go, in the file's order") {
  auto messages = MessagesOf(
      "[[target]]\nseeds = ['http://a.example/']\ndeny = ['(']\nscope = 'all'\n[crawl]\nmax_page = 1\n");
  REQUIRE(messages.size() == 3);
  CHECK_THAT(messages[0], Catch::StartsWith("f.toml:3:"));
  CHECK_THAT(messages[1], Catch::StartsWith("f.toml:4:"));
  CHECK_THAT(messages[2], Catch::StartsWith("f.toml:6:"));
}

TEST_CASE("A configuration without a target has nothing to crawl") {
  auto messages = MessagesOf("crawl.max_pages = 3\n");
  REQUIRE(messages.size() == 1);
  CHECK_THAT(messages[0], Catch::Contains("nothing to crawl"));
}
