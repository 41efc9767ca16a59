#include "crawler/retry_after.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace trawl::crawler {

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
  std::tm parts{};
  const std::string text(value);
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const Instant at{std::chrono::seconds(timegm(&parts))};
  return std::max(at - now, Duration(0));
}

}  // namespace trawl::crawler
