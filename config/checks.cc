#include "config/checks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "config/pause_rule.h"
#include "config/port_range.h"
#include "config/recrawl.h"
#include "config/time_window.h"

namespace trawl::config {
namespace {

constexpr std::size_t kMaxFieldValue = 4096;
constexpr std::size_t kMaxExpression = 4096;
constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxProduct = 128;  // no longer one crosses to a parser process

bool IsVisible(char c) {
  return c > ' ' && c < 0x7f;
}
bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// tchar of RFC 9110 section 5.6.2
bool IsToken(char c) {
  return IsAlnum(c) || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsColumnName(std::string_view text) {
  constexpr std::size_t kMaxColumn = 60;
  return !text.empty() && text.size() <= kMaxColumn && IsAlnum(text[0]) &&
         !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsAlnum(c) || c == '_'; });
}

struct Address {
  int bits = 0;  ///< 32 or 128
  std::array<std::uint8_t, 16> bytes{};
};

std::optional<Address> ParseAddress(std::string_view text) {
  std::string copy(text);  // inet_pton wants a terminator
  Address address;
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
    return address;
  }
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
    return address;
  }
  return std::nullopt;
}

std::string FormatAddress(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(address.bits == 32 ? AF_INET : AF_INET6, address.bytes.data(), text, sizeof text);
  return text;
}

bool IsPort(std::string_view text) {
  unsigned port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

/// The host and, after it, the port, of "host[:port]" or "[v6][:port]"; nothing when the port is wrong.
std::optional<std::string_view> HostOf(std::string_view text, bool needs_port) {
  std::size_t colon = text.starts_with('[') ? text.find(':', text.find(']')) : text.find(':');
  std::string_view host = text.substr(0, colon);
  if (colon == std::string_view::npos ? needs_port : !IsPort(text.substr(colon + 1))) return std::nullopt;
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
    auto address = ParseAddress(host);
    if (!address || address->bits != 128) return std::nullopt;
  }
  return host;
}

bool IsHostName(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlnum(c) || c == '.' || c == '-' || c == '_';
  });
}

// These decide how the message is framed, routed or decoded: a wrong one would make the answer unreadable.
constexpr std::string_view kOwnFields[] = {"host",
                                           "connection",
                                           "content-length",
                                           "transfer-encoding",
                                           "te",
                                           "trailer",
                                           "upgrade",
                                           "keep-alive",
                                           "proxy-connection",
                                           "accept-encoding",
                                           "range",
                                           "if-none-match",
                                           "if-modified-since",
                                           "expect"};

}  // namespace

std::string CheckAnything(std::string_view) {
  return {};
}

std::string CheckNotEmpty(std::string_view text) {
  if (text.empty()) return "is empty; allowed: a text";
  return text.find('\0') == std::string_view::npos ? "" : "holds a NUL; allowed: a text without";
}

std::string CheckSeed(std::string_view text) {
  static constexpr std::string_view kAllowed = "; allowed: a URL such as \"https://example.org/\"";
  std::string lower = Lower(text.substr(0, 8));
  std::size_t scheme = lower.starts_with("http://") ? 7 : lower.starts_with("https://") ? 8 : 0;
  if (scheme == 0) {
    if (text.find("://") == std::string_view::npos && !text.empty() && IsAlnum(text[0]))
      return "has no scheme; allowed: a URL such as \"https://" + std::string(text) + "\"";
    return "is not an http:// or https:// URL" + std::string(kAllowed);
  }
  std::string_view rest = text.substr(scheme);
  if (rest.empty() || std::string_view("/?#:").find(rest[0]) != std::string_view::npos)
    return "has no host" + std::string(kAllowed);
  for (char c : rest) {
    if (c >= 0 && c <= ' ') return "holds white space or a control character" + std::string(kAllowed);
  }
  return {};
}

std::string CheckExpression(std::string_view text) {
  if (text.empty()) return "is empty and would match everything; allowed: a regular expression";
  if (text.size() > kMaxExpression) return "is longer than 4096 bytes; allowed: a shorter regular expression";
  return {};
}

std::string CheckCidr(std::string_view text) {
  static constexpr std::string_view kAllowed =
      "; allowed: an address and a prefix length such as \"10.0.0.0/8\" or \"fd00::/8\"";
  std::size_t slash = text.find('/');
  auto address = ParseAddress(text.substr(0, slash));
  if (!address) return "is not an IP network" + std::string(kAllowed);
  if (slash == std::string_view::npos) {
    return "has no prefix length; allowed: \"" + std::string(text) + "/" + std::to_string(address->bits) +
           "\" for this one address";
  }
  std::string_view prefix_text = text.substr(slash + 1);
  int prefix = -1;
  auto [end, error] = std::from_chars(prefix_text.data(), prefix_text.data() + prefix_text.size(), prefix);
  if (error != std::errc() || end != prefix_text.data() + prefix_text.size() || prefix < 0 ||
      prefix > address->bits)
    return "has a prefix length that is not 0 to " + std::to_string(address->bits) + std::string(kAllowed);
  Address network = *address;
  for (int bit = prefix; bit < address->bits; ++bit)
    network.bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80 >> (bit % 8)));
  if (network.bytes != address->bytes) {
    return "has bits set past the prefix; allowed: \"" + FormatAddress(network) + "/" +
           std::to_string(prefix) + "\", or a longer prefix";
  }
  return {};
}

std::string CheckServer(std::string_view text) {
  static constexpr std::string_view kAllowed =
      "; allowed: an IP address, with a port where it is not 53, such as \"192.0.2.1\" or "
      "\"[2001:db8::1]:5353\"";
  if (ParseAddress(text)) return {};
  auto host = HostOf(text, false);
  if (!host || !ParseAddress(*host)) return "is not a name server's address" + std::string(kAllowed);
  return {};
}

std::string CheckRecrawl(std::string_view text) {
  if (ParseRecrawl(text)) return {};
  return "is no time between visits; allowed: a duration such as \"12h\" or \"7d\", up to 10 years, "
         "\"adaptive\" or \"never\"";
}

std::string CheckWindow(std::string_view text) {
  if (text.empty() || ParseTimeWindow(text)) return {};
  return "is no part of a day; allowed: two times, such as \"22:00-06:00\" or \"08:30-24:00\", or \"\" for "
         "the whole day";
}

std::string CheckTimeZone(std::string_view text) {
  const auto stands_in_name = [](char c) {
    return IsAlnum(c) || c == '/' || c == '_' || c == '-' || c == '+';
  };
  if (text.size() <= kMaxName && std::all_of(text.begin(), text.end(), stands_in_name)) return {};
  return "is no time zone; allowed: a name such as \"Europe/Berlin\" or \"UTC\", or \"\" for that of the "
         "process";
}

std::string CheckPauseRule(std::string_view text) {
  if (text.empty() || ParsePauseRule(text)) return {};
  return "is no share of the last fetches; allowed: such as \"50% of 100\", of 100000 at most, or \"\" for "
         "never";
}

std::string CheckListener(std::string_view text) {
  if (text.empty()) return {};
  // Port 0 takes a free one.
  const std::string shown = std::string(text) + (text.ends_with(":0") ? "1" : "");
  const auto host = HostOf(shown, true);
  if (host && (*host == "localhost" || ParseAddress(*host))) return {};
  return "is no address to listen on; allowed: an IP address and a port, such as \"127.0.0.1:8642\" or "
         "\"[::1]:8642\", or \"\" for none";
}

std::string CheckProxy(std::string_view text) {
  static constexpr std::string_view kAllowed =
      "; allowed: \"http://host:port\", https, socks5 or socks5h, with user:password@ before the host where "
      "it "
      "needs them; several separated by commas; or \"none\"";
  if (text.empty() || text == "none") return {};
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    const std::size_t scheme = one.find("://");
    const std::string name = Lower(one.substr(0, scheme));
    if (scheme == std::string_view::npos ||
        (name != "http" && name != "https" && name != "socks5" && name != "socks5h"))
      return "is not a proxy" + std::string(kAllowed);
    std::string_view rest = one.substr(scheme + 3);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
    auto host = HostOf(rest, true);
    if (!host || (!IsHostName(*host) && !ParseAddress(*host)))
      return "does not name a host and a port" + std::string(kAllowed);
  }
  return {};
}

std::string CheckSourceAddress(std::string_view text) {
  static constexpr std::string_view kAllowed =
      "; allowed: an address of this machine such as \"192.0.2.1\", or \"192.0.2.1, 2001:db8::1\"";
  if (text.empty()) return {};
  const std::size_t comma = text.find(',');
  const auto first = ParseAddress(text.substr(0, comma));
  if (!first) return "is not an IP address" + std::string(kAllowed);
  if (comma == std::string_view::npos) return {};
  std::string_view rest = text.substr(comma + 1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto second = ParseAddress(rest);
  if (!second || second->bits == first->bits)
    return "is not one address of each family" + std::string(kAllowed);
  return {};
}

std::string CheckCredential(std::string_view text) {
  if (text.size() > kMaxFieldValue / 2) return "is longer than 2048 bytes; allowed: a shorter one";
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; }))
    return "holds a control character; allowed: a text without";
  return {};
}

std::string CheckUser(std::string_view text) {
  if (text.find(':') != std::string_view::npos)
    return "holds a colon, which ends a user; allowed: a text without";
  return CheckCredential(text);
}

std::string CheckBearerToken(std::string_view text) {
  const auto stands_in_token = [](char c) {
    return IsAlnum(c) || (c != '\0' && std::string_view("-._~+/=").find(c) != std::string_view::npos);
  };
  if (text.size() > kMaxFieldValue || !std::all_of(text.begin(), text.end(), stands_in_token))
    return "is no bearer token; allowed: letters, digits and -._~+/=, at most 4096";
  return {};
}

std::string CheckFieldValue(std::string_view text) {
  if (text.size() > kMaxFieldValue) return "is longer than 4096 bytes; allowed: a shorter value";
  if (text.starts_with(' ') || text.ends_with(' '))
    return "begins or ends with a blank; allowed: a value without";
  if (!std::all_of(text.begin(), text.end(), [](char c) { return IsVisible(c) || c == ' '; }))
    return "holds a character that no header field may hold; allowed: visible ASCII and blanks";
  return {};
}

std::string CheckUserAgent(std::string_view text) {
  if (text.empty()) return "is empty; allowed: a name and version such as \"trawl/0.1\"";
  if (std::string wrong = CheckFieldValue(text); !wrong.empty()) return wrong;
  std::string_view product = text.substr(0, text.find_first_of("/ "));
  if (product.empty() || product.size() > kMaxProduct ||
      !std::all_of(product.begin(), product.end(), IsToken))
    return "does not begin with a product name of at most 128 characters; allowed: a name and version such "
           "as \"trawl/0.1\"";
  return {};
}

std::string CheckParameterName(std::string_view text) {
  const auto stands_in_query = [](char c) { return IsVisible(c) && c != '&' && c != '=' && c != '#'; };
  if (text.empty() || text == "*" || text.size() > kMaxName ||
      !std::all_of(text.begin(), text.end(), stands_in_query) ||
      text.substr(0, text.size() - 1).find('*') != text.npos)
    return "is not the name of a query parameter; allowed: a name such as \"gclid\", or the beginning of one "
           "and * "
           "such as \"utm_*\"";
  return {};
}

std::string CheckScheme(std::string_view text) {
  return text == "http" || text == "https" ? ""
                                           : "is no scheme that is crawled; allowed: \"http\" and \"https\"";
}

std::string CheckPorts(std::string_view text) {
  return ParsePortRange(text) ? "" : "is no port; allowed: 1 to 65535, or a range such as \"8000-8999\"";
}

std::string CheckTargetName(std::string_view text) {
  if (text.empty() || text.size() > kMaxName ||
      !std::all_of(text.begin(), text.end(), [](char c) { return IsVisible(c) && c != '"' && c != '\''; }))
    return "is not a name; allowed: 1 to 100 visible ASCII characters without quotes or blanks";
  return {};
}

std::string CheckItemName(std::string_view text) {
  if (!IsColumnName(text))
    return "is not the name of a rule; allowed: up to 60 letters, digits and _, a letter first";
  if (Lower(text) == "fields")
    return "would be the view item_fields, which is there already; allowed: another name";
  return {};
}

std::string CheckFieldName(std::string_view text) {
  if (!IsColumnName(text))
    return "is not the name of a field; allowed: up to 60 letters, digits and _, a letter first";
  const std::string lower = Lower(text);
  if (lower == "url" || lower == "position")
    return "is a column of every item's view already; allowed: another name";
  return {};
}

std::string CheckHeader(std::string_view name, std::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsToken))
    return "is not the name of a header field; allowed: letters, digits and hyphens";
  std::string lower = Lower(name);
  if (lower == "user-agent") return "is set by http.user_agent and http.contact; allowed: any other field";
  if (std::find(std::begin(kOwnFields), std::end(kOwnFields), lower) != std::end(kOwnFields))
    return "is set by Trawl itself on every request; allowed: any other field";
  return CheckFieldValue(value);
}

std::string CheckHostEntry(std::string_view name, std::string_view value) {
  if (!IsHostName(name)) return "is not a host name; allowed: letters, digits, dots and hyphens";
  if (!ParseAddress(value))
    return "stands for \"" + std::string(value) +
           "\", which is not an IP address; allowed: such as \"192.0.2.1\"";
  return {};
}

}  // namespace trawl::config
