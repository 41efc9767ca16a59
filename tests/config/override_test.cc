#include <string>
#include <vector>

#include "config/load.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::config;
using namespace std::chrono_literals;

namespace {

constexpr const char* kTarget = "[[target]]\nseeds = ['http://a.example/']\n";

std::string Only(const Loaded& loaded) {
  REQUIRE(loaded.errors.size() == 1);
  return loaded.errors[0].ToString();
}

}  // namespace

TEST_CASE("An override wins over the file, the last one over all") {
  Loaded loaded = Load("crawl.max_pages = 1\n", "f", {"crawl.max_pages=2", "crawl.max_pages=3"});
  CHECK(loaded.errors.empty());
  CHECK(loaded.options.crawl.max_pages == 3);
}

TEST_CASE("An override's value is TOML, or bare text") {
  auto set = [](const std::string& text) {
    Loaded loaded = Load(kTarget, "f", {text});
    CAPTURE(text);
    REQUIRE(loaded.errors.empty());
    return loaded.options;
  };
  CHECK(set("politeness.delay=250ms").politeness.delay == 250ms);
  CHECK(set("politeness.delay=\"250ms\"").politeness.delay == 250ms);
  CHECK(set("politeness.delay = 0").politeness.delay == 0s);
  CHECK(set("http.max_body=1MiB").http.max_body == MiB(1));
  CHECK_FALSE(set("tls.verify=false").tls.verify);
  CHECK(set("crawl.private_addresses=allow").crawl.private_addresses == PrivateAddresses::kAllow);
  CHECK(set("storage.path=a=b.db").storage.path == "a=b.db");
  CHECK(set("storage.path=2026-01-01").storage.path == "2026-01-01");
  CHECK(set("storage.path=5").storage.path == "5");
  CHECK(set("storage.path='5'").storage.path == "5");
  CHECK(set("http.contact=").http.contact.empty());
  CHECK(set("dns.servers=192.0.2.1").dns.servers == std::vector<std::string>{"192.0.2.1"});
  CHECK(set("dns.servers=[\"192.0.2.1\", \"192.0.2.2\"]").dns.servers.size() == 2);
  CHECK(set("crawl={max_pages=4, max_depth=5}").crawl.max_depth == 5);
}

TEST_CASE("An entry of a table of strings is set by its name, dots and all, beside the others") {
  Loaded loaded =
      Load("[dns.hosts]\n\"a.example\" = '192.0.2.1'\n[http.headers]\nX-A = '1'\n", "f",
           {"dns.hosts.www.b.example=192.0.2.2", "dns.hosts.a.example=192.0.2.3", "http.headers.X-B=2"});
  REQUIRE(loaded.errors.empty());
  CHECK(loaded.options.dns.hosts == std::vector<std::pair<std::string, std::string>>{
                                        {"www.b.example", "192.0.2.2"}, {"a.example", "192.0.2.3"}});
  CHECK(loaded.options.http.headers ==
        std::vector<std::pair<std::string, std::string>>{{"X-A", "1"}, {"X-B", "2"}});
}

TEST_CASE("target.key sets a key of every target") {
  Loaded loaded = Load(std::string(kTarget) + "[[target]]\nname = 'b'\nseeds = ['http://b.example/']\n", "f",
                       {"target.max_depth=3", "target.politeness.delay=5s", "target.deny=/private/"});
  REQUIRE(loaded.errors.empty());
  for (const Target& target : loaded.options.targets) {
    CHECK(target.max_depth == 3u);
    CHECK(target.politeness.delay == 5s);
    CHECK(target.deny == std::vector<std::string>{"/private/"});
  }
}

TEST_CASE("A bad override is one message that begins with --set") {
  CHECK_THAT(Only(Load("", "f", {"crawl.max_pages"})),
             Catch::StartsWith("--set: \"crawl.max_pages\" is not a setting"));
  CHECK_THAT(Only(Load("", "f", {""})), Catch::Contains("allowed: section.key=value"));
  CHECK_THAT(Only(Load("", "f", {"=3"})), Catch::Contains("allowed: section.key=value"));
  CHECK_THAT(Only(Load("", "f", {std::string(600, 'x') + "=3"})),
             Catch::Contains("allowed: section.key=value"));
  CHECK_THAT(Only(Load("", "f", {"crawl.max_page=3"})), Catch::StartsWith("--set: crawl.max_page: ") &&
                                                            Catch::Contains("did you mean crawl.max_pages?"));
  CHECK_THAT(Only(Load("", "f", {"crawl.max_pages=-3"})),
             Catch::StartsWith("--set: crawl.max_pages: -3 is out of range"));
  CHECK_THAT(Only(Load("", "f", {"crawl=3"})), Catch::StartsWith("--set: crawl: is a whole number"));
  CHECK_THAT(Only(Load("", "f", {"..=3"})), Catch::Contains("not a known key"));
  CHECK_THAT(Only(Load("", "f", {"target.max_depth=3"})), Catch::Contains("no target"));
  CHECK_THAT(Only(Load(kTarget, "f", {"target=3"})), Catch::Contains("target.max_depth=3"));
  CHECK_THAT(Only(Load(std::string(kTarget) + "[[target]]\nname = 'b'\nseeds = ['http://b/']\n", "f",
                       {"target.scope=x"})),
             Catch::StartsWith("--set: target.scope: \"x\" is not a choice"));
  // A line break does not open a second setting: the whole is a text, and as such no number.
  CHECK_THAT(Only(Load("", "f", {"crawl.max_pages=1\nw = 2"})),
             Catch::StartsWith("--set: crawl.max_pages: is a string"));
}

TEST_CASE("URLs of the command line are a target of their own, on their hosts") {
  Loaded loaded = LoadSources({.file = "",
                               .overrides = {"target.max_pages=5"},
                               .database = "x.db",
                               .urls = {"https://a.example/", "http://b.example/c"}});
  REQUIRE(loaded.errors.empty());
  REQUIRE(loaded.options.targets.size() == 1);
  const Target& target = loaded.options.targets[0];
  CHECK(target.name == "command-line");
  CHECK(target.scope == ScopeKind::kHost);
  CHECK(target.seeds == std::vector<std::string>{"https://a.example/", "http://b.example/c"});
  CHECK(target.max_pages == 5);
  CHECK(loaded.options.storage.path == "x.db");
  loaded.AddError("target[0].seeds[1]", "is no URL");
  CHECK(loaded.errors[0].ToString() == "command line: target.seeds: is no URL");
}

TEST_CASE("A URL of the command line is checked like a seed") {
  CHECK_THAT(Only(LoadSources({.file = "", .overrides = {}, .database = "", .urls = {"a.example"}})),
             Catch::StartsWith("command line: \"a.example\" has no scheme; allowed: "));
}
