#include "parser/date_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "parser/ascii.h"

namespace trawl::parser {
namespace {

/// Takes what it is asked for off the front; `ok` is false once something was not there.
struct Scanner {
  std::string_view text;
  bool ok = true;

  int Digits(std::size_t least, std::size_t most) {
    int value = 0;
    std::size_t count = 0;
    while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9')
      value = value * 10 + (text[count++] - '0');
    ok = ok && count >= least;
    text.remove_prefix(count);
    return value;
  }
  bool Skip(char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  }
  void Need(char c) { ok = Skip(c) && ok; }
  void Blanks() {
    while (Skip(' ') || Skip('\t')) {
    }
  }
  std::string_view Letters() {
    std::size_t count = 0;
    while (count < text.size() && ((text[count] | 32) >= 'a' && (text[count] | 32) <= 'z')) ++count;
    const std::string_view word = text.substr(0, count);
    text.remove_prefix(count);
    return word;
  }
  /// "+01:00" or "+0100", in minutes.
  int Offset() {
    const int sign = Skip('-') ? -1 : 1;
    if (sign == 1) Need('+');
    const int hours = Digits(2, 2);
    Skip(':');
    return sign * (hours * 60 + Digits(2, 2));
  }
};

std::string_view TrimBlanks(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

struct Fields {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, offset = 0;
};

std::optional<Instant> Moment(const Fields& f) {
  using namespace std::chrono;
  const year_month_day date{year(f.year), month(static_cast<unsigned>(f.month)),
                            day(static_cast<unsigned>(f.day))};
  if (!date.ok() || f.hour > 24 || f.minute > 59 || f.second > 60 || f.offset < -24 * 60 ||
      f.offset > 24 * 60)
    return std::nullopt;
  return Instant(sys_days(date) + hours(f.hour) + minutes(f.minute) + seconds(f.second) - minutes(f.offset));
}

int MonthNamed(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (EqualsIgnoringCase(word.substr(0, 3), kMonths[i])) return static_cast<int>(i) + 1;
  }
  return 0;
}

// "10:30", "10:30:15.25" and the blanks behind it. `digits`: how many the hour has at least.
void ReadClock(Scanner& scan, Fields& f, std::size_t digits) {
  f.hour = scan.Digits(digits, 2);
  scan.Need(':');
  f.minute = scan.Digits(2, 2);
  if (scan.Skip(':')) {
    f.second = scan.Digits(2, 2);
    if (scan.Skip('.')) scan.Digits(1, 9);
  }
  scan.Blanks();
}

}  // namespace

std::optional<Instant> ReadW3cDate(std::string_view text) {
  Scanner scan{TrimBlanks(text)};
  Fields f;
  f.year = scan.Digits(4, 4);
  if (scan.Skip('-')) f.month = scan.Digits(2, 2);
  if (scan.Skip('-')) f.day = scan.Digits(2, 2);
  if (scan.ok && (scan.Skip('T') || scan.Skip('t') || scan.Skip(' '))) {
    ReadClock(scan, f, 2);
    if (!scan.Skip('Z') && !scan.Skip('z')) f.offset = scan.Offset();
  }
  if (!scan.ok || !scan.text.empty()) return std::nullopt;
  return Moment(f);
}

std::optional<Instant> ReadRfc822Date(std::string_view text) {
  Scanner scan{TrimBlanks(text)};
  Fields f;
  if (!scan.Letters().empty()) {
    scan.Skip(',');
    scan.Blanks();
  }
  f.day = scan.Digits(1, 2);
  scan.Blanks();
  f.month = MonthNamed(scan.Letters());
  scan.Blanks();
  const std::size_t before = scan.text.size();
  f.year = scan.Digits(2, 4);
  if (before - scan.text.size() == 2) f.year += f.year < 50 ? 2000 : 1900;
  scan.Blanks();
  f.hour = scan.Digits(1, 2);
  scan.Need(':');
  f.minute = scan.Digits(2, 2);
  if (scan.Skip(':')) f.second = scan.Digits(2, 2);
  scan.Blanks();
  if (scan.text.starts_with('+') || scan.text.starts_with('-')) {
    f.offset = scan.Offset();
  } else {
    constexpr std::pair<std::string_view, int> kZones[] = {
        {"gmt", 0},  {"ut", 0},   {"utc", 0},  {"z", 0},    {"est", -5}, {"edt", -4},
        {"cst", -6}, {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}};
    const std::string_view word = scan.Letters();
    const auto* const zone = std::find_if(std::begin(kZones), std::end(kZones), [word](const auto& entry) {
      return EqualsIgnoringCase(word, entry.first);
    });
    if (zone == std::end(kZones)) return std::nullopt;
    f.offset = zone->second * 60;
  }
  if (!scan.ok || f.month == 0 || !scan.text.empty()) return std::nullopt;
  return Moment(f);
}

namespace {

std::optional<PageDate> ReadTimestamp(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || text[0] == '-') return std::nullopt;
  if (text.size() == 10) return PageDate{Instant(Duration(number * 1000)), true};
  if (text.size() == 13) return PageDate{Instant(Duration(number)), true};
  return std::nullopt;
}

void SkipDayName(Scanner& scan) {
  constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  Scanner ahead = scan;
  const std::string_view word = ahead.Letters();
  const bool day =
      word.size() >= 3 && std::any_of(std::begin(kDays), std::end(kDays), [word](std::string_view name) {
        return EqualsIgnoringCase(word.substr(0, 3), name);
      });
  if (!day) return;
  ahead.Skip('.');
  ahead.Skip(',');
  ahead.Blanks();
  scan = ahead;
}

void SkipOrdinal(Scanner& scan) {
  for (const std::string_view end : {"st", "nd", "rd", "th"}) {
    if (scan.text.starts_with(end)) return scan.text.remove_prefix(2);
  }
}

bool SkipBetween(Scanner& scan) {
  const std::size_t before = scan.text.size();
  while (scan.Skip(' ') || scan.Skip(',') || scan.Skip('.') || scan.Skip('-')) {
  }
  if (scan.text.starts_with("of ")) scan.text.remove_prefix(3);
  return scan.text.size() < before;
}

// "31 January 2005" and "January 31, 2005".
bool ReadNamedMonth(Scanner& scan, Fields& f) {
  const bool day_first = !scan.text.empty() && scan.text[0] >= '0' && scan.text[0] <= '9';
  if (day_first) {
    f.day = scan.Digits(1, 2);
    SkipOrdinal(scan);
    SkipBetween(scan);
  }
  const std::string_view word = scan.Letters();
  f.month = word.size() >= 3 ? MonthNamed(word) : 0;
  SkipBetween(scan);
  if (!day_first) {
    f.day = scan.Digits(1, 2);
    SkipOrdinal(scan);
    if (!SkipBetween(scan)) return false;
  }
  f.year = scan.Digits(4, 4);
  return scan.ok && f.month != 0;
}

// "31.01.2005", "31/1/2005", "1/31/2005", "2005/01/31".
bool ReadNumbers(Scanner& scan, Fields& f) {
  const std::string_view whole = scan.text;
  const int first = scan.Digits(1, 4);
  const std::size_t first_size = whole.size() - scan.text.size();
  const char mark = scan.text.empty() ? ' ' : scan.text[0];
  if (mark != '.' && mark != '/' && mark != '-') return false;
  scan.Skip(mark);
  scan.Blanks();
  const int second = scan.Digits(1, 2);
  scan.Need(mark);
  scan.Blanks();
  if (first_size == 4) {
    f.year = first;
    f.month = second;
    f.day = scan.Digits(1, 2);
    return scan.ok;
  }
  f.year = scan.Digits(4, 4);
  const bool month_first = mark != '.' && second > 12;
  if (mark != '.' && !month_first && first <= 12 && first != second) return false;
  f.day = month_first ? second : first;
  f.month = month_first ? first : second;
  return scan.ok && f.month >= 1 && f.month <= 12;
}

// What may stand behind a date: "10:30", ", 10:30:15 pm", "at 10:30 GMT".
bool ReadTimeOfDay(Scanner& scan, Fields& f) {
  while (scan.Skip(' ') || scan.Skip(',') || scan.Skip('-') || scan.Skip('|') || scan.Skip('T')) {
  }
  if (scan.text.starts_with("at ")) scan.text.remove_prefix(3);
  scan.Blanks();
  ReadClock(scan, f, 1);
  std::string_view word = scan.Letters();
  if (EqualsIgnoringCase(word, "am") || EqualsIgnoringCase(word, "pm")) {
    if (f.hour < 1 || f.hour > 12) return false;
    f.hour = f.hour % 12 + (EqualsIgnoringCase(word, "pm") ? 12 : 0);
    scan.Blanks();
    word = scan.Letters();
  }
  if (!scan.text.empty()) {
    scan.Blanks();
    f.offset = scan.Offset();
    return word.empty() || EqualsIgnoringCase(word, "gmt") || EqualsIgnoringCase(word, "utc");
  }
  return word.empty() || EqualsIgnoringCase(word, "gmt") || EqualsIgnoringCase(word, "utc") ||
         EqualsIgnoringCase(word, "z");
}

}  // namespace

std::optional<PageDate> ReadPageDate(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  text = TrimBlanks(text);
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  if (const auto stamp = ReadTimestamp(text)) return stamp;
  if (const auto at = ReadW3cDate(text)) return PageDate{*at, text.find(':') != text.npos};
  if (const auto at = ReadRfc822Date(text)) return PageDate{*at, true};
  if (text.find(':') != text.npos) {
    if (const auto at = ReadW3cDate(std::string(text) + "Z")) return PageDate{*at, true};
  }
  Scanner scan{text};
  SkipDayName(scan);
  Fields f;
  Scanner numbers = scan;
  if (ReadNumbers(numbers, f)) {
    scan = numbers;
  } else if (f = {}; !ReadNamedMonth(scan, f)) {
    return std::nullopt;
  }
  scan.Skip('.');
  bool has_time = false;
  if (!TrimBlanks(scan.text).empty()) {
    has_time = ReadTimeOfDay(scan, f);
    if (!has_time || !scan.ok || !TrimBlanks(scan.text).empty()) return std::nullopt;
  }
  const auto at = Moment(f);
  return at ? std::optional(PageDate{*at, has_time}) : std::nullopt;
}

std::string FormatPageDate(const PageDate& date) {
  using namespace std::chrono;
  const sys_days day = floor<days>(date.at);
  const year_month_day ymd(day);
  const hh_mm_ss<milliseconds> time(duration_cast<milliseconds>(date.at - day));
  char text[64];
  int size = std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                           static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  if (date.has_time) {
    size +=
        std::snprintf(text + size, sizeof text - static_cast<std::size_t>(size), "T%02d:%02d:%02d.%03dZ",
                      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  }
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace trawl::parser
