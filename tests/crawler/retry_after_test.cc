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

TEST_CASE("Anything else is as if it were not there") {
  for (const char* value : {"", " ", "soon", "-5", "1.5", "12s", "Sun, 06 Nov 1994 08:50:37 GMT+1"}) {
    INFO(value);
    CHECK_FALSE(ParseRetryAfter(value, kNow));
  }
}
