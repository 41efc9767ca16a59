#include "config/units.h"

#include <cstdint>
#include <span>

namespace trawl::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

// The largest first: formatting takes the first that divides. "m" and "d" are only read, since people differ
// on whether m is a minute, and the reference speaks of 24h.
constexpr Unit kDurations[] = {{"h", kHour}, {"min", kMinute}, {"s", kSecond},
                               {"ms", 1},    {"m", kMinute},   {"d", kDay}};
constexpr std::size_t kWrittenDurations = 4;
constexpr Unit kSizes[] = {
    {"TiB", 1ull << 40}, {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}, {"B", 1}};

constexpr std::uint64_t kMaxDuration = 100 * 365 * kDay;
constexpr std::uint64_t kMaxSize = 1ull << 62;

constexpr std::size_t kMaxFraction = 6;  // digits; keeps fraction * factor below 2^60

/// Takes the decimal digits at the front of `text`; nothing when there are none or the number passes `max`.
std::optional<std::uint64_t> TakeDigits(std::string_view& text, std::uint64_t max) {
  std::uint64_t value = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (value > (max - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  text.remove_prefix(at);
  return at == 0 ? std::nullopt : std::optional(value);
}

/// number = digits [ "." digits ], then a unit. The value in the smallest unit, exact, at most `max`.
std::optional<std::uint64_t> Parse(std::string_view text, std::span<const Unit> units, std::uint64_t max) {
  auto whole = TakeDigits(text, max);
  if (!whole) return std::nullopt;
  std::uint64_t fraction = 0, scale = 1;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    std::size_t before = text.size();
    auto digits = TakeDigits(text, max);
    if (!digits || before - text.size() > kMaxFraction) return std::nullopt;
    fraction = *digits;
    for (std::size_t i = text.size(); i < before; ++i) scale *= 10;
  }
  if (text.empty()) return *whole == 0 && fraction == 0 ? whole : std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text) continue;
    if (*whole > max / unit.factor || fraction * unit.factor % scale != 0) return std::nullopt;
    std::uint64_t value = *whole * unit.factor + fraction * unit.factor / scale;
    return value <= max ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

std::string Format(std::uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value >= unit.factor && value % unit.factor == 0)
      return std::to_string(value / unit.factor) + std::string(unit.name);
  }
  return "0" + std::string(units.back().name);
}

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  auto value = Parse(text, kDurations, kMaxDuration);
  if (!value) return std::nullopt;
  return Duration(*value);
}

std::optional<Bytes> ParseSize(std::string_view text) {
  auto value = Parse(text, kSizes, kMaxSize);
  if (!value) return std::nullopt;
  return Bytes{*value};
}

std::string FormatDuration(Duration duration) {
  if (duration.count() <= 0) return "0s";
  return Format(static_cast<std::uint64_t>(duration.count()), std::span(kDurations).first(kWrittenDurations));
}

std::string FormatSize(Bytes size) {
  return size.count == 0 ? "0B" : Format(size.count, kSizes);
}

}  // namespace trawl::config
