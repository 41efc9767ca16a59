#include "parser/selector_attribute.h"

#include <algorithm>
#include <iterator>

#include "parser/ascii.h"
#include "parser/html_names.h"

namespace trawl::parser {
namespace {

// Sorted.
constexpr std::string_view kCaseless[] = {
    "accept",     "accept-charset", "align",     "alink",    "axis",     "bgcolor", "charset",
    "checked",    "clear",          "codetype",  "color",    "compact",  "declare", "defer",
    "dir",        "direction",      "disabled",  "enctype",  "face",     "frame",   "hreflang",
    "http-equiv", "lang",           "language",  "link",     "media",    "method",  "multiple",
    "nohref",     "noresize",       "noshade",   "nowrap",   "readonly", "rel",     "rev",
    "rules",      "scope",          "scrolling", "selected", "shape",    "target",  "text",
    "type",       "valign",         "valuetype", "vlink"};
static_assert(std::is_sorted(std::begin(kCaseless), std::end(kCaseless)));

std::string_view NextSubtag(std::string_view& rest) {
  const std::size_t size = std::min(rest.find('-'), rest.size());
  const std::string_view subtag = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  return subtag;
}

}  // namespace

bool EqualText(std::string_view one, std::string_view other, bool ignore_case) {
  if (!ignore_case || one.size() != other.size()) return one == other;
  return std::equal(one.begin(), one.end(), other.begin(),
                    [](char a, char b) { return ToAsciiLower(a) == ToAsciiLower(b); });
}

bool HasWord(std::string_view text, std::string_view word, bool ignore_case) {
  if (text.size() < word.size() || word.empty()) return false;
  for (std::string_view token = NextToken(text); !token.empty(); token = NextToken(text)) {
    if (EqualText(token, word, ignore_case)) return true;
  }
  return false;
}

bool TestAttribute(AttributeTest test, std::string_view value, std::string_view wanted, bool ignore_case) {
  switch (test) {
    case AttributeTest::kPresent:
      return true;
    case AttributeTest::kEquals:
      return EqualText(value, wanted, ignore_case);
    case AttributeTest::kWord:
      return HasWord(value, wanted, ignore_case);
    case AttributeTest::kDash:
      return EqualText(value.substr(0, wanted.size()), wanted, ignore_case) &&
             (value.size() == wanted.size() || value[wanted.size()] == '-');
    default:
      break;
  }
  if (wanted.empty() || value.size() < wanted.size()) return false;
  if (test == AttributeTest::kPrefix) return EqualText(value.substr(0, wanted.size()), wanted, ignore_case);
  if (test == AttributeTest::kSuffix)
    return EqualText(value.substr(value.size() - wanted.size()), wanted, ignore_case);
  if (!ignore_case) return value.find(wanted) != std::string_view::npos;
  return std::search(value.begin(), value.end(), wanted.begin(), wanted.end(),
                     [](char a, char b) { return ToAsciiLower(a) == ToAsciiLower(b); }) != value.end();
}

bool IsCaselessAttribute(std::string_view name) {
  return std::binary_search(std::begin(kCaseless), std::end(kCaseless), name);
}

bool MatchesLanguageRange(std::string_view tag, std::string_view range) {
  if (tag.empty() || range.empty()) return tag.empty() && range.empty();
  const std::string_view first = NextSubtag(range);
  const std::string_view primary = NextSubtag(tag);
  if (first != "*" && !EqualText(first, primary, true)) return false;
  while (!range.empty()) {
    const std::string_view wanted = NextSubtag(range);
    if (wanted == "*") continue;
    while (true) {
      if (tag.empty()) return false;
      const std::string_view subtag = NextSubtag(tag);
      if (EqualText(subtag, wanted, true)) break;
      if (subtag.size() == 1) return false;  // a singleton begins an extension
    }
  }
  return true;
}

}  // namespace trawl::parser
