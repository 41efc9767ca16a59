#include "crawler/contact.h"

#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::MayBePublic;
using crawler::MissingContact;

config::Options OptionsFor(const std::string& seed) {
  config::Options options;
  config::Target target;
  target.name = "t";
  target.seeds = {seed};
  options.targets = {target};
  return options;
}

}  // namespace

TEST_CASE("Contact: what may be a host of the public internet") {
  for (const char* host : {"example.org", "a.b.co.uk", "8.8.8.8", "[2606:4700::1111]", "test.de",
                           "mytest.com", "xn--fa-hia.de", "example.org."}) {
    INFO(host);
    CHECK(MayBePublic(host));
  }
  for (const char* host :
       {"127.0.0.1", "10.1.2.3", "[::1]", "[fd00::1]", "192.0.2.1", "localhost", "intranet", "a.test", "test",
        "a.b.localhost", "printer.local", "x.internal", "nas.home.arpa", "shop.example", "shop.test."}) {
    INFO(host);
    CHECK_FALSE(MayBePublic(host));
  }
}

TEST_CASE("Contact: a crawl of the public web needs one") {
  const config::Sources file{.file = "f.toml", .overrides = {}, .database = {}, .urls = {}};
  config::Options options = OptionsFor("https://Shop.EXAMPLE.org/x");
  const auto missing = MissingContact(file, options);
  REQUIRE(missing);
  CHECK(missing->ToString().find(
            "f.toml: http.contact: is not set, and shop.example.org is on the public web") == 0);
  options.targets.insert(options.targets.begin(), OptionsFor("http://10.0.0.1/").targets[0]);
  CHECK(MissingContact(file, options));

  SECTION("http.contact") {
    options.http.contact = "me@example.org";
  }
  SECTION("a URL in the user agent") {
    options.http.user_agent = "bot/1 (+https://example.org/bot)";
  }
  SECTION("networks of its own") {
    options.crawl.private_addresses = config::PrivateAddresses::kAllow;
  }
  SECTION("of the target") {
    options.targets[1].private_networks = {"10.0.0.0/8"};
  }
  SECTION("a name that the configuration gives an address") {
    options.dns.hosts = {{"shop.example.org", "192.0.2.1"}};
  }
  SECTION("a reserved name") {
    options.targets[1].seeds = {"http://shop.test/"};
  }
  CHECK_FALSE(MissingContact(file, options));
}

}  // namespace trawl::test
