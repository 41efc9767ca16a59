#include "parser/url.h"

#include <algorithm>

#include "parser/error.h"
#include "parser/url_parser.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

bool IsC0ControlOrSpace(char c) {
  return static_cast<unsigned char>(c) <= 0x20;
}
// U+FFFD has three bytes, and one bad byte can be worth one of it.
constexpr std::size_t kReplacementGrowth = 3;

bool IsTabOrNewline(char c) {
  return c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

Result<Url> Url::Parse(std::string_view input, const Url* base) {
  if (input.size() > kMaxInput) return ParserErrc::kTooLong;
  while (!input.empty() && IsC0ControlOrSpace(input.front())) input.remove_prefix(1);
  while (!input.empty() && IsC0ControlOrSpace(input.back())) input.remove_suffix(1);
  std::string cleaned;
  if (std::any_of(input.begin(), input.end(), IsTabOrNewline)) {
    std::remove_copy_if(input.begin(), input.end(), std::back_inserter(cleaned), IsTabOrNewline);
    input = cleaned;
  }
  if (!IsUtf8(input)) {
    std::string repaired;
    AppendUtf8Repaired(input, input.size() * kReplacementGrowth, repaired);
    cleaned = std::move(repaired);
    input = cleaned;
  }
  Url url;
  UrlParser parser(input, base);
  if (!parser.Run(url)) return ParserErrc::kInvalidUrl;
  return url;
}

std::string_view Url::Protocol() const {
  return Slice(0, scheme_end_ + 1);
}

std::string_view Url::Scheme() const {
  return Slice(0, scheme_end_);
}

std::string_view Url::Username() const {
  return HasAuthority() ? Slice(scheme_end_ + 3, username_end_) : std::string_view();
}

std::string_view Url::Password() const {
  return host_start_ > username_end_ ? Slice(username_end_ + 1, host_start_) : std::string_view();
}

std::string_view Url::Host() const {
  if (!HasAuthority()) return {};
  return Slice(host_start_ + (host_start_ < host_end_ && href_[host_start_] == '@'), path_start_);
}

std::string_view Url::Hostname() const {
  const std::string_view host = Host();
  return host.empty() ? host : host.substr(0, host.size() - (path_start_ - host_end_));
}

std::string_view Url::Port() const {
  return HasAuthority() && path_start_ > host_end_ ? Slice(host_end_ + 1, path_start_) : std::string_view();
}

std::string_view Url::Pathname() const {
  return Slice(path_start_, std::min(query_start_, fragment_start_));
}

std::string_view Url::Search() const {
  if (query_start_ == kNone || query_start_ + 1 == fragment_start_) return {};
  return Slice(query_start_, fragment_start_);
}

std::string_view Url::Hash() const {
  return fragment_start_ + 1 < href_.size() ? Slice(fragment_start_, href_.size()) : std::string_view();
}

}  // namespace trawl::parser
