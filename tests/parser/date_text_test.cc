#include "parser/date_text.h"

#include <string>

#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

std::string ReadDate(std::string_view text) {
  const auto date = ReadPageDate(text);
  return date ? FormatPageDate(*date) : "none";
}

}  // namespace

TEST_CASE("Dates are read as pages write them") {
  for (const char* text :
       {"2024-01-31", "31 January 2024", "31. January 2024", "January 31, 2024", "Jan 31st, 2024",
        "Jan. 31, 2024", "Wed, 31 Jan 2024", "Wednesday, January 31, 2024", "31-Jan-2024", "31.01.2024",
        "31.1.2024", "31/01/2024", "1/31/2024", "01/31/2024", "2024/01/31", "  2024-01-31 ",
        "31st of January 2024"}) {
    INFO(text);
    CHECK(ReadDate(text) == "2024-01-31");
  }
  CHECK(ReadDate("05.06.2024") == "2024-06-05");
  CHECK(ReadDate("5/5/2024") == "2024-05-05");
  CHECK(ReadDate("2024-02-29") == "2024-02-29");
}

TEST_CASE("Moments are UTC, with milliseconds") {
  for (const char* text :
       {"2024-01-31T22:30:00Z", "2024-01-31T23:30:00+01:00", "2024-01-31T22:30", "2024-01-31 22:30:00",
        "Wed, 31 Jan 2024 22:30:00 GMT", "January 31, 2024 at 10:30 pm", "31 January 2024, 22:30",
        "31.01.2024 22:30", "31.01.2024 - 22:30:00 UTC", "1706740200", "1706740200000",
        "Jan 31, 2024, 10:30:00 PM"}) {
    INFO(text);
    CHECK(ReadDate(text) == "2024-01-31T22:30:00.000Z");
  }
  CHECK(ReadDate("2024-01-31 12:05 am") == "2024-01-31T00:05:00.000Z");
  CHECK(ReadDate("Jan 31, 2024 12:05 am") == "2024-01-31T00:05:00.000Z");
  CHECK(ReadDate("Jan 31, 2024 12:05 pm") == "2024-01-31T12:05:00.000Z");
}

TEST_CASE("What can be read in two ways, or is no date, is none") {
  for (const char* text :
       {"", "yesterday", "01/02/2024", "1-2-2024", "31.02.2024", "32.01.2024", "2023-02-29", "13/13/2024",
        "0/5/2024", "31 Foo 2024", "January", "31 January", "12345", "2024-01-31T25:00:00Z",
        "Jan 31, 2024 13:00 pm", "31.01.2024 tomorrow", "-1706740200"}) {
    INFO(text);
    CHECK(ReadDate(text) == "none");
  }
  CHECK(ReadDate(std::string(100'000, '1')) == "none");
}
