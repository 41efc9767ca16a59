// What the tokenizer suite of html5lib-tests does not ask: that many bytes read at a time are read as one by
// one, and what is told of a token beside its text.

#include "parser/tokenizer.h"

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
