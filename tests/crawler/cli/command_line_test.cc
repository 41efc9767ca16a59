#include "crawler/cli/command_line.h"

#include "crawler/cli/exit_codes.h"
#include "tests/support/catch.h"

using namespace trawl::crawler;

namespace {

struct Parsed {
  bool flag = false;
  std::string file = "default", word = "one", position;
  std::vector<std::string> sets, urls;
  std::optional<int> ended;
};

Parsed Parse(const std::vector<std::string>& arguments, bool with_position = false) {
  Parsed parsed;
  CommandLine line("test", "tests", "Examples:\n  none\n");
  line.AddFlag("-f,--flag", parsed.flag, "a flag");
  line.AddText("-c,--config", "FILE", parsed.file, "a file");
  line.AddChoice("--word", {"one", "two"}, parsed.word, "a word");
  line.AddList("--set", "KEY=VALUE", parsed.sets, "a list");
  if (with_position) {
    line.AddText("SQL", "", parsed.position, "one");
  } else {
    line.AddList("URL", "", parsed.urls, "many");
  }
  parsed.ended = line.Parse(arguments);
  return parsed;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("Options keep their defaults") {
  Parsed parsed = Parse({});
  CHECK_FALSE(parsed.ended.has_value());
  CHECK(parsed.file == "default");
  CHECK(parsed.word == "one");
  CHECK(parsed.sets.empty());
  CHECK(parsed.urls.empty());
}

TEST_CASE("A list's option takes one value each time and leaves the URLs alone") {
  Parsed parsed = Parse({"--set", "a.b=1", "http://a/", "--set=c.d=[1,2]", "http://b/,c", "--set",
                         "dns.servers=[\"x\", \"y\"]"});
  CHECK_FALSE(parsed.ended.has_value());
  CHECK(parsed.sets == Strings{"a.b=1", "c.d=[1,2]", "dns.servers=[\"x\", \"y\"]"});
  CHECK(parsed.urls == Strings{"http://a/", "http://b/,c"});
}

TEST_CASE("Short and long names, and a double hyphen before what only looks like an option") {
  CHECK(Parse({"-c", "x"}).file == "x");
  CHECK(Parse({"--config=x"}).file == "x");
  CHECK(Parse({"-f"}).flag);
  CHECK(Parse({"--", "-x"}).urls == Strings{"-x"});
  CHECK(Parse({"SELECT a, b FROM c -- why"}, true).position == "SELECT a, b FROM c -- why");
}

TEST_CASE("What is wrong ends with the code for usage, the help with none") {
  CHECK(Parse({"--no-such-option"}).ended == kExitUsage);
  CHECK(Parse({"--config"}).ended == kExitUsage);
  CHECK(Parse({"-c", "x", "-c", "y"}).ended == kExitUsage);
  CHECK(Parse({"--word", "three"}).ended == kExitUsage);
  CHECK(Parse({"a", "b"}, true).ended == kExitUsage);
  CHECK(Parse({"--help"}).ended == kExitDone);
}
