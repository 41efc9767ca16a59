#include "parser/item_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "parser/ascii.h"
#include "parser/date_text.h"
#include "parser/html_names.h"
#include "parser/json_reader.h"
#include "parser/json_text.h"
#include "parser/number_text.h"

namespace trawl::parser {
namespace {

std::string Quote(std::string_view text) {
  std::string json;
  AppendJsonString(text, json);
  return json;
}

std::string Digits(std::int64_t number) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

std::string MakeNumber(std::string_view text) {
  const auto number = ReadNumber(text);
  std::string json;
  if (number) AppendJsonNumber(*number, json);
  return json;
}

std::string MakeInteger(std::string_view text) {
  // Long numbers as they are: a double has 53 bits.
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, whole);
  if (read.ec == std::errc() && read.ptr == end) return Digits(whole);
  const auto number = ReadNumber(text);
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!number || *number != std::trunc(*number) || std::fabs(*number) > kExact) return {};
  return Digits(static_cast<std::int64_t>(*number));
}

std::string MakeBoolean(std::string_view text) {
  for (const std::string_view word : {"true", "yes", "on", "1", "y", "t"}) {
    if (EqualsIgnoringCase(text, word)) return "true";
  }
  for (const std::string_view word : {"false", "no", "off", "0", "n", "f"}) {
    if (EqualsIgnoringCase(text, word)) return "false";
  }
  return {};
}

std::string MakeUrl(std::string_view text, const Url* base) {
  const auto url = Url::Parse(text, base);
  return url ? Quote(url->Href()) : std::string();
}

std::string MakeJson(std::string_view text) {
  auto json = MendJson(text);
  // It must still be JSON as a member of a list in an item.
  if (!json || json->empty() || *json == "null" || !IsJson("[[" + *json + "]]")) return {};
  return std::move(*json);
}

}  // namespace

std::string MakeItemValue(config::FieldType type, std::string_view text, const Url* base) {
  text = TrimHtmlSpace(text);
  if (text.empty()) return {};
  switch (type) {
    case config::FieldType::kText:
    case config::FieldType::kHtml:
      return Quote(text);
    case config::FieldType::kNumber:
      return MakeNumber(text);
    case config::FieldType::kInteger:
      return MakeInteger(text);
    case config::FieldType::kBoolean:
      return MakeBoolean(text);
    case config::FieldType::kDate: {
      const auto date = ReadPageDate(text);
      return date ? Quote(FormatPageDate(*date)) : std::string();
    }
    case config::FieldType::kUrl:
      return MakeUrl(text, base);
    case config::FieldType::kJson:
      return MakeJson(text);
  }
  return {};
}

}  // namespace trawl::parser
