#include "config/port_range.h"

#include "config/load.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::config;

TEST_CASE("ports: a port is a range of one, both ends of a range belong to it") {
  const auto one = ParsePortRange("443");
  REQUIRE(one);
  CHECK(one->Holds(443));
  CHECK_FALSE(one->Holds(442));
  CHECK_FALSE(one->Holds(444));
  const auto range = ParsePortRange("1-65535");
  REQUIRE(range);
  CHECK(range->Holds(1));
  CHECK(range->Holds(65535));
  CHECK_FALSE(range->Holds(0));
}

TEST_CASE("ports: what is no port and no range is refused") {
  for (const char* wrong : {"", "0", "65536", "-1", "80-", "-80", "90-80", "80-90-100", "http", " 80", "80 ",
                            "+80", "0x50", "8,0", "0-10", "10-65536"}) {
    INFO(wrong);
    CHECK_FALSE(ParsePortRange(wrong));
  }
}

TEST_CASE("ports: numbers and strings may stand in the list, and each wrong one is told with its place") {
  const Loaded good = Load("[[target]]\nseeds = ['http://a.test/']\nports = [80, '8000-8999']\n", "t.toml");
  CHECK(good.errors.empty());
  CHECK(good.options.targets[0].ports == std::vector<std::string>{"80", "8000-8999"});
  const Loaded bad = Load(
      "[[target]]\nseeds = ['http://a.test/']\nports = [0, 'x',\n 1.5]\nschemes = ['http', 'ftp']\n"
      "external_hops = -1\n",
      "t.toml");
  std::vector<std::string> errors;
  for (const ConfigError& error : bad.errors)
    errors.push_back(error.ToString().substr(0, error.ToString().find(';')));
  CHECK(errors ==
        std::vector<std::string>{"t.toml:3:10: target.ports: \"0\" is no port",
                                 "t.toml:3:13: target.ports: \"x\" is no port",
                                 "t.toml:4:2: target.ports: holds a number with a fraction",
                                 "t.toml:5:20: target.schemes: \"ftp\" is no scheme that is crawled",
                                 "t.toml:6:17: target.external_hops: -1 is out of range"});
}
