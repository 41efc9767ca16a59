#include "config/recrawl.h"

#include "config/units.h"

namespace trawl::config {

std::optional<Recrawl> ParseRecrawl(std::string_view text) {
  constexpr Duration kLongest = std::chrono::hours(10 * 365 * 24);
  if (text.empty() || text == "never") return Recrawl{};
  if (text == "adaptive") return Recrawl{Recrawl::Kind::kAdaptive, Duration(0)};
  const std::optional<Duration> interval = ParseDuration(text);
  if (!interval || *interval <= Duration(0) || *interval > kLongest) return std::nullopt;
  return Recrawl{Recrawl::Kind::kFixed, *interval};
}

}  // namespace trawl::config
