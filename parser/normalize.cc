#include "parser/normalize.h"

#include <algorithm>
#include <charconv>

#include "parser/error.h"
#include "parser/fold_target.h"
#include "parser/percent_encode.h"
#include "parser/request_target.h"

namespace trawl::parser {
namespace {

std::uint16_t DefaultPort(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

// The URL Standard lets these stand in a host; no name server knows one, and they would have to be quoted
// everywhere.
bool IsOddHostByte(char c) {
  return c == '"' || c == '`' || c == '{' || c == '}';
}

bool IsCrawlable(const Url& url) {
  if (url.Scheme() != "http" && url.Scheme() != "https") return false;
  const std::string_view host = url.Hostname();
  return !host.empty() && url.Port() != "0" && std::none_of(host.begin(), host.end(), IsOddHostByte);
}

// "1" to "65535" without leading zeros; else 0.
std::uint16_t ReadPort(std::string_view digits) {
  if (digits.empty() || digits.size() > 5 || digits[0] == '0') return 0;
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port > 65535) return 0;
  return static_cast<std::uint16_t>(port);
}

std::string_view SchemeOf(std::string_view url) {
  if (url.starts_with("https://")) return url.substr(0, 5);
  if (url.starts_with("http://")) return url.substr(0, 4);
  return {};
}

void SetParts(std::string_view url, std::string_view scheme, std::size_t host_end, std::size_t path_start,
              UrlParts& parts) {
  const std::size_t host_start = scheme.size() + 3;
  parts.scheme = scheme;
  parts.origin = url.substr(0, path_start);
  parts.host = url.substr(host_start, host_end - host_start);
  parts.port = host_end < path_start ? ReadPort(url.substr(host_end + 1, path_start - host_end - 1))
                                     : DefaultPort(scheme);
  parts.target = url.substr(path_start);
}

}  // namespace

Result<std::string> Normalize(const Url& url, const NormalizeOptions& options) {
  if (!IsCrawlable(url)) return ParserErrc::kNotCrawlable;
  const std::string_view path = url.Pathname();
  const std::string_view search = url.Search();
  std::string out;
  out.reserve(url.Href().size() + 1);
  out.append(url.Protocol()).append("//").append(url.Host());
  const std::size_t path_start = out.size();
  if (IsCleanTarget(path) && (search.empty() || IsCleanQuery(search.substr(1)))) {
    out.append(path).append(search);
  } else {
    AppendTarget(path, search.empty() ? search : search.substr(1), out);
  }
  if (FoldsAnything(options)) FoldTarget(options, path_start, out);
  if (out.size() > options.max_length) return ParserErrc::kTooLong;
  return out;
}

bool SplitNormalized(std::string_view url, UrlParts& parts) {
  const std::string_view scheme = SchemeOf(url);
  if (scheme.empty() || url.size() > Url::kMaxInput) return false;
  const std::size_t host_start = scheme.size() + 3;
  const std::size_t plain_end = host_start + PlainHostLength(url.substr(host_start));
  const std::size_t plain_path = std::min(url.size(), url.find('/', plain_end));
  const bool plain = IsPlainHost(url.substr(host_start, plain_end - host_start)) && plain_path < url.size() &&
                     (url[plain_end] == '/' || url[plain_end] == ':') &&
                     IsCleanTarget(url.substr(plain_path));
  if (plain) {
    if (plain_end < plain_path) {
      const std::uint16_t port = ReadPort(url.substr(plain_end + 1, plain_path - plain_end - 1));
      if (!port || port == DefaultPort(scheme)) return false;
    }
    SetParts(url, scheme, plain_end, plain_path, parts);
    return true;
  }
  if (std::any_of(url.begin(), url.end(), [](char c) { return c < 0x21 || c > 0x7e; })) return false;
  // An address, a rarer host or a stray '%': what Normalize leaves as it is.
  const auto parsed = Url::Parse(url);
  if (!parsed) return false;
  NormalizeOptions any_length;
  any_length.max_length = Url::kMaxInput;
  const auto normalized = Normalize(*parsed, any_length);
  if (!normalized || *normalized != url) return false;
  SetParts(url, scheme, host_start + parsed->Hostname().size(), host_start + parsed->Host().size(), parts);
  return true;
}

}  // namespace trawl::parser
