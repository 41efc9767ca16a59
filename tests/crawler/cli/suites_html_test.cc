// The conformance suites of markup and character encodings, through the rows of `trawl debug`.

#include <fstream>
#include <map>
#include <sstream>

#include "crawler/cli/debug.h"
#include "parser/charset_labels.h"
#include "parser/document_kinds.h"
#include "parser/html_names.h"
#include "parser/url.h"
#include "tests/crawler/cli/suite_json.h"
#include "tests/support/catch.h"
#include "tests/support/suites.h"

namespace trawl::test {
namespace {

namespace json = crawler::json;
using Exceptions = std::map<std::string, std::string>;  // case -> why it differs

// What a worker would answer, over the wire and back.
Result<parser::ParsedPage> Parse(const parser::PageJob& job) {
  parser::Arena arena(64 << 20);
  std::string frame;
  EncodeAnswer(ParseDocument(job, arena), frame);
  return parser::DecodeAnswer(std::vector<char>(frame.begin() + parser::kFrameHeader, frame.end()));
}

json::object AskParser(std::string_view kind, const json::object& in) {
  crawler::DebugContext context;
  context.parse = Parse;
  return AskDebug(kind, in, context);
}

// Two spellings of one URL are one.
std::string Href(std::string_view url) {
  const auto parsed = parser::Url::Parse(url);
  return parsed ? std::string(parsed->Href()) : std::string(url);
}

// w3lib has Python's names of encodings.
std::string EncodingName(std::string name) {
  static const std::map<std::string, std::string> kNames = {
      {"cp1251", "windows-1251"}, {"cp1252", "windows-1252"}, {"big5hkscs", "Big5"},
      {"utf8", "UTF-8"},          {"utf-16-be", "UTF-16BE"},  {"utf-16-le", "UTF-16LE"},
      {"gb18030", "gb18030"},     {"ascii", "windows-1252"},  {"iso8859-4", "ISO-8859-4"}};
  if (const auto found = kNames.find(name); found != kNames.end()) return found->second;
  const auto charset = parser::CharsetOfLabel(name);
  return charset ? std::string(Name(*charset)) : name;
}

// The page of a case of w3lib's, as a line of `trawl debug links`.
json::object LinksCase(const json::object& test) {
  json::object in;
  if (test.contains("text")) in["body"] = test.at("text");
  if (test.contains("text_b64")) in["body_b64"] = test.at("text_b64");
  in["url"] = test.contains("baseurl") ? test.at("baseurl") : json::value("http://localhost/");
  // Their functions take characters, or bytes with an encoding.
  in["content_type"] = "text/html; charset=utf-8";
  if (test.contains("encoding") && test.contains("text_b64")) {
    in["content_type"] = "text/html; charset=" + TextAt(test, "encoding");
  }
  return in;
}

void CheckAgreement(const std::string& id, bool agrees, const Exceptions& exceptions,
                    const json::object& answer) {
  const auto exception = exceptions.find(id);
  INFO(id << ": " << crawler::ToJson(answer)
          << (exception == exceptions.end() ? "" : ", though " + exception->second));
  CHECK(agrees == (exception == exceptions.end()));
}

}  // namespace

TEST_CASE("Suite: base URLs of w3lib") {
  const auto path = Suite("html/w3lib_get_base_url.jsonl");
  if (!path) return;
  const Exceptions exceptions = {};
  for (const json::object& test : ReadJsonLines(*path)) {
    const json::object answer = AskParser("links", LinksCase(test));
    const std::string expected = TextAt(test, "expected");
    const bool agrees = expected.empty() ? Href(TextAt(answer, "base")) == "http://localhost/"
                                         : Href(TextAt(answer, "base")) == Href(expected);
    CheckAgreement(TextAt(test, "id"), agrees, exceptions, answer);
  }
}

TEST_CASE("Suite: meta refreshes of w3lib") {
  const auto path = Suite("html/w3lib_get_meta_refresh.jsonl");
  if (!path) return;
  const Exceptions exceptions = {
      {"w3lib-get_meta_refresh-003", "a tag that never ends is no tag (HTML 13.2.5.32, eof-in-tag)"},
      {"w3lib-get_meta_refresh-021", "the case asks to look inside noscript, which we never do"},
      {"w3lib-get_meta_refresh-023", "the case asks to look inside scripts, which we never do"}};
  for (const json::object& test : ReadJsonLines(*path)) {
    const json::object answer = AskParser("links", LinksCase(test));
    const json::array& expected = test.at("expected").get_array();
    const json::value& refresh = answer.at("meta_refresh");
    bool agrees = false;
    if (expected[1].is_null()) {
      agrees = refresh.is_null();
    } else if (refresh.is_array()) {
      const json::array& found = refresh.get_array();
      agrees =
          found[0].to_number<double>() == expected[0].to_number<double>() &&
          Href(std::string_view(found[1].get_string())) == Href(std::string_view(expected[1].get_string()));
    }
    CheckAgreement(TextAt(test, "id"), agrees, exceptions, answer);
  }
}

TEST_CASE("Suite: charset prescan of html5lib") {
  const auto path = Suite("charset/html5lib_prescan.jsonl");
  if (!path) return;
  const Exceptions exceptions = {{"h5enc-001", "the declaration is written by a script"}};
  for (const json::object& test : ReadJsonLines(*path)) {
    const json::object answer = AskParser("charset", {{"body_b64", test.at("data_b64")}});
    const bool agrees = TextAt(answer, "encoding") == EncodingName(TextAt(test, "expected"));
    CheckAgreement(TextAt(test, "id"), agrees, exceptions, answer);
  }
}

TEST_CASE("Suite: HTML to Unicode of w3lib") {
  const auto path = Suite("charset/w3lib_html_to_unicode.jsonl");
  if (!path) return;
  const Exceptions exceptions = {
      {"w3lib-html_to_unicode-022", "the Encoding Standard has no UTF-32"},
      {"w3lib-html_to_unicode-023", "the Encoding Standard has no UTF-32"},
      {"w3lib-html_to_unicode-024", "the Encoding Standard has no UTF-32"},
      {"w3lib-html_to_unicode-025", "the Encoding Standard has no UTF-32"},
      {"w3lib-html_to_unicode-026", "the label utf-16 means UTF-16LE (Encoding Standard 4.2)"},
      {"w3lib-html_to_unicode-027", "the Encoding Standard has no UTF-32"}};
  for (const json::object& test : ReadJsonLines(*path)) {
    json::object in{{"body_b64", test.at("html_body_b64")}};
    std::string header = TextAt(test, "content_type_header");
    if (header.starts_with("Content-Type: ")) in["content_type"] = header.substr(14);
    const json::object answer = AskParser("charset", in);
    const json::array& expected = test.at("expected").get_array();
    const bool agrees = answer.contains("text") && answer.at("text") == expected[1];
    CheckAgreement(TextAt(test, "id"), agrees, exceptions, answer);
  }
}

TEST_CASE("Suite: charset parameters of w3lib") {
  const auto path = Suite("charset/w3lib_http_content_type_encoding.jsonl");
  if (!path) return;
  const Exceptions exceptions = {
      {"w3lib-http_content_type_encoding-010", "a quoted string may end with the header (MIME Sniffing 4.4)"},
      {"w3lib-http_content_type_encoding-016", "what follows a quoted string is skipped (MIME Sniffing 4.4)"},
      {"w3lib-http_content_type_encoding-017",
       "what follows a quoted string is skipped (MIME Sniffing 4.4)"}};
  for (const json::object& test : ReadJsonLines(*path)) {
    std::string header = TextAt(test, "content_type");
    if (header.starts_with("Content-Type: ")) header.erase(0, 14);
    const json::object answer = AskParser("charset", {{"body", "x"}, {"content_type", header}});
    const bool agrees = test.at("expected").is_null()
                            ? TextAt(answer, "source") == "default"
                            : TextAt(answer, "encoding") == EncodingName(TextAt(test, "expected"));
    CheckAgreement(TextAt(test, "id"), agrees, exceptions, answer);
  }
}

std::vector<std::string> Strings(const json::object& answer, std::string_view key) {
  std::vector<std::string> strings;
  if (!answer.contains(key)) return {"(none)"};
  for (const json::value& value : answer.at(key).get_array())
    strings.emplace_back(value.is_null() ? "(null)" : std::string_view(value.get_string()));
  return strings;
}

TEST_CASE("Suite: selectors of the Web Platform Tests") {
  const auto path = Suite("css/select_ids.jsonl");
  if (!path) return;
  const Exceptions exceptions = {
      {"wpt-0009", "the case has a script set an attribute in a namespace of its own"},
      {"wpt-0104", "a link element is no :link any more (HTML 4.16.3)"}};
  std::map<std::string, json::value> documents;
  for (const json::object& document : ReadJsonLines(*Suite("css/docs.jsonl")))
    documents[TextAt(document, "doc")] = document.at("html");
  for (const json::object& test : ReadJsonLines(*path)) {
    const json::object answer =
        AskParser("select", {{"html", documents.at(TextAt(test, "doc"))}, {"selector", test.at("selector")}});
    CheckAgreement(TextAt(test, "id"), Strings(answer, "ids") == Strings(test, "expected_ids"), exceptions,
                   answer);
  }
}

TEST_CASE("Suite: counts of selectors on a play of Shakespeare's") {
  const auto path = Suite("css/shakespeare_counts.jsonl");
  if (!path) return;
  std::ifstream file(*Suite("css/shakespeare.html"), std::ios::binary);
  std::ostringstream html;
  html << file.rdbuf();
  for (const json::object& test : ReadJsonLines(*path)) {
    const json::object answer =
        AskParser("select", {{"html", html.str()}, {"selector", test.at("selector")}});
    const bool agrees = Strings(answer, "ids").size() == test.at("count").to_number<std::size_t>();
    CheckAgreement(TextAt(test, "selector"), agrees, {}, answer);
  }
}

TEST_CASE("Suite: texts and attributes of parsel") {
  const auto path = Suite("css/parsel_text_attr.jsonl");
  if (!path) return;
  for (const json::object& test : ReadJsonLines(*path)) {
    const json::object answer =
        AskParser("select", {{"html", test.at("html")}, {"selector", test.at("selector")}});
    std::vector<std::string> values;
    for (const std::string& value : Strings(answer, "values")) {
      const std::string_view trimmed = parser::TrimHtmlSpace(value);
      if (!trimmed.empty()) values.emplace_back(trimmed);
    }
    CheckAgreement(TextAt(test, "id"), values == Strings(test, "expected_nonblank_trimmed"), {}, answer);
  }
}

namespace {

// One of one is itself; white space is one space; what is relative is so to the root of the test's host.
json::value Plain(const json::value& value) {
  if (const json::array* const array = value.if_array()) {
    if (array->size() == 1) return Plain((*array)[0]);
    json::array plain;
    for (const json::value& member : *array) plain.push_back(Plain(member));
    return plain;
  }
  if (const json::object* const object = value.if_object()) {
    json::object plain;
    for (const auto& member : *object) {
      if (member.key() != "textContent") plain[member.key()] = Plain(member.value());
    }
    return plain;
  }
  if (!value.is_string()) return value;
  std::istringstream words{std::string(value.get_string())};
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  constexpr std::string_view kHost = "http://localhost/";
  if (text.starts_with(kHost)) text.erase(0, kHost.size());
  if (text.starts_with('/')) text.erase(0, 1);
  return json::string(text);
}

}  // namespace

TEST_CASE("Suite: structured data of extruct") {
  const auto path = Suite("structured/expected.jsonl");
  if (!path) return;
  const Exceptions exceptions = {
      {"extruct-033", "the case asks for a flat list, ours are items within items"}};
  for (const json::object& test : ReadJsonLines(*path)) {
    std::ifstream file(path->parent_path() / TextAt(test, "page"), std::ios::binary);
    std::stringstream body;
    body << file.rdbuf();
    json::object in{{"body", body.str()}, {"url", "http://localhost/"}};
    if (!test.at("base_url").is_null()) in["url"] = test.at("base_url");
    const json::object answer = AskParser("structured", in);
    const bool agrees = answer.contains(TextAt(test, "kind")) &&
                        Plain(answer.at(TextAt(test, "kind"))) == Plain(test.at("expected"));
    CheckAgreement(TextAt(test, "id"), agrees, exceptions, answer);
  }
}

}  // namespace trawl::test
