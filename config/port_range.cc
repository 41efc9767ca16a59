#include "config/port_range.h"

#include <charconv>

namespace trawl::config {
namespace {

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::optional<PortRange> ParsePortRange(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::optional<std::uint16_t> first = ParsePort(text.substr(0, dash));
  const std::optional<std::uint16_t> last = dash == text.npos ? first : ParsePort(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return PortRange{*first, *last};
}

}  // namespace trawl::config
