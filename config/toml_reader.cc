#include "config/toml_reader.h"

#include <algorithm>
#include <charconv>
#include <tuple>

// Errors as values; all of it in this translation unit, so that no shared library of another version is met.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace trawl::config {
namespace {

/// Counts lines and columns the way editors do, from 1.
std::pair<int, int> PlaceOf(std::string_view text, std::size_t offset) {
  std::string_view before = text.substr(0, offset);
  auto line = std::count(before.begin(), before.end(), '\n');
  std::size_t start = before.rfind('\n');
  std::size_t column = start == std::string_view::npos ? offset : offset - start - 1;
  return {static_cast<int>(line) + 1, static_cast<int>(column) + 1};
}

/// Past the string or comment that starts at `at`; past the one byte when none does. Unterminated: the end.
std::size_t SkipToken(std::string_view text, std::size_t at) {
  char c = text[at];
  if (c == '#') return std::min(text.find('\n', at), text.size());
  if (c != '"' && c != '\'') return at + 1;
  std::string_view quote = text.substr(at, 3) == std::string(3, c) ? text.substr(at, 3) : text.substr(at, 1);
  for (at += quote.size(); at < text.size(); ++at) {
    if (c == '"' && text[at] == '\\') {
      ++at;
    } else if (text.substr(at, quote.size()) == quote) {
      return at + quote.size();
    } else if (text[at] == '\n' && quote.size() == 1) {
      return at;
    }
  }
  return text.size();
}

/// The place where the document nests deeper than kMaxTomlDepth, or npos. The library holds nested tables in
/// each other and frees them by recursion, so the depth must be known before it is asked: a dot opens a table
/// as a brace does.
std::size_t TooDeepAt(std::string_view text) {
  std::vector<std::size_t> open;  // tables opened by dots, for each brace or bracket open now
  std::size_t dots = 0, depth = 0, header = 0;
  for (std::size_t at = 0; at < text.size(); at = SkipToken(text, at)) {
    char c = text[at];
    if (c == '.') {
      ++dots;
    } else if (c == '{' || c == '[') {
      open.push_back(dots);
      depth += dots + 1;
      dots = 0;
    } else if ((c == '}' || c == ']') && !open.empty()) {
      // What a [header] opened holds for the keys below it.
      if (c == ']' && open.size() <= 2 && dots > 0) header = dots;
      depth -= open.back() + 1;
      open.pop_back();
      dots = 0;
    } else if (c == ',' || (c == '\n' && open.empty())) {
      dots = 0;
    }
    if (depth + dots + header > kMaxTomlDepth) return at;
  }
  return std::string_view::npos;
}

int Line(const toml::source_region& source) {
  return static_cast<int>(source.begin.line);
}
int Column(const toml::source_region& source) {
  return static_cast<int>(source.begin.column);
}

TomlNode Convert(const toml::node& from) {
  TomlNode node;
  node.line = Line(from.source());
  node.column = Column(from.source());
  if (const auto* table = from.as_table()) {
    for (const auto& [key, value] : *table)
      node.entries.push_back(
          {std::string(key.str()), Line(key.source()), Column(key.source()), Convert(value)});
    std::stable_sort(node.entries.begin(), node.entries.end(), [](const auto& a, const auto& b) {
      return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
  } else if (const auto* array = from.as_array()) {
    node.kind = TomlNode::Kind::kArray;
    for (const auto& item : *array) node.items.push_back(Convert(item));
  } else if (const auto* text = from.as_string()) {
    node.kind = TomlNode::Kind::kString;
    node.text = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.kind = TomlNode::Kind::kInteger;
    node.integer = integer->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.kind = TomlNode::Kind::kBool;
    node.boolean = boolean->get();
  } else if (const auto* number = from.as_floating_point()) {
    node.kind = TomlNode::Kind::kFloat;
    char digits[32];
    node.text.assign(digits, std::to_chars(digits, digits + sizeof digits, number->get()).ptr);
  } else {
    node.kind = TomlNode::Kind::kDate;
  }
  return node;
}

TomlResult Refuse(std::string_view text, std::size_t offset, std::string error) {
  TomlResult result;
  result.error = std::move(error);
  std::tie(result.line, result.column) = PlaceOf(text, offset);
  return result;
}

}  // namespace

std::string_view KindName(TomlNode::Kind kind) {
  switch (kind) {
    case TomlNode::Kind::kBool:
      return "a boolean";
    case TomlNode::Kind::kInteger:
      return "a whole number";
    case TomlNode::Kind::kFloat:
      return "a number with a fraction";
    case TomlNode::Kind::kString:
      return "a string";
    case TomlNode::Kind::kArray:
      return "an array";
    case TomlNode::Kind::kTable:
      return "a table";
    case TomlNode::Kind::kDate:
      return "a date or time";
  }
  return "a value";
}

TomlResult ReadToml(std::string_view text) {
  if (text.size() > kMaxTomlBytes)
    return Refuse(text.substr(0, 0), 0, "larger than 1 MiB, which no configuration needs to be");
  if (std::size_t at = text.find('\0'); at != std::string_view::npos)
    return Refuse(text, at, "holds a NUL byte; allowed: UTF-8 text");
  if (std::size_t at = TooDeepAt(text); at != std::string_view::npos)
    return Refuse(text, at, "nests deeper than " + std::to_string(kMaxTomlDepth) + " tables and arrays");
  toml::parse_result parsed = toml::parse(text);
  TomlResult result;
  if (parsed) {
    result.root = Convert(parsed.table());
  } else {
    result.error = "not TOML: " + std::string(parsed.error().description());
    result.line = Line(parsed.error().source());
    result.column = Column(parsed.error().source());
  }
  return result;
}

}  // namespace trawl::config
