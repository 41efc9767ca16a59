// What the tokenizer suite of html5lib-tests does not ask: that many bytes read at a time are read as one by
// one, and what is told of a token beside its text.

#include "parser/tokenizer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

using Token = Tokenizer::Token;
using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

const std::string kMarkup = "abZ-:_=/\"' \t\n\r\f\v>&<!?\x01\xC3\xA9"s + '\0';

std::string RandomMarkup(unsigned& state, int size) {
  std::string text;
  while (size-- > 0) text += kMarkup[((state = state * 1664525 + 1013904223) >> 16) % kMarkup.size()];
  return text;
}

// Everything of the first token but whether it may change, which is allowed to be a guess.
std::string FirstToken(std::string_view html) {
  const std::vector<char> alone(html.begin(), html.end());  // a sanitizer knows where it ends
  Tokenizer tokenizer(std::string_view(alone.data(), alone.size()));
  const Token token = tokenizer.Next();
  std::string text = std::to_string(static_cast<int>(token));
  if (token != Token::kStartTag && token != Token::kEndTag)
    return token == Token::kEnd ? text : text.append(tokenizer.text());
  text.append(tokenizer.name()).append(tokenizer.self_closing() ? "/" : "");
  for (const RawAttribute& attribute : tokenizer.attributes()) {
    text.append("\n").append(attribute.name).append("\n").append(attribute.value);
    text += std::to_string(attribute.key);
  }
  return text;
}

bool Changes(std::string_view text) {
  return text.find_first_of("&\r\0"sv) != text.npos;
}

}  // namespace

TEST_CASE("A tag is read the same whether the document ends behind it or goes on") {
  unsigned state = 5;
  for (int round = 0; round < 50'000; ++round) {
    const std::string tag = (round % 5 == 0 ? "</a" : "<a") + RandomMarkup(state, round % 60) + ">";
    const std::string alone = FirstToken(tag);
    if (alone != "0" && alone != FirstToken(tag + std::string(80, ' '))) FAIL("\"" << tag << "\"");
  }
  SUCCEED();
}

TEST_CASE("The key of a name is that of its lower case, at every length and place") {
  for (int size = 1; size < 20; ++size) {
    for (const int behind : {0, 40}) {
      const std::string name =
          std::string("AbCdEfGhIjKlMnOpQrStUvWxYz").substr(0, static_cast<std::size_t>(size));
      const std::string html =
          "<" + name + " " + name + "=1>" + std::string(static_cast<std::size_t>(behind), 'x');
      Tokenizer tokenizer(html);
      REQUIRE(tokenizer.Next() == Token::kStartTag);
      CHECK(tokenizer.name_key() == NameKey(AsciiLowered(name)));
      REQUIRE(tokenizer.attributes().size() == 1);
      CHECK(tokenizer.attributes()[0].key == NameKey(AsciiLowered(name)));
    }
  }
}

TEST_CASE("What is said not to change holds nothing that does, and white space nothing else") {
  unsigned state = 7;
  for (int round = 0; round < 20'000; ++round) {
    const std::string html = RandomMarkup(state, 80);
    Tokenizer tokenizer(html);
    for (Token token = tokenizer.Next(); token != Token::kEnd; token = tokenizer.Next()) {
      const std::string_view text = tokenizer.text();
      if (token == Token::kText) {
        CHECK((tokenizer.text_changes() || !Changes(text)));
        CHECK(tokenizer.text_is_space() == TrimHtmlSpace(text).empty());
      }
      for (const RawAttribute& attribute : tokenizer.attributes())
        CHECK((attribute.value_changes || !Changes(attribute.value)));
    }
  }
}

// What is left out is all that differs; what is left out of may hide nothing.
TEST_CASE("Leaving idle tags and attributes out leaves the other tokens as they are") {
  constexpr std::string_view kNames[] = {"b", "span", "my-element", "li", "p", "a", "img", "dialog"};
  constexpr std::string_view kAttributes[] = {
      "class=\"a>b\"", "id=x",      "Style=\"s\"",  "hidden", "href=\"h\"",
      "HIDDEN=\"\"",   "title='t'", "data-x=\"&\"", "a",      "a= \"b\""};
  unsigned state = 3;
  const auto next = [&state](std::size_t below) {
    return ((state = state * 1664525 + 1013904223) >> 16) % below;
  };
  for (int round = 0; round < 5'000; ++round) {
    std::string html;
    for (std::size_t tag = 0; tag < 1 + next(6); ++tag) {
      html.append(next(3) == 0 ? "</" : "<").append(kNames[next(std::size(kNames))]);
      for (std::size_t i = next(4); i > 0; --i)
        html.append(next(8) == 0 ? "/" : " ").append(kAttributes[next(std::size(kAttributes))]);
      html.append(next(9) == 0 ? "/>" : next(30) == 0 ? "" : ">").append(next(2), 'x');
    }
    INFO(html);
    const auto tokens = [&html](std::uint8_t left_out) {
      const std::vector<char> alone(html.begin(), html.end());
      Tokenizer tokenizer(std::string_view(alone.data(), alone.size()));
      tokenizer.LeaveOut(left_out);
      std::vector<std::string> lines;
      for (Token token = tokenizer.Next(); token != Token::kEnd; token = tokenizer.Next()) {
        if (token == Token::kText) {
          lines.emplace_back(tokenizer.text());
          continue;
        }
        const bool hides = std::any_of(
            tokenizer.attributes().begin(), tokenizer.attributes().end(),
            [](const RawAttribute& a) { return a.key == NameKey("hidden") || a.key == NameKey("style"); });
        const std::uint8_t idle = hides ? 0 : tokenizer.tag().idle;
        if (idle & kIdleTags) continue;
        lines.push_back((token == Token::kEndTag ? "/" : "<") + std::string(tokenizer.name()));
        if (idle & kIdleAttributes) continue;
        for (const RawAttribute& a : tokenizer.attributes())
          lines.push_back(std::string(a.name) + "=" + std::string(a.value));
      }
      return lines;
    };
    const auto all = tokens(0);
    CHECK(tokens(kIdleAttributes) == all);
    CHECK(tokens(kIdleAttributes | kIdleTags) == all);
  }
}

TEST_CASE("A line end is skipped where one comes next, and nothing else") {
  const auto behind = [](std::string_view html) {
    Tokenizer tokenizer(html);
    REQUIRE(tokenizer.Next() == Token::kStartTag);
    tokenizer.SkipLineEnd();
    return tokenizer.Next() == Token::kText ? std::string(tokenizer.text()) : "none";
  };
  CHECK(behind("<p>\r\n\nx") == "\nx");
  CHECK(behind("<p>\n\nx") == "\nx");
  CHECK(behind("<p>\r\rx") == "\rx");
  CHECK(behind("<p> \nx") == " \nx");
  CHECK(behind("<p>\r") == "none");
  CHECK(behind("<p>") == "none");
}

TEST_CASE("Attributes past the most of a tag are read over, and end with it") {
  std::string html = "<a";
  for (std::size_t i = 0; i <= Tokenizer::kMaxAttributes; ++i) html += " a" + std::to_string(i);
  html += "><b c>";
  Tokenizer tokenizer(html);
  REQUIRE(tokenizer.Next() == Token::kStartTag);
  REQUIRE(tokenizer.attributes().size() == Tokenizer::kMaxAttributes);
  CHECK(tokenizer.attributes().back().name == "a4095");
  REQUIRE(tokenizer.Next() == Token::kStartTag);
  REQUIRE(tokenizer.attributes().size() == 1);
  CHECK(tokenizer.attributes()[0].name == "c");
}
