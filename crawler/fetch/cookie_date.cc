#include <array>
#include <chrono>

#include "crawler/fetch/cookie.h"
#include "crawler/fetch/fields.h"
#include "parser/ascii.h"

namespace trawl::crawler {
namespace {

/// delimiter of section 5.1.1
bool IsDelimiter(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u == 0x09 || (u >= 0x20 && u <= 0x2f) || (u >= 0x3b && u <= 0x40) || (u >= 0x5b && u <= 0x60) ||
         (u >= 0x7b && u <= 0x7e);
}

/// Takes `least` to `most` digits off the front, which no further digit may follow.
std::optional<int> TakeNumber(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t size = 0;
  int number = 0;
  while (size < text.size() && parser::IsAsciiDigit(text[size])) {
    if (size == most) return std::nullopt;
    number = number * 10 + (text[size++] - '0');
  }
  if (size < least) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

/// hms-time [ non-digit *OCTET ]
bool ReadTime(std::string_view token, std::array<int, 3>& time) {
  std::array<int, 3> read{};
  for (std::size_t i = 0; i < read.size(); ++i) {
    const std::optional<int> number = TakeNumber(token, 1, 2);
    if (!number) return false;
    read[i] = *number;
    if (i == 2) break;
    if (token.empty() || token.front() != ':') return false;
    token.remove_prefix(1);
  }
  time = read;
  return true;
}

std::optional<unsigned> ReadMonth(std::string_view token) {
  constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};
  for (unsigned month = 0; month < 12; ++month) {
    if (SameToken(token.substr(0, 3), kMonths[month])) return month + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Instant> ParseCookieDate(std::string_view text) {
  std::optional<std::array<int, 3>> time;
  std::optional<int> day, year;
  std::optional<unsigned> month;
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && !IsDelimiter(text[size])) ++size;
    std::string_view token = text.substr(0, size);
    text.remove_prefix(size == text.size() ? size : size + 1);
    if (token.empty()) continue;
    std::array<int, 3> read{};
    std::string_view rest = token;
    if (!time && ReadTime(token, read)) {
      time = read;
    } else if (std::optional<int> number; !day && (number = TakeNumber(rest, 1, 2))) {
      day = number;
    } else if (std::optional<unsigned> named; !month && (named = ReadMonth(token))) {
      month = named;
    } else if (rest = token; !year && (number = TakeNumber(rest, 2, 4))) {
      year = number;
    }
  }
  if (!time || !day || !month || !year) return std::nullopt;
  if (*year >= 70 && *year <= 99) *year += 1900;
  if (*year >= 0 && *year <= 69) *year += 2000;
  const auto [hour, minute, second] = *time;
  if (*day < 1 || *day > 31 || *year < 1601 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const auto midnight = std::chrono::sys_days(date).time_since_epoch();
  const auto since_1970 = std::chrono::duration_cast<Duration>(midnight) + std::chrono::hours(hour) +
                          std::chrono::minutes(minute) + std::chrono::seconds(second);
  return Instant(since_1970);
}

}  // namespace trawl::crawler
