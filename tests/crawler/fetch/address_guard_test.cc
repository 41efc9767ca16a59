#include "crawler/fetch/address_guard.h"

#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::AddressGuard;
using crawler::ParseNetwork;
using crawler::ReservedRange;

boost::asio::ip::address Address(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

// Both ends of every range, and the neighbours outside of it (IANA special-purpose address registries, RFC
// 6890).
constexpr const char* kRefused[] = {
    "0.0.0.0",
    "0.0.0.1",
    "0.255.255.255",
    "10.0.0.0",
    "10.1.2.3",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.1.1",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.1.1.1",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.255.255",
    "172.16.0.0",
    "172.20.10.1",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.8",
    "192.0.0.255",
    "192.0.2.0",
    "192.0.2.255",
    "192.88.99.0",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.1.1",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.0",
    "198.51.100.255",
    "203.0.113.0",
    "203.0.113.255",
    "224.0.0.0",
    "224.0.0.1",
    "239.255.255.250",
    "239.255.255.255",
    "240.0.0.0",
    "250.1.2.3",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:192.168.0.1",
    "::ffff:0.0.0.0",
    "::ffff:255.255.255.255",
    "::ffff:0:10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::192.168.1.1",
    "64:ff9b:1::10.0.0.1",
    "64:ff9b:1::1",
    "64:ff9b:0:0:0:1::1",
    "100::",
    "100::1",
    "2001::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:1ff:ffff::1",
    "2001:db8::",
    "2001:db8:ffff::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:c0a8:101::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "3fff:fff:ffff::1",
    "4000::1",
    "5f00::1",
    "fc00::",
    "fc00::1",
    "fd12:3456:789a::1",
    "fdff:ffff::1",
    "fe80::",
    "fe80::1",
    "febf:ffff::1",
    "fec0::1",
    "ff00::1",
    "ff02::1",
    "ff0e::1",
    "ffff:ffff::1",
    "1::1",
    "8000::1",
};

constexpr const char* kPublic[] = {
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:db7::1",
    "2001:db9::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
    "3ffe::1",
    "3fff:1000::1",
    "3fef::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
};

TEST_CASE("RefusesEveryAddressThatIsNotPublic") {
  STATIC_REQUIRE(std::size(kRefused) >= 80);
  const AddressGuard guard(false, {});
  for (const char* text : kRefused) {
    INFO(text);
    CHECK_FALSE(ReservedRange(Address(text)).empty());
    CHECK(guard.Refusal(Address(text)).find(Address(text).to_string() + " is ") == 0);
  }
}

TEST_CASE("AllowsTheNeighboursOfEveryRange") {
  const AddressGuard guard(false, {});
  for (const char* text : kPublic) {
    INFO(text);
    CHECK(ReservedRange(Address(text)).empty());
    CHECK(guard.Refusal(Address(text)).empty());
  }
}

TEST_CASE("ATargetsNetworksOpenWhatTheyHoldAndNoMore") {
  const AddressGuard guard(false, {"10.1.0.0/16", "fd00:1::/32", "192.168.7.7", "nonsense"});
  for (const char* text :
       {"10.1.0.0", "10.1.255.255", "fd00:1::5", "192.168.7.7", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3"}) {
    INFO(text);
    CHECK(guard.Refusal(Address(text)).empty());
  }
  for (const char* text :
       {"10.0.255.255", "10.2.0.0", "fd00:2::5", "192.168.7.8", "::ffff:10.2.0.1", "127.0.0.1"}) {
    INFO(text);
    CHECK_FALSE(guard.Refusal(Address(text)).empty());
  }
}

TEST_CASE("AllowingPrivateAddressesAllowsAll") {
  const AddressGuard guard(true, {});
  for (const char* text : {"127.0.0.1", "10.0.0.1", "::1", "fe80::1"})
    CHECK(guard.Refusal(Address(text)).empty());
}

TEST_CASE("ANetworkIsReadStrictly") {
  for (const char* text :
       {"10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "10.0.0.1", "::/0", "fd00::/8", "::1/128", "::1"}) {
    INFO(text);
    CHECK(ParseNetwork(text).has_value());
  }
  for (const char* text : {"", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8",
                           "::/129", "fd00::1/8", "10.0.0/8", "host.example", "10.0.0.0/8 ", "010.0.0.0/8"}) {
    INFO(text);
    CHECK_FALSE(ParseNetwork(text).has_value());
  }
}

}  // namespace
}  // namespace trawl::test
