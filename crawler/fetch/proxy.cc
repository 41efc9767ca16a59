#include "crawler/fetch/proxy.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/fields.h"
#include "parser/ascii.h"

namespace trawl::crawler {
namespace {

struct Scheme {
  std::string_view name;
  Proxy::Kind kind;
  std::uint16_t port;
};
constexpr Scheme kSchemes[] = {
    {"http", Proxy::Kind::kHttp, 80},
    {"https", Proxy::Kind::kHttps, 443},
    {"socks5", Proxy::Kind::kSocks5, 1080},
    {"socks5h", Proxy::Kind::kSocks5h, 1080},
};

std::optional<std::string> DecodePercent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* const digits = text.data() + i + 1;
    if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

/// Whether a host that is an address lies in a CIDR block.
bool InNetwork(std::string_view host, std::string_view block) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  const std::optional<Network> network = ParseNetwork(block);
  return !error && network && network->Contains(address);
}

bool ReadPlace(std::string_view place, Proxy& proxy) {
  const std::size_t bracket = place.rfind(']');
  const std::size_t colon = place.find(':', bracket == place.npos ? 0 : bracket);
  proxy.host = parser::AsciiLowered(place.substr(0, colon));
  if (proxy.host.empty() || proxy.host.find_first_of("/?#@ \t") != proxy.host.npos) return false;
  if (colon == place.npos) return true;
  const std::string_view port = place.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), proxy.port);
  return error == std::errc() && end == port.data() + port.size() && proxy.port != 0;
}

}  // namespace

std::optional<Proxy> ParseProxy(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == text.npos) return std::nullopt;
  const std::string name = parser::AsciiLowered(text.substr(0, colon));
  const auto scheme = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                   [&](const Scheme& one) { return one.name == name; });
  if (scheme == std::end(kSchemes)) return std::nullopt;
  std::string_view place = text.substr(colon + 3);
  if (place.ends_with('/')) place.remove_suffix(1);
  Proxy proxy;
  proxy.kind = scheme->kind;
  proxy.port = scheme->port;
  if (const std::size_t at = place.rfind('@'); at != place.npos) {
    const std::string_view both = place.substr(0, at);
    const std::size_t cut = both.find(':');
    auto user = DecodePercent(both.substr(0, cut));
    auto password = DecodePercent(cut == both.npos ? std::string_view() : both.substr(cut + 1));
    // 255 is what SOCKS5 can carry of each (RFC 1929 section 2).
    if (!user || !password || user->size() > 255 || password->size() > 255) return std::nullopt;
    proxy.user = std::move(*user);
    proxy.password = std::move(*password);
    place.remove_prefix(at + 1);
  }
  if (!ReadPlace(place, proxy)) return std::nullopt;
  const std::string host_port = proxy.host + ":" + std::to_string(proxy.port);
  proxy.name = name + "://" + host_port;
  // A proxy that is rotated by user names gives each its own way out.
  proxy.key =
      proxy.credentials() ? name + "://" + proxy.user + ":" + proxy.password + "@" + host_port : proxy.name;
  return proxy;
}

std::string Proxies::SystemEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

Proxies::Proxies(std::string_view configured, const Environment& environment) {
  if (configured == "none") return;
  if (!configured.empty()) {
    Add(http_, configured, "http.proxy");
    https_ = http_;
    return;
  }
  const auto either = [&](const char* lower, const char* upper) {
    std::string value = environment(lower);
    return value.empty() && upper != nullptr ? environment(upper) : value;
  };
  const std::string all = either("all_proxy", "ALL_PROXY");
  const std::string http = either("http_proxy", nullptr), https = either("https_proxy", "HTTPS_PROXY");
  Add(http_, http.empty() ? all : http, http.empty() ? "all_proxy" : "http_proxy");
  Add(https_, https.empty() ? all : https, https.empty() ? "all_proxy" : "https_proxy");
  const std::string exceptions = parser::AsciiLowered(either("no_proxy", "NO_PROXY"));
  std::string_view list = exceptions, element;
  while (!exceptions.empty() && NextElement(list, element)) {
    if (element == "*") except_all_ = true;
    if (element.starts_with('.')) element.remove_prefix(1);
    if (!element.empty()) exceptions_.emplace_back(element);
  }
}

void Proxies::Add(Ring& ring, std::string_view list, std::string_view name) {
  std::string_view element;
  while (!list.empty() && NextElement(list, element)) {
    if (element.empty()) continue;
    // The environment's usual form has no scheme.
    const bool bare = element.find("://") == element.npos;
    if (auto proxy = ParseProxy(bare ? "http://" + std::string(element) : std::string(element))) {
      ring.entries.push_back({std::move(*proxy), {}});
    } else if (setup_error_.empty()) {
      setup_error_ = std::string(name) +
                     ": names no proxy; allowed: \"http://host:port\", https, socks5 or socks5h, with "
                     "user:password@ before the host where it needs them";
    }
  }
}

bool Proxies::Excepted(const Origin& origin) const {
  if (except_all_) return true;
  std::string_view host = origin.host;
  if (host.ends_with('.')) host.remove_suffix(1);
  for (const std::string& one : exceptions_) {
    if (one.find('/') != one.npos) {
      if (InNetwork(host, one)) return true;
      continue;
    }
    const std::size_t colon = one.find(':');
    const bool port = colon != one.npos && one.front() != '[' && one.find(':', colon + 1) == one.npos;
    const std::string_view name = port ? std::string_view(one).substr(0, colon) : std::string_view(one);
    if (port && one.substr(colon + 1) != std::to_string(origin.port)) continue;
    if (host == name) return true;
    if (host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.')
      return true;
  }
  return false;
}

bool Proxies::Uses(const Origin& origin) const {
  return !RingOf(origin).entries.empty() && !Excepted(origin);
}

const Proxy* Proxies::Next(const Origin& origin, Clock::time_point now) {
  if (!Uses(origin)) return nullptr;
  Ring& ring = origin.scheme == "https" ? https_ : http_;
  for (std::size_t tried = 0; tried < ring.entries.size(); ++tried) {
    const Entry& entry = ring.entries[(ring.next + tried) % ring.entries.size()];
    if (entry.rests_until > now) continue;
    ring.next = (ring.next + tried + 1) % ring.entries.size();
    return &entry.proxy;
  }
  return &ring.entries[ring.next++ % ring.entries.size()].proxy;
}

void Proxies::Failed(const Proxy* proxy, Clock::time_point now) {
  for (Ring* const ring : {&http_, &https_}) {
    for (Entry& entry : ring->entries) {
      if (entry.proxy.key == proxy->key) entry.rests_until = now + kRest;
    }
  }
}

}  // namespace trawl::crawler
