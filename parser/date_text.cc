#include "parser/date_text.h"

#include <algorithm>
#include <array>

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

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return (a | 32) == b; });
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

}  // namespace

std::optional<Instant> ReadW3cDate(std::string_view text) {
  Scanner scan{Trim(text)};
  Fields f;
  f.year = scan.Digits(4, 4);
  if (scan.Skip('-')) f.month = scan.Digits(2, 2);
  if (scan.Skip('-')) f.day = scan.Digits(2, 2);
  if (scan.ok && (scan.Skip('T') || scan.Skip('t') || scan.Skip(' '))) {
    f.hour = scan.Digits(2, 2);
    scan.Need(':');
    f.minute = scan.Digits(2, 2);
    if (scan.Skip(':')) {
      f.second = scan.Digits(2, 2);
      if (scan.Skip('.')) scan.Digits(1, 9);
    }
    scan.Blanks();
    if (!scan.Skip('Z') && !scan.Skip('z')) f.offset = scan.Offset();
  }
  if (!scan.ok || !scan.text.empty()) return std::nullopt;
  return Moment(f);
}

std::optional<Instant> ReadRfc822Date(std::string_view text) {
  Scanner scan{Trim(text)};
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

}  // namespace trawl::parser
