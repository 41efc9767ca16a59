#include "config/pause_rule.h"

#include <charconv>

namespace trawl::config {
namespace {

/// A whole number from 1 to `max`; nothing for any other text.
std::optional<std::uint32_t> Count(std::string_view text, std::uint32_t max) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > max)
    return std::nullopt;
  return count;
}

}  // namespace

std::optional<PauseRule> ParsePauseRule(std::string_view text) {
  constexpr std::string_view kBetween = "% of ";
  const std::size_t at = text.find(kBetween);
  if (at == std::string_view::npos) return std::nullopt;
  const auto percent = Count(text.substr(0, at), 100);
  const auto fetches = Count(text.substr(at + kBetween.size()), PauseRule::kMostFetches);
  if (!percent || !fetches) return std::nullopt;
  return PauseRule{*percent, *fetches};
}

}  // namespace trawl::config
