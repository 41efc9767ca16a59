#include "config/units.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::config;
using namespace std::chrono_literals;

TEST_CASE("A duration is a number and a unit") {
  CHECK(ParseDuration("250ms") == 250ms);
  CHECK(ParseDuration("1s") == 1s);
  CHECK(ParseDuration("5min") == 5min);
  CHECK(ParseDuration("5m") == 5min);
  CHECK(ParseDuration("2h") == 2h);
  CHECK(ParseDuration("7d") == 7 * 24h);
  CHECK(ParseDuration("1.5s") == 1500ms);
  CHECK(ParseDuration("0.25h") == 15min);
  CHECK(ParseDuration("0") == 0s);
  CHECK(ParseDuration("0s") == 0s);
}

TEST_CASE("What is no duration is refused, not guessed") {
  for (const char* text : {"",
                           "s",
                           "1",
                           "1 s",
                           " 1s",
                           "1s ",
                           "-1s",
                           "+1s",
                           "1.s",
                           ".5s",
                           "1.5.5s",
                           "1sec",
                           "1S",
                           "1e3s",
                           "0x1s",
                           "0.5ms",
                           "1.2345678s",
                           "1s1s",
                           "one second",
                           "36501d",
                           "99999999999999999999s",
                           "18446744073709551617ms"})
    CHECK_FALSE(ParseDuration(text).has_value());
  CHECK(ParseDuration("36500d") == 100 * 365 * 24h);
}

TEST_CASE("A size is a number and a binary unit") {
  CHECK(ParseSize("512B") == Bytes{512});
  CHECK(ParseSize("64KiB") == KiB(64));
  CHECK(ParseSize("1.5MiB") == KiB(1536));
  CHECK(ParseSize("2GiB") == GiB(2));
  CHECK(ParseSize("1TiB") == GiB(1024));
  CHECK(ParseSize("0") == Bytes{0});
  CHECK(ParseSize("4194304TiB") == Bytes{1ull << 62});
}

TEST_CASE("What is no size is refused, decimal units too") {
  for (const char* text :
       {"", "1", "10MB", "10M", "10mib", "10 MiB", "-1B", "0.3B", "4194305TiB", "4611686018427387905B"})
    CHECK_FALSE(ParseSize(text).has_value());
}

TEST_CASE("What is formatted reads back as the same value") {
  for (auto ms :
       {0ll, 1ll, 999ll, 1000ll, 1500ll, 60'000ll, 90'000ll, 3'600'000ll, 86'400'000ll, 3'153'600'000'000ll})
    CHECK(ParseDuration(FormatDuration(Duration(ms))) == Duration(ms));
  for (std::uint64_t bytes :
       {0ull, 1ull, 1023ull, 1024ull, 1536ull, 1ull << 20, (1ull << 20) + 1, 1ull << 62})
    CHECK(ParseSize(FormatSize({bytes})) == Bytes{bytes});
  CHECK(FormatDuration(90s) == "90s");
  CHECK(FormatDuration(2min) == "2min");
  CHECK(FormatDuration(24h) == "24h");
  CHECK(FormatSize(KiB(2)) == "2KiB");
}
