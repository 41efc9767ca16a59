#include "parser/number_text.h"

#include "tests/support/catch.h"

using trawl::parser::ReadNumber;

TEST_CASE("Numbers are read as people write them") {
  struct Case {
    const char* text;
    double number;
  };
  const Case kCases[] = {
      {"5", 5},
      {"-5", -5},
      {"+5", 5},
      {"1.5", 1.5},
      {"1,5", 1.5},
      {"0.125", 0.125},
      {"0,125", 0.125},
      {"12 %", 12},
      {"1.234,50 EUR", 1234.5},
      {"$1,299.00", 1299},
      {"1 299", 1299},
      {"1,299", 1299},
      {"1,234,567", 1234567},
      {"1.234.567", 1234567},
      {"1.234.567,89", 1234567.89},
      {"1,234,567.89", 1234567.89},
      {"1'234.50", 1234.5},
      {"1 234 567,8", 1234567.8},
      {"1\xC2\xA0"
       "299,00 \xE2\x82\xAC",
       1299},
      {"1\xE2\x80\xAF"
       "299 kr",
       1299},
      {"1.299 \xE2\x82\xAC", 1299},
      {"\xE2\x82\xAC 1.299", 1299},
      {"EUR 1.299", 1299},
      {"1.299 EUR", 1299},
      {"1.299,-", 1299},
      {"1.299", 1.299},
      {"3.141", 3.141},
      {"1.29 EUR", 1.29},
      {"12,345.6", 12345.6},
      {"Price: 12.50 each", 12.5},
      {"now 19,99 (was 24,99)", 19.99},
      {"4.5 out of 5", 4.5},
      {"-$5", -5},
      {"-$5.25", -5.25},
      {"\xE2\x88\x92"
       "7,5",
       -7.5},
      {"10-20", 10},
      {"A-5", 5},
      {".5", 0.5},
      {"-.5", -0.5},
      {"1e3", 1000},
      {"1.5e3", 1500},
      {"5.", 5},
      {"12,", 12},
      {"1,23", 1.23},
      {"1,2345", 1.2345},
      {"1234,567", 1234.567},
      {"1 2 3", 1},
      {"1_000", 1000},
      {"12 3456", 12},
      {"007", 7},
  };
  for (const Case& one : kCases) {
    INFO(one.text);
    const auto number = ReadNumber(one.text);
    REQUIRE(number.has_value());
    CHECK(*number == Approx(one.number));
  }
}

TEST_CASE("What has no digit is no number") {
  for (const char* text : {"", " ", "free", "-", ".", "EUR", "n/a", "inf", "nan", "\xE2\x82\xAC"}) {
    INFO(text);
    CHECK_FALSE(ReadNumber(text).has_value());
  }
  CHECK(ReadNumber(std::string(100'000, '9')).has_value());
  CHECK_FALSE(ReadNumber(std::string(1'000'000, ' ')).has_value());
}
