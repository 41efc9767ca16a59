#include "config/load.h"

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

#include "config/knobs.h"
#include "config/toml_reader.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace trawl::config;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> Messages(const Loaded& loaded) {
  std::vector<std::string> messages;
  for (const ConfigError& error : loaded.errors) messages.push_back(error.ToString());
  return messages;
}

/// A line of seeds, so that a case about another key of a target has no second error.
constexpr const char* kSeeds = "seeds = ['http://a.example/']\n";

struct BadFile {
  const char* what;
  std::string toml;
  const char* start;     ///< how the one message starts: place and key
  const char* contains;  ///< what it says
};

const BadFile kBadFiles[] = {
    // Syntax: one error, at its place, without a key.
    {"unterminated string", "[crawl]\nmax_pages = \"abc\n", "f:2:", "not TOML"},
    {"unterminated table", "[crawl\n", "f:1:", "not TOML"},
    {"no value", "[crawl]\nmax_pages =\n", "f:2:", "not TOML"},
    {"bare word", "[crawl]\nmax_pages = many\n", "f:2:", "not TOML"},
    {"duplicate key", "[crawl]\nmax_pages = 1\nmax_pages = 2\n", "f:3:", "not TOML"},
    {"duplicate section", "[crawl]\n[http]\n[crawl]\n", "f:3:", "not TOML"},
    {"NUL", std::string("[crawl]\nmax_pages = 1\0\n", 23), "f:2:14: ", "NUL"},
    {"not UTF-8", "[crawl]\nx = \"\xff\xfe\"\n", "f:2:", "not TOML"},
    {"binary",
     "\x7f"
     "ELF\x02\x01\x01",
     "f:1:", "not TOML"},
    {"JSON", "{\"crawl\": {}}\n", "f:1:1", "not TOML"},
    {"YAML", "crawl:\n  max_pages: 3\n", "f:1:", "not TOML"},
    {"number too large for 64 bits", "crawl.max_pages = 99999999999999999999\n", "f:1:", "not TOML"},
    // Keys.
    {"unknown section", "[crwal]\nmax_pages = 1\n", "f:1:2: crwal: ", "did you mean crawl?"},
    {"unknown key", "[crawl]\nmax_page = 1\n", "f:2:1: crawl.max_page: ", "did you mean crawl.max_pages?"},
    {"right key, wrong section", "[crawl]\ndelay = '1s'\n",
     "f:2:1: crawl.delay: ", "did you mean politeness.delay?"},
    {"no section", "max_pages = 1\n", "f:1:1: max_pages: ", "did you mean crawl.max_pages?"},
    {"nothing near", "[storage]\ncolour = 1\n", "f:2:1: storage.colour: ", "trawl check --keys"},
    {"quoted key", "[crawl]\n\"max\\npages\" = 1\n", "f:2:1: crawl.\"max\\u000Apages\": ", "not a known key"},
    {"section as value", "crawl = 3\n", "f:1:9: crawl: ", "allowed: a table, written as [crawl]"},
    {"value as section", "[crawl.max_pages]\nx = 1\n", "f:1:1: crawl.max_pages: is a table", "whole number"},
    {"target as table", "[target]\nname = 'a'\n", "f:1:2: target: ", "[[target]]"},
    {"targets", "[[targets]]\nname = 'a'\n", "f:1:3: targets: ", "did you mean [[target]]?"},
    {"target with an array of numbers", "target = [1, 2]\n", "f:1:1: target: ", "[[target]]"},
    // Types.
    {"string for number", "[crawl]\nmax_pages = '1'\n", "f:2:13: crawl.max_pages: is a string",
     "whole number"},
    {"fraction for number", "[crawl]\nmax_depth = 1.5\n", "f:2:13: crawl.max_depth: ", "from 0 to 65535"},
    {"date for number", "[crawl]\nmax_depth = 2026-01-01\n", "f:2:13: crawl.max_depth: is a date",
     "from 0 to 65535"},
    {"number for boolean", "[tls]\nverify = 1\n", "f:2:10: tls.verify: is a whole number", "true or false"},
    {"string for boolean", "[tls]\nverify = 'false'\n", "f:2:10: tls.verify: is a string", "true or false"},
    {"boolean for choice", "[politeness]\nrobots = false\n",
     "f:2:10: politeness.robots: ", "\"obey\" or \"ignore\""},
    {"string for list", "[dns]\nservers = '192.0.2.1'\n", "f:2:11: dns.servers: is a string",
     "array of strings"},
    {"number in list", "[dns]\nservers = ['192.0.2.1',\n 53]\n", "f:3:2: dns.servers: holds a whole number",
     "array"},
    {"list for pairs", "[http]\nheaders = ['A: b']\n", "f:2:11: http.headers: is an array",
     "table of strings"},
    {"number in pairs", "[http.headers]\nX-A = 1\n", "f:2:7: http.headers: \"X-A\" is a whole number",
     "a string"},
    {"number for string", "[storage]\npath = 5\n", "f:2:8: storage.path: is a whole number", "a string"},
    // Units and ranges.
    {"no unit", "[politeness]\ndelay = 5\n", "f:2:9: politeness.delay: 5 has no unit", "250ms"},
    {"unknown unit", "[http]\nmax_body = '10MB'\n", "f:2:12: http.max_body: \"10MB\" is not a size", "10MiB"},
    {"negative duration", "[http]\ntimeout = '-1s'\n", "f:2:11: http.timeout: ", "is not a duration"},
    {"duration for size", "[http]\nmax_body = '1s'\n", "f:2:12: http.max_body: ", "is not a size"},
    {"size for duration", "[http]\ntimeout = '1KiB'\n", "f:2:11: http.timeout: ", "is not a duration"},
    {"zero where something is needed", "[http]\ntimeout = 0\n", "f:2:11: http.timeout: 0 is out of range",
     "100ms"},
    {"one below", "[crawl]\nmax_fetches = 0\n", "f:2:15: crawl.max_fetches: 0 is out", "from 1 to 1000000"},
    {"one above", "[crawl]\nmax_fetches = 1000001\n", "f:2:15: crawl.max_fetches: ", "from 1 to 1000000"},
    {"negative count", "[crawl]\nmax_pages = -1\n", "f:2:13: crawl.max_pages: -1 is out", "0 or more"},
    {"size one above", "[http]\nmax_body = '67108865B'\n", "f:2:12: http.max_body: ", "out of range"},
    {"duration one above", "[politeness]\ndelay = '86400001ms'\n",
     "f:2:9: politeness.delay: ", "out of range"},
    // Choices and texts.
    {"unknown choice", "[politeness]\nrobots = 'Obey'\n",
     "f:2:10: politeness.robots: \"Obey\" is not a choice", "\"obey\""},
    {"empty path", "[storage]\npath = ''\n", "f:2:8: storage.path: ", "is empty"},
    {"line break in user agent", "[http]\nuser_agent = \"a\\r\\nX: y\"\n",
     "f:2:14: http.user_agent: ", "visible ASCII"},
    {"header of our own", "[http]\nheaders = { Host = 'x' }\n", "f:2:20: http.headers: \"Host\"",
     "Trawl itself"},
    {"bad proxy", "[http]\nproxy = 'proxy:3128'\n", "f:2:9: http.proxy: ", "http://host:port"},
    {"bad server", "[dns]\nservers = ['localhost']\n", "f:2:12: dns.servers: \"localhost\"", "IP address"},
    {"bad address", "[dns.hosts]\n\"a.example\" = 'b'\n", "f:2:15: dns.hosts: \"a.example\" stands for \"b\"",
     "IP address"},
    // Targets.
    {"no seeds", "[[target]]\nname = 'a'\n", "f:1:1: target.seeds: ", "needs seeds"},
    {"empty seeds", "[[target]]\nseeds = []\n", "f:2:9: target.seeds: ", "at least one URL"},
    {"seeds of a wrong type", "[[target]]\nseeds = 'http://a.example/'\n", "f:2:9: target.seeds: is a string",
     "array"},
    {"seed without scheme", "[[target]]\nseeds = ['a.example']\n",
     "f:2:10: target.seeds: ", "\"https://a.example\""},
    {"seed of another scheme", "[[target]]\nseeds = ['ftp://a.example']\n",
     "f:2:10: target.seeds: ", "http://"},
    {"bad scope", std::string("[[target]]\nscope = 'site'\n") + kSeeds,
     "f:2:9: target.scope: ", "\"domain\""},
    {"empty expression", std::string("[[target]]\ndeny = ['a', '']\n") + kSeeds,
     "f:2:14: target.deny: ", "is empty"},
    {"bad network", std::string("[[target]]\nprivate_networks = ['10.0.0.1/8']\n") + kSeeds,
     "f:2:21: target.private_networks: ", "\"10.0.0.0/8\""},
    {"bad name", std::string("[[target]]\nname = 'a b'\n") + kSeeds, "f:2:8: target.name: ", "1 to 100"},
    {"unknown key of a target", std::string("[[target]]\ndelay = '1s'\n") + kSeeds,
     "f:2:1: target.delay: ", "did you mean target.politeness.delay?"},
    {"section's key in a target", std::string("[[target]]\npoliteness.backoff = '1s'\n") + kSeeds,
     "f:2:12: target.politeness.backoff: ", "not a known key"},
    {"two of one name",
     std::string("[[target]]\nname = 'a'\n") + kSeeds + "[[target]]\nname = 'a'\n" + kSeeds,
     "f:5:8: target.name: \"a\" is also", "f:2"},
    {"two that take one name from their seeds",
     std::string("[[target]]\n") + kSeeds + "[[target]]\n" + kSeeds,
     "f:3:1: target.name: \"a.example\" is also", "f:1"},
    // What two values only get wrong together.
    {"body larger than memory", "crawl.memory_max = '16MiB'\nhttp.max_body = '17MiB'\n",
     "f:2:17: http.max_body: ", "up to 16MiB"},
    {"backoff longer than its limit", "politeness.max_retry_after = '1s'\n",
     "default: politeness.backoff: ", "up to 1s"},
};

}  // namespace

TEST_CASE("A bad file has one message with its place, its key and what is allowed") {
  for (const BadFile& bad : kBadFiles) {
    INFO(bad.what);
    Loaded loaded = Load(bad.toml, "f");
    CAPTURE(Messages(loaded));
    REQUIRE(loaded.errors.size() == 1);
    std::string message = loaded.errors[0].ToString();
    CHECK_THAT(message, Catch::StartsWith(bad.start));
    CHECK_THAT(message, Catch::Contains(bad.contains));
    CHECK(message.find('\n') == std::string::npos);
  }
}

TEST_CASE("All errors are reported, from top to bottom") {
  Loaded loaded = Load(
      "[crawl]\nmax_page = 1\nmax_depth = -1\n"
      "[tls]\nverify = 'no'\n"
      "[[target]]\nseeds = ['a.example', 'b.example']\nscope = 'all'\n"
      "[[target]]\nname = 'second'\n",
      "f", {"http.timeout=never"});
  std::vector<int> lines;
  for (const ConfigError& error : loaded.errors) lines.push_back(error.line);
  CHECK(lines == std::vector<int>{2, 3, 5, 7, 7, 8, 9, 0});
  CHECK(loaded.errors.back().source == "--set");
}

TEST_CASE("Every value arrives in its option") {
  Loaded loaded = Load(R"(
      crawl.max_fetches = 7
      crawl.private_addresses = "allow"
      [http]
      user_agent = "bot/2"
      headers = { Accept-Language = "en" }
      max_body = "1.5MiB"
      [politeness]
      delay = 0
      robots = "ignore"
      [dns]
      servers = ["192.0.2.1:5300"]
      [dns.hosts]
      "a.example" = "192.0.2.2"
      [tls]
      verify = false
      [storage]
      links = "external"
      [[target]]
      seeds = ["http://user:pw@a.example:8080/x?y"]
      [[target]]
      name = "b"
      seeds = ["https://b.example/"]
      scope = "domain"
      max_depth = 0
      allow = ['^https://b\.example/']
      private_networks = ["10.0.0.0/8"]
      [target.politeness]
      delay = "0s"
      robots = "obey"
      [target.http]
      headers = { X-Token = "t" }
      max_body = "64MiB"
  )",
                       "f");
  REQUIRE(Messages(loaded).empty());
  const Options& o = loaded.options;
  CHECK(o.crawl.max_fetches == 7);
  CHECK(o.crawl.private_addresses == PrivateAddresses::kAllow);
  CHECK(o.http.user_agent == "bot/2");
  CHECK(o.http.headers == std::vector<std::pair<std::string, std::string>>{{"Accept-Language", "en"}});
  CHECK(o.http.max_body == KiB(1536));
  CHECK(o.politeness.delay == 0s);
  CHECK(o.politeness.robots == RobotsPolicy::kIgnore);
  CHECK(o.dns.servers == std::vector<std::string>{"192.0.2.1:5300"});
  CHECK(o.dns.hosts == std::vector<std::pair<std::string, std::string>>{{"a.example", "192.0.2.2"}});
  CHECK_FALSE(o.tls.verify);
  CHECK(o.storage.links == LinkStorage::kExternal);
  REQUIRE(o.targets.size() == 2);
  CHECK(o.targets[0].name == "a.example:8080");
  CHECK(o.targets[0].scope == ScopeKind::kHost);
  CHECK_FALSE(o.targets[0].max_depth.has_value());
  CHECK_FALSE(o.targets[0].politeness.delay.has_value());
  const Target& b = o.targets[1];
  CHECK(b.scope == ScopeKind::kDomain);
  CHECK(b.max_depth == 0u);
  CHECK(b.allow == std::vector<std::string>{"^https://b\\.example/"});
  CHECK(b.private_networks == std::vector<std::string>{"10.0.0.0/8"});
  CHECK(b.politeness.delay == 0s);
  CHECK(b.politeness.robots == RobotsPolicy::kObey);
  CHECK_FALSE(b.politeness.ip_delay.has_value());
  CHECK(b.http.headers == std::vector<std::pair<std::string, std::string>>{{"X-Token", "t"}});
  CHECK(b.http.max_body == MiB(64));
}

TEST_CASE("Sitemaps are all that robots.txt names, none, or those of a list") {
  const auto sitemaps = [](const std::string& value) {
    return Load("[[target]]\nseeds = ['http://a.example/']\n" + value, "f");
  };
  CHECK(sitemaps("").options.targets[0].sitemaps.robots);
  CHECK(sitemaps("sitemaps = true").options.targets[0].sitemaps.robots);
  CHECK_FALSE(sitemaps("sitemaps = false").options.targets[0].sitemaps.robots);
  const Loaded listed = sitemaps("sitemaps = ['http://a.example/s.xml', 'https://b.example/feed']");
  REQUIRE(Messages(listed).empty());
  CHECK_FALSE(listed.options.targets[0].sitemaps.robots);
  CHECK(listed.options.targets[0].sitemaps.urls.size() == 2);
  CHECK_THAT(ShowOptions(listed.options),
             Catch::Contains("sitemaps = [\"http://a.example/s.xml\", \"https://b.example/feed\"]\n"));
  CHECK_THAT(Messages(sitemaps("sitemaps = 'yes'")).at(0),
             Catch::Contains("f:3:12: target.sitemaps: is a string; allowed: true, false or an array"));
  CHECK_THAT(Messages(sitemaps("sitemaps = ['s.xml']")).at(0),
             Catch::Contains("f:3:13: target.sitemaps: \"s.xml\""));
  CHECK_THAT(Messages(sitemaps("sitemaps = [1]")).at(0), Catch::Contains("holds a whole number"));
}

TEST_CASE("Nothing at all is a valid configuration without targets") {
  Loaded loaded = Load("", "f");
  CHECK(loaded.errors.empty());
  CHECK(loaded.options.targets.empty());
}

TEST_CASE("A caller adds errors at the places of values") {
  Loaded loaded =
      Load("[[target]]\nseeds = ['http://a/',\n  'http://b/']\n[target.politeness]\ndelay = '1s'\n", "f");
  REQUIRE(loaded.errors.empty());
  loaded.AddError("target[0].seeds[1]", "is no URL");
  loaded.AddError("target[0].allow[3]", "falls back to the target");
  loaded.AddError("target[0].politeness.delay", "is odd");
  loaded.AddError("crawl.max_pages", "is a default");
  CHECK(Messages(loaded) == std::vector<std::string>{"f:3:3: target.seeds: is no URL",
                                                     "f:1:1: target.allow: falls back to the target",
                                                     "f:5:9: target.politeness.delay: is odd",
                                                     "default: crawl.max_pages: is a default"});
}

TEST_CASE("The list of errors has an end") {
  std::string toml;
  for (int i = 0; i < 150; ++i) toml += "zz" + std::to_string(i) + " = 1\n";
  Loaded loaded = Load(toml, "f");
  REQUIRE(loaded.errors.size() == kMaxErrors + 1);
  CHECK(loaded.errors[kMaxErrors - 1].line == 100);
  CHECK(loaded.errors[kMaxErrors].ToString() == "f: 50 more errors are not listed");
}

TEST_CASE("A document at the limit of size is read, one byte more is refused") {
  std::string toml = "crawl.max_pages = 1\n";
  toml += "#" + std::string(kMaxTomlBytes - toml.size() - 1, 'x');
  CHECK(Load(toml, "f").errors.empty());
  Loaded loaded = Load(toml + "x", "f");
  REQUIRE(loaded.errors.size() == 1);
  CHECK_THAT(loaded.errors[0].ToString(), Catch::StartsWith("f:1:1: larger than 1 MiB"));
}

TEST_CASE("Nesting past the limit is refused before it can exhaust the stack") {
  auto repeated = [](const std::string& piece, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += piece;
    return text;
  };
  for (const std::string& toml :
       {repeated("a.", 400'000) + "a = 1\n", "[" + repeated("a.", 400'000) + "a]\n",
        "x = " + repeated("[", 500'000), "x = " + repeated("{a=", 200'000),
        "x = " + repeated("{a.a.a.a=", 80'000), repeated("\"a\".", 100'000) + "a = 1\n"}) {
    Loaded loaded = Load(toml, "f");
    REQUIRE(loaded.errors.size() == 1);
    CHECK_THAT(loaded.errors[0].ToString(), Catch::Contains("nests deeper than 100"));
  }
  // At the limit it is only a key that nobody knows; dots within strings and comments open nothing.
  CHECK_THAT(Load(repeated("a.", 100) + "a = 1\n", "f").errors[0].ToString(),
             Catch::Contains("not a known key"));
  CHECK_THAT(Load(repeated("a.", 101) + "a = 1\n", "f").errors[0].ToString(),
             Catch::Contains("nests deeper"));
  std::string dots = repeated("1.", 300);
  CHECK(Load("#" + dots + "\nstorage.path = '" + dots + "'\ntls.ca_file = \"\\\"" + dots + "\" # " + dots +
                 "\nparser.program = \"\"\"\n" + dots + "\"\"\"\n",
             "f")
            .errors.empty());
}

TEST_CASE("A file that cannot be read is one error that names it and the reason") {
  test::TempDir dir;
  auto only = [](const std::string& path) {
    Loaded loaded = LoadFile(path);
    REQUIRE(loaded.errors.size() == 1);
    return loaded.errors[0].ToString();
  };
  CHECK_THAT(only((dir / "absent.toml").string()),
             Catch::EndsWith("absent.toml: cannot be read: No such file or directory"));
  CHECK_THAT(only(dir.path().string()), Catch::EndsWith("cannot be read: Is a directory"));
  std::ofstream(dir / "large.toml") << std::string(10 << 20, '#');
  CHECK_THAT(only((dir / "large.toml").string()), Catch::Contains("larger than 1 MiB"));
  std::ofstream(dir / "good.toml") << "crawl.max_pages = 3\n";
  CHECK(LoadFile((dir / "good.toml").string()).options.crawl.max_pages == 3);
}
