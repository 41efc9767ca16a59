#include "parser/html_names.h"

#include <algorithm>

#include "parser/ascii.h"

namespace trawl::parser {

Attribute Attributes::Named(std::string_view name) {
  switch (name.size()) {
    case 3:
      if (name == "src") return Attribute::kSrc;
      if (name == "alt") return Attribute::kAlt;
      if (name == "rel") return Attribute::kRel;
      break;
    case 4:
      if (name == "href") return Attribute::kHref;
      if (name == "name") return Attribute::kName;
      if (name == "type") return Attribute::kType;
      if (name == "lang") return Attribute::kLang;
      if (name == "data") return Attribute::kData;
      if (name == "open") return Attribute::kOpen;
      break;
    case 5:
      if (name == "title") return Attribute::kTitle;
      if (name == "style") return Attribute::kStyle;
      break;
    case 6:
      if (name == "hidden") return Attribute::kHidden;
      if (name == "action") return Attribute::kAction;
      if (name == "srcset") return Attribute::kSrcset;
      if (name == "poster") return Attribute::kPoster;
      break;
    case 7:
      if (name == "content") return Attribute::kContent;
      break;
    case 8:
      if (name == "hreflang") return Attribute::kHreflang;
      if (name == "property") return Attribute::kProperty;
      break;
    case 10:
      if (name == "http-equiv") return Attribute::kHttpEquiv;
      break;
    case 11:
      if (name == "imagesrcset") return Attribute::kImageSrcset;
      break;
    default:
      break;
  }
  return Attribute::kCount;
}

bool StartsWithIgnoreCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char want, char have) { return ToAsciiLower(have) == want; });
}

std::string_view TrimHtmlSpace(std::string_view text) {
  while (!text.empty() && IsHtmlSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsHtmlSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view NextToken(std::string_view& rest) {
  while (!rest.empty() && IsHtmlSpace(rest.front())) rest.remove_prefix(1);
  std::size_t size = 0;
  while (size < rest.size() && !IsHtmlSpace(rest[size])) ++size;
  const std::string_view token = rest.substr(0, size);
  rest.remove_prefix(size);
  return token;
}

bool HasToken(std::string_view text, std::string_view lower) {
  for (std::string_view token = NextToken(text); !token.empty(); token = NextToken(text)) {
    if (EqualsIgnoringCase(token, lower)) return true;
  }
  return false;
}

}  // namespace trawl::parser
