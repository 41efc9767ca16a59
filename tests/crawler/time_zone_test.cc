#include "crawler/time_zone.h"

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;

namespace {

// 2024-01-15 and 2024-07-15, midnight UTC.
constexpr Instant kWinter(std::chrono::seconds(1'705'276'800)), kSummer(std::chrono::seconds(1'721'001'600));

/// The environment's time zone, and back.
struct ProcessZone {
  explicit ProcessZone(const char* name) {
    if (const char* had = std::getenv("TZ")) before = had;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~ProcessZone() {
    before ? ::setenv("TZ", before->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  std::optional<std::string> before;
};

}  // namespace

TEST_CASE("time_zone:AZoneHasItsSummerTime") {
  const auto berlin = TimeZone::Find("Europe/Berlin");
  REQUIRE(berlin);
  CHECK(berlin->MinuteOfDay(kWinter) == 60);
  CHECK(berlin->MinuteOfDay(kSummer) == 120);
  CHECK(berlin->MinuteOfDay(kWinter + 23h) == 0);
  CHECK(berlin->MinuteOfDay(kWinter + 22h + 59min + 59s) == 23 * 60 + 59);
  // The night of 2024-03-31 has no 02:30: 01:59 is followed by 03:00.
  const Instant spring(std::chrono::seconds(1'711'846'800));
  CHECK(berlin->MinuteOfDay(spring - 1s) == 119);
  CHECK(berlin->MinuteOfDay(spring) == 180);
}

TEST_CASE("time_zone:ZonesThatAreNotWholeHours") {
  CHECK(TimeZone::Find("Asia/Kathmandu")->MinuteOfDay(kWinter) == 5 * 60 + 45);
  CHECK(TimeZone::Find("UTC")->MinuteOfDay(kWinter) == 0);
  CHECK(TimeZone::Find("America/New_York")->MinuteOfDay(kWinter) == 19 * 60);
}

TEST_CASE("time_zone:WhatTheDatabaseDoesNotHaveIsNone") {
  for (const char* name : {"", "Europe/Atlantis", "GMT+5:00", "europe", "CET; DROP", "../../etc/passwd"}) {
    INFO(name);
    CHECK_FALSE(TimeZone::Find(name));
  }
}

TEST_CASE("time_zone:WithoutAZoneThatOfTheProcessHolds") {
  const ProcessZone zone("Asia/Tokyo");
  CHECK(MinuteOfDay(nullptr, kWinter) == 9 * 60);
  CHECK(MinuteOfDay(TimeZone::Find("UTC").get(), kWinter) == 0);
}
