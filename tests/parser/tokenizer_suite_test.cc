// The tokenizer suite of html5lib-tests.

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "crawler/cli/json.h"
#include "parser/token_notation.h"
#include "parser/utf8.h"
#include "tests/support/catch.h"
#include "tests/support/suites.h"

namespace trawl::test {
namespace {

namespace json = crawler::json;

// Stands for a lone surrogate, which UTF-8 cannot hold: the tokenizer lets both pass alike.
constexpr std::uint32_t kSurrogateStandIn = 0x100000;

// "\uHHHH" within a string that JSON has unescaped already.
std::string UnescapeAgain(std::string_view text) {
  std::string out;
  std::uint32_t lead = 0;
  const auto flush = [&] {
    if (lead != 0) parser::AppendUtf8(kSurrogateStandIn + lead, out);
    lead = 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!text.substr(i).starts_with("\\u")) {
      flush();
      out += text[i];
      continue;
    }
    const auto code = static_cast<std::uint32_t>(std::stoul(std::string(text.substr(i + 2, 4)), nullptr, 16));
    i += 5;
    if (lead != 0 && code >= 0xDC00 && code <= 0xDFFF) {
      parser::AppendUtf8(0x10000 + ((lead - 0xD800) << 10) + (code - 0xDC00), out);
      lead = 0;
      continue;
    }
    flush();
    if (code >= 0xD800 && code <= 0xDBFF) {
      lead = code;
    } else {
      parser::AppendUtf8(code >= 0xDC00 && code <= 0xDFFF ? kSurrogateStandIn + code : code, out);
    }
  }
  flush();
  return out;
}

// Applies `change` to every string within `value`.
template <class Change>
json::value Changed(const json::value& value, Change change) {
  if (const auto* const text = value.if_string()) {
    return json::value(json::string(change(std::string_view(text->data(), text->size()))));
  }
  if (const auto* const array = value.if_array()) {
    json::array out;
    for (const json::value& item : *array) out.push_back(Changed(item, change));
    return out;
  }
  if (const auto* const object = value.if_object()) {
    json::object out;
    for (const auto& [key, item] : *object) out[change(key)] = Changed(item, change);
    return out;
  }
  return value;
}

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
}

// "Coercing an HTML DOM into an infoset" (HTML 13.2.9), as far as the suite goes.
std::string CoerceForXml(std::string_view text) {
  std::string out(text);
  ReplaceAll(out, "--", "- -");
  ReplaceAll(out, "\f", " ");
  ReplaceAll(out, "\xEF\xBF\xBF", "\xEF\xBF\xBD");
  return out;
}

// Two tokens of characters next to each other are one, whoever wrote them.
json::array Joined(const json::array& tokens) {
  json::array out;
  for (const json::value& token : tokens) {
    const auto is_text = [](const json::value& v) { return v.at(0) == "Character"; };
    if (!out.empty() && is_text(out.back()) && is_text(token)) {
      out.back().at(1).as_string() += token.at(1).as_string();
    } else {
      out.push_back(token);
    }
  }
  return out;
}

class SuiteFile {
 public:
  explicit SuiteFile(const std::filesystem::path& path) : name_(path.filename().string()) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    auto value = crawler::ParseJson(text.str());
    REQUIRE(value.has_value());
    for_xml_ = value->as_object().contains("xmlViolationTests");
    if (for_xml_)
      tests_ = value->at("xmlViolationTests").as_array();
    else if (value->as_object().contains("tests"))
      tests_ = value->at("tests").as_array();
  }

  // Runs every test in each of its states; gives how many runs there were.
  int Run() const {
    int runs = 0;
    for (const json::value& test : tests_) {
      json::array states{"Data state"};
      if (const auto* const named = test.as_object().if_contains("initialStates")) states = named->as_array();
      for (const json::value& state : states) {
        RunOne(test.as_object(), std::string_view(state.as_string()));
        ++runs;
      }
    }
    return runs;
  }

 private:
  void RunOne(const json::object& test, std::string_view state) const {
    INFO(name_ << ": " << state << ": " << crawler::ToJson(test));
    std::string input(crawler::StringAt(test, "input").value());
    json::value expected = test.at("output");
    if (const auto* const twice = test.if_contains("doubleEscaped"); twice && twice->as_bool()) {
      input = UnescapeAgain(input);
      expected = Changed(expected, UnescapeAgain);
    }
    const auto initial = parser::TokenizerStateNamed(state);
    REQUIRE(initial.has_value());
    const std::string last_start_tag(crawler::StringAt(test, "lastStartTag").value_or(""));
    auto tokens = crawler::ParseJson(parser::NoteTokens(input, *initial, last_start_tag));
    REQUIRE(tokens.has_value());
    if (for_xml_) *tokens = Changed(*tokens, CoerceForXml);
    CHECK(*tokens == json::value(Joined(expected.as_array())));
  }

  std::string name_;
  json::array tests_;
  bool for_xml_ = false;
};

}  // namespace

TEST_CASE("Suite: html5lib tokenizer") {
  const auto folder = Suite("html/tokenizer");
  if (!folder) return;
  int runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() == ".test") runs += SuiteFile(entry.path()).Run();
  }
  CHECK(runs >= 6900);
}

}  // namespace trawl::test
