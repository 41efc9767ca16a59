#include "parser/number_text.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "parser/ascii.h"
#include "parser/html_names.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kMaxDigits = 300;

// Spaces that part thousands, and the apostrophes that do so in Switzerland: no-break, thin, narrow no-break
// space, right single quotation mark.
constexpr std::string_view kGroupMarks[] = {
    " ", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF", "'", "\xE2\x80\x99", "_"};

std::size_t GroupMarkSize(std::string_view text) {
  for (const std::string_view mark : kGroupMarks) {
    if (text.starts_with(mark)) return mark.size();
  }
  return 0;
}

std::size_t DigitsAt(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && IsAsciiDigit(text[count])) ++count;
  return count;
}

// The number's own characters, from its first digit on: digits, '.', ',', and ' ' for any mark that parts
// thousands for certain.
struct Written {
  std::string text;
  std::size_t end = 0;  // behind it
};

Written Take(std::string_view text, std::size_t at) {
  Written written;
  while (at < text.size() && written.text.size() < kMaxDigits) {
    const std::string_view rest = text.substr(at);
    if (IsAsciiDigit(rest[0])) {
      written.text += rest[0];
      ++at;
    } else if ((rest[0] == '.' || rest[0] == ',') && rest.size() > 1 && IsAsciiDigit(rest[1])) {
      written.text += rest[0];
      ++at;
    } else if (const std::size_t mark = GroupMarkSize(rest); mark > 0 && DigitsAt(rest.substr(mark)) == 3) {
      written.text += ' ';
      at += mark;
    } else {
      break;
    }
  }
  written.end = at;
  return written;
}

bool IsCurrencyAt(std::string_view text) {
  constexpr std::string_view kSigns[] = {
      "$",         "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "\xE2\x82\xB9", "\xE2\x82\xBD", "kr",
      "K\xC4\x8D", "z\xC5\x82",    "Ft",       ",-",       ".-",           ",\xE2\x80\x93"};
  if (std::any_of(std::begin(kSigns), std::end(kSigns),
                  [text](std::string_view sign) { return text.starts_with(sign); }))
    return true;
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_letter = [](char c) { return ToAsciiLower(c) >= 'a' && ToAsciiLower(c) <= 'z'; };
  return text.size() >= 3 && std::all_of(text.begin(), text.begin() + 3, is_capital) &&
         (text.size() == 3 || !is_letter(text[3]));
}

std::string_view TrimMarks(std::string_view text) {
  for (std::size_t size = 1; size > 0;) {
    size = 0;
    for (const std::string_view mark : kGroupMarks) {
      if (text.starts_with(mark)) size = mark.size();
    }
    text.remove_prefix(size);
  }
  return text;
}

// Whether a currency stands beside the number that `before` and `behind` surround.
bool IsPrice(std::string_view before, std::string_view behind) {
  if (IsCurrencyAt(behind) || IsCurrencyAt(TrimMarks(behind))) return true;
  for (std::size_t back = 1; back <= 6 && back <= before.size(); ++back) {
    const std::string_view tail = before.substr(before.size() - back);
    if (IsCurrencyAt(tail)) return true;
  }
  return false;
}

// Where the decimal sign stands in what was taken; npos for none.
std::size_t DecimalSign(const std::string& text, bool price) {
  const std::size_t point = text.rfind('.'), comma = text.rfind(',');
  if (point != text.npos && comma != text.npos) {
    const std::size_t last = std::max(point, comma);
    // "1,234.567.890" is nothing that has decimals.
    return text.find(text[last]) == last ? last : text.npos;
  }
  const std::size_t last = point != text.npos ? point : comma;
  if (last == text.npos || text.find(text[last]) != last) return text.npos;
  if (last < text.rfind(' ') && text.rfind(' ') != text.npos) return text.npos;
  const bool three = text.size() - last == 4 && last >= 1 && last <= 3 && text[0] != '0';
  if (three && (text[last] == ',' || price) && text.find(' ') == text.npos) return text.npos;
  return last;
}

bool IsNegative(std::string_view before) {
  const std::string_view minus = "\xE2\x88\x92";
  const auto signs = [minus](std::string_view text) {
    if (text.ends_with(minus)) return minus.size();
    return std::size_t{text.ends_with('-') ? 1u : 0u};
  };
  while (before.ends_with(' ')) before.remove_suffix(1);
  std::size_t size = signs(before);
  if (size == 0) return false;
  // A sign, not a hyphen within a word or range.
  before.remove_suffix(size);
  return before.empty() || before.ends_with(' ') || before.ends_with('(') || before.ends_with(':');
}

}  // namespace

std::optional<double> ReadNumber(std::string_view text) {
  text = TrimHtmlSpace(text);
  double number = 0;
  const char* const end = text.data() + text.size();
  // As programs write it; a comma would stop it.
  const bool grouped = text.find(',') != text.npos || text.find('.') != text.npos;
  if (!grouped || text.find_first_of("eE") != text.npos) {
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number - number == 0) return number;
  }
  std::size_t first = 0;
  while (first < text.size() && !IsAsciiDigit(text[first])) ++first;
  if (first == text.size()) return std::nullopt;
  const bool leading_point = first > 0 && (text[first - 1] == '.' || text[first - 1] == ',') &&
                             (first == 1 || text[first - 2] == ' ' || text[first - 2] == '-');
  const std::string_view before = text.substr(0, first - (leading_point ? 1 : 0));
  Written written = Take(text, first);
  if (leading_point) written.text.insert(0, "0.");
  const std::size_t sign = DecimalSign(written.text, IsPrice(before, text.substr(written.end)));
  std::string plain;
  for (std::size_t i = 0; i < written.text.size(); ++i) {
    if (IsAsciiDigit(written.text[i])) plain += written.text[i];
    if (i == sign) plain += '.';
  }
  const auto read = std::from_chars(plain.data(), plain.data() + plain.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  const std::string_view sign_place = before.substr(0, before.size());
  bool negative = IsNegative(sign_place);
  // "-$5": the sign stands before the currency.
  if (!negative) {
    std::string_view currency = before;
    for (const std::string_view mark : {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"}) {
      if (currency.ends_with(mark)) {
        currency.remove_suffix(mark.size());
        negative = IsNegative(currency);
        break;
      }
    }
  }
  return negative ? -number : number;
}

}  // namespace trawl::parser
