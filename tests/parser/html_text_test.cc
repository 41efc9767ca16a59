#include "parser/html_text.h"
#include "parser/ascii.h"

#include <string>

#include "parser/html_names.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

// Texts of all lengths around that of a vector, with much white space in them.
template <class Check>
void ForEachText(Check check) {
  constexpr std::string_view kBytes = "  \t\n\f\r  aZ09.-\x0B\xC3\xA9";
  unsigned state = 11;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = round % 70; i > 0; --i)
      text += kBytes[((state = state * 1664525 + 1013904223) >> 16) % kBytes.size()];
    check(text);
  }
}

std::uint32_t CountOneByOne(std::string_view text) {
  std::uint32_t words = 0;
  bool word = false;
  for (const char c : text) {
    const char lower = ToAsciiLower(c);
    if (IsHtmlSpace(c)) {
      words += word;
      word = false;
    } else if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || static_cast<signed char>(c) < 0) {
      word = true;
    }
  }
  return words + word;
}

std::string FoldOneByOne(std::string_view text) {
  std::string folded;
  for (const char c : TrimHtmlSpace(text)) {
    if (!IsHtmlSpace(c)) {
      folded += c;
    } else if (folded.back() != ' ') {
      folded += ' ';
    }
  }
  return folded;
}

}  // namespace

TEST_CASE("Words are counted many bytes at a time as they are one by one") {
  ForEachText([](const std::string& text) {
    if (CountWords(text) != CountOneByOne(text)) FAIL("\"" << text << "\"");
  });
  SUCCEED();
}

TEST_CASE("White space is folded many bytes at a time as it is one by one") {
  Arena arena(1 << 20);
  ForEachText([&arena](const std::string& text) {
    arena.Reset();
    if (Fold(text, 1000, arena) != FoldOneByOne(text)) FAIL("\"" << text << "\"");
    TextBuilder builder(arena, 1000);
    builder.Characters(text);
    if (builder.Finish() != FoldOneByOne(text)) FAIL("\"" << text << "\", as text");
  });
  SUCCEED();
}

TEST_CASE("A text is folded alike whatever may be read behind it, and in two pieces") {
  Arena arena(1 << 20);
  ForEachText([&arena](const std::string& text) {
    arena.Reset();
    const std::string longer = text + " b  c\n" + std::string(30, ' ');
    const std::string_view inside = std::string_view(longer).substr(0, text.size());
    const char* const end = longer.data() + longer.size();
    const std::size_t middle = text.size() / 2;
    TextBuilder builder(arena, 1000);
    builder.Characters(inside.substr(0, middle), end);
    builder.Characters(inside.substr(middle), end);
    if (builder.Finish() != FoldOneByOne(text)) FAIL("\"" << text << "\", as text");
    FoldedText folded;
    folded.Add(inside.substr(0, middle), end);
    folded.Add(inside.substr(middle));
    if (folded.text() != FoldOneByOne(text)) FAIL("\"" << text << "\", as a short one");
  });
  SUCCEED();
}

TEST_CASE("A text that just fits is whole, and one byte more is cut") {
  Arena arena(1 << 20);
  const std::string most(FoldedText::kMax, 'a');
  FoldedText folded;
  folded.Add(most);
  CHECK(folded.text() == most);
  folded.Add("b");
  CHECK(folded.text() == most);
  folded.Clear();
  folded.Add(most + "b");
  CHECK(folded.text() == most);
  for (const std::size_t more : {0, 1}) {
    TextBuilder builder(arena, most.size() - more);
    builder.Characters(most);
    CHECK(builder.truncated() == (more == 1));
    CHECK(builder.Finish().size() == most.size() - more);
  }
}
