#include "crawler/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace trawl::crawler {
namespace {

/// The fields of an HTTP-date (RFC 9110 5.6.7). They are fixed, so no locale has a say.
struct Date {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> kLongDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                       "Friday", "Saturday", "Sunday"};

/// Takes the name off the front and gives its place; nothing when there is none of them.
template <std::size_t size>
std::optional<unsigned> TakeName(std::string_view& text, const std::array<std::string_view, size>& names) {
  for (unsigned place = 0; place < size; ++place) {
    if (!text.starts_with(names[place])) continue;
    text.remove_prefix(names[place].size());
    return place;
  }
  return std::nullopt;
}

/// Whether text has the form: there 'd' stands for a digit, "Mmm" for a month, '_' for a digit or a blank,
/// any other character for itself. Fills the numbers in the order of `into`.
bool Matches(std::string_view text, std::string_view form, Date& date,
             std::initializer_list<unsigned Date::*> into) {
  auto field = into.begin();
  while (!form.empty() && !text.empty()) {
    if (form.starts_with("Mmm")) {
      const std::optional<unsigned> month = TakeName(text, kMonths);
      if (!month) return false;
      date.month = *month + 1;
      form.remove_prefix(3);
    } else if (form.front() == 'd' || form.front() == '_') {
      const std::size_t size = std::min(form.find_first_not_of("d_"), form.size());
      if (text.size() < size) return false;
      const std::size_t blank = form.front() == '_' && text.front() == ' ' ? 1 : 0;
      const char* const end = text.data() + size;
      const auto [stop, error] = std::from_chars(text.data() + blank, end, date.*(*field++));
      if (error != std::errc() || stop != end) return false;
      form.remove_prefix(size);
      text.remove_prefix(size);
    } else {
      if (form.front() != text.front()) return false;
      form.remove_prefix(1);
      text.remove_prefix(1);
    }
  }
  return form.empty() && text.empty();
}

/// Of the two digits of RFC 850: what seems more than fifty years ahead was in the past.
unsigned FullYear(unsigned two_digits, Instant now) {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const auto this_year = static_cast<unsigned>(static_cast<int>(today.year()));
  const unsigned year = this_year - this_year % 100 + two_digits;
  if (year > this_year + 50) return year - 100;
  return year + 50 <= this_year ? year + 100 : year;
}

std::optional<Instant> ReadDate(std::string_view text, Instant now) {
  using D = Date;
  Date date;
  std::string_view rest = text;
  bool good = false;
  if (TakeName(rest, kLongDays)) {  // "Sunday, 06-Nov-94 08:49:37 GMT"
    good = Matches(rest, ", dd-Mmm-dd dd:dd:dd GMT", date,
                   {&D::day, &D::year, &D::hour, &D::minute, &D::second});
    if (good) date.year = FullYear(date.year, now);
  } else if (TakeName(rest, kDays)) {
    // "Sun, 06 Nov 1994 08:49:37 GMT", or as asctime() has it: "Sun Nov  6 08:49:37 1994"
    good = rest.starts_with(',') ? Matches(rest, ", dd Mmm dddd dd:dd:dd GMT", date,
                                           {&D::day, &D::year, &D::hour, &D::minute, &D::second})
                                 : Matches(rest, " Mmm _d dd:dd:dd dddd", date,
                                           {&D::day, &D::hour, &D::minute, &D::second, &D::year});
  }
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(date.year)),
                                        std::chrono::month(date.month), std::chrono::day(date.day)};
  // 60 is a leap second.
  if (!good || !day.ok() || date.hour > 23 || date.minute > 59 || date.second > 60) return std::nullopt;
  return Instant(std::chrono::sys_days(day) + std::chrono::hours(date.hour) +
                 std::chrono::minutes(date.minute) + std::chrono::seconds(date.second));
}

}  // namespace

std::optional<Duration> ParseRetryAfter(std::string_view value, Instant now) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = value.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return std::nullopt;
  value = value.substr(first, value.find_last_not_of(kBlank) - first + 1);

  constexpr std::chrono::seconds kYear = std::chrono::hours(24 * 365);
  if (std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error != std::errc()) return kYear;  // more digits than a number holds
    return std::min(std::chrono::seconds(seconds), kYear);
  }
  const std::optional<Instant> at = ReadDate(value, now);
  if (!at) return std::nullopt;
  return std::max(*at - now, Duration(0));
}

}  // namespace trawl::crawler
