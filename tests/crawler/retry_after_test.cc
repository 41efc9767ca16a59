#include "crawler/retry_after.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;

namespace {
constexpr Instant kNow{784111777s};  // Sun, 06 Nov 1994 08:49:37 GMT
}

TEST_CASE("RFC 9110 10.2.3: Retry-After in seconds") {
  CHECK(ParseRetryAfter("120", kNow) == Duration(120s));
  CHECK(ParseRetryAfter(" 0 ", kNow) == Duration(0));
  CHECK(ParseRetryAfter("999999999999999999999999", kNow) == Duration(24h * 365));
}

TEST_CASE("RFC 9110 10.2.3: Retry-After as a date") {
  CHECK(ParseRetryAfter("Sun, 06 Nov 1994 08:50:37 GMT", kNow) == Duration(60s));
  CHECK(ParseRetryAfter("Sun, 06 Nov 1994 08:00:00 GMT", kNow) == Duration(0));
}

TEST_CASE("RFC 9110 5.6.7: the two obsolete forms of a date are understood") {
  CHECK(ParseRetryAfter("Sunday, 06-Nov-94 08:50:37 GMT", kNow) == Duration(60s));
  CHECK(ParseRetryAfter("Sun Nov  6 08:50:37 1994", kNow) == Duration(60s));
  CHECK(ParseRetryAfter("Wed Nov 16 08:49:37 1994", kNow) == Duration(240h));
  // Two digits of a year are within fifty years from now.
  CHECK(ParseRetryAfter("Sunday, 06-Nov-44 08:49:37 GMT", kNow) > Duration(24h * 365 * 49));
  CHECK(ParseRetryAfter("Sunday, 06-Nov-45 08:49:37 GMT", kNow) == Duration(0));
  constexpr Instant in_2030{1893456000s};  // Tue, 01 Jan 2030 00:00:00 GMT
  CHECK(ParseRetryAfter("Tuesday, 01-Jan-30 00:02:00 GMT", in_2030) == Duration(120s));
}

TEST_CASE("Anything else is as if it were not there") {
  for (const char* value : {"",
                            " ",
                            "soon",
                            "-5",
                            "1.5",
                            "12s",
                            "Sun, 06 Nov 1994 08:50:37 GMT+1",
                            "Sun, 06 Nov 1994 08:50:37",
                            "Sun, 31 Feb 1994 08:50:37 GMT",
                            "Sun, 06 Nov 1994 24:50:37 GMT",
                            "Sun, 06 Nov 1994 08:60:37 GMT",
                            "Sun, 06 Nov  994 08:50:37 GMT",
                            "Son, 06 Nov 1994 08:50:37 GMT",
                            "Sun, 06 Okt 1994 08:50:37 GMT",
                            "Sunday, 06-Nov-1994 08:50:37 GMT",
                            "Sun Nov 6 08:50:37 1994",
                            "Sun Nov  6 08:50:37 1994 GMT",
                            "Sun, 6 Nov 1994 08:50:37 GMT",
                            "Sun",
                            "Sunday",
                            "Sun,",
                            "Sun Nov"}) {
    INFO(value);
    CHECK_FALSE(ParseRetryAfter(value, kNow));
  }
}
