#include "config/time_window.h"

#include <charconv>

namespace trawl::config {
namespace {

constexpr int kMinutesOfHour = 60;
constexpr int kMinutesOfDay = 24 * kMinutesOfHour;

/// "06:30" as minutes since midnight.
std::optional<int> ParseTime(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int parts[2] = {};
  for (const std::size_t at : {0U, 3U}) {
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, parts[at / 3]);
    if (error != std::errc() || end != text.data() + at + 2 || parts[at / 3] < 0) return std::nullopt;
  }
  const int minutes = parts[0] * kMinutesOfHour + parts[1];
  if (parts[1] >= kMinutesOfHour || minutes > kMinutesOfDay) return std::nullopt;
  return minutes;
}

}  // namespace

std::optional<TimeWindow> ParseTimeWindow(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const std::optional<int> from = ParseTime(text.substr(0, 5)), to = ParseTime(text.substr(6));
  if (!from || !to || *from == kMinutesOfDay || *from == *to) return std::nullopt;
  return TimeWindow{*from, *to};
}

}  // namespace trawl::config
