#include "crawler/fetch/origin.h"

#include <algorithm>
#include <charconv>

#include "crawler/fetch/open_transport.h"

namespace trawl::crawler {

std::optional<Origin> CutUrl(std::string_view url) {
  // No serialised URL has anything else; here it would end the request line early.
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; })) return std::nullopt;
  const std::size_t fragment = url.find('#');
  if (fragment != url.npos) url = url.substr(0, fragment);
  Origin origin;
  const std::size_t colon = url.find("://");
  if (colon == url.npos) return std::nullopt;
  origin.scheme = url.substr(0, colon);
  origin.port = DefaultPort(origin.scheme);
  if (origin.port == 0) return std::nullopt;
  const std::size_t from = colon + 3;
  const std::size_t path = url.find_first_of("/?", from);
  if (path == url.npos || url[path] != '/') return std::nullopt;
  origin.key = url.substr(0, path);
  origin.target = url.substr(path);
  origin.host_port = url.substr(from, path - from);
  const std::size_t user = origin.host_port.rfind('@');
  if (user != url.npos) origin.host_port.remove_prefix(user + 1);
  const std::size_t bracket = origin.host_port.rfind(']');
  const std::size_t port = origin.host_port.find(':', bracket == url.npos ? 0 : bracket);
  origin.host = origin.host_port.substr(0, port);
  if (origin.host.empty()) return std::nullopt;
  if (port == url.npos) return origin;
  const char* const end = origin.host_port.data() + origin.host_port.size();
  const auto [stop, error] = std::from_chars(origin.host_port.data() + port + 1, end, origin.port);
  if (error != std::errc() || stop != end || origin.port == 0) return std::nullopt;
  return origin;
}

}  // namespace trawl::crawler
