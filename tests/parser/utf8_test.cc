#include "parser/utf8.h"

#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

std::string Repaired(std::string_view bytes, std::size_t max = 1000) {
  std::string out;
  AppendUtf8Repaired(bytes, max, out);
  return out;
}

}  // namespace

TEST_CASE("The ASCII prefix ends at the first high byte, wherever it lies") {
  for (std::size_t at = 0; at < 300; ++at) {
    std::string bytes(300, 'a');
    CHECK(AsciiPrefix(bytes) == 300);
    CHECK(AsciiPrefix(bytes.substr(0, at)) == at);
    bytes[at] = '\x80';
    CHECK(AsciiPrefix(bytes) == at);
  }
}

TEST_CASE("Every scalar value is written and recognised") {
  for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c == 0xD800) c = 0xE000;
    std::string out;
    AppendUtf8(c, out);
    if (!IsUtf8(out)) FAIL("not recognised: " << c);
  }
}

TEST_CASE("What is no scalar value becomes the replacement character") {
  for (const std::uint32_t c : {0xD800U, 0xDFFFU, 0x110000U, 0xFFFFFFFFU}) {
    std::string out;
    AppendUtf8(c, out);
    CHECK(out == "\xEF\xBF\xBD");
  }
}

TEST_CASE("Ill-formed sequences are refused") {
  for (const std::string_view bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xC3(",
        "\xE2(\xA1"}) {
    CHECK_FALSE(IsUtf8(bytes));
    CHECK(Utf8Prefix(std::string("ab").append(bytes)) == 2);
  }
}

TEST_CASE("Each maximal ill-formed part becomes one replacement character") {
  // Unicode 15, section 3.9, tables 3-8 to 3-11.
  const std::string r = "\xEF\xBF\xBD";
  CHECK(Repaired("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                 "A") == r + r + r + r + r + r + r + r + "A");
  CHECK(Repaired("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                 "A") == r + r + r + r + r + r + r + r + "A");
  CHECK(Repaired("\xF4\x91\x92\x93\xFF"
                 "A\x80\xBF"
                 "B") == r + r + r + r + r + "A" + r + r + "B");
  CHECK(Repaired("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                 "A") == r + r + r + r + "A");
}

TEST_CASE("Repaired text never passes its limit and never ends within a character") {
  const std::string text = "a\xC3\xA9\xFF\xE2\x82\xAC";
  for (std::size_t max = 0; max < 12; ++max) {
    const std::string out = Repaired(text, max);
    CHECK(out.size() <= max);
    CHECK(IsUtf8(out));
  }
  CHECK(Repaired(text, 9) == "a\xC3\xA9\xEF\xBF\xBD\xE2\x82\xAC");
}

TEST_CASE("Text is cut between two characters") {
  CHECK(CutUtf8("a\xE2\x82\xAC", 4) == "a\xE2\x82\xAC");
  CHECK(CutUtf8("a\xE2\x82\xAC", 3) == "a");
  CHECK(CutUtf8("a\xE2\x82\xAC", 1) == "a");
  CHECK(CutUtf8("\xE2\x82\xAC", 0).empty());
}
