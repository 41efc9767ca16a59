#include "parser/url_parser.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/percent_encode.h"
#include "parser/url_host.h"

namespace trawl::parser {
namespace {

constexpr std::string_view kNoText;

/// The default port of a special scheme; "" for file, nothing for schemes that are not special.
std::optional<std::string_view> SpecialPort(std::string_view scheme) {
  if (scheme == "https") return "443";
  if (scheme == "http") return "80";
  if (scheme == "file") return "";
  if (scheme == "ftp") return "21";
  if (scheme == "ws") return "80";
  if (scheme == "wss") return "443";
  return std::nullopt;
}

/// Length of the scheme before its colon, or 0.
std::size_t SchemeLength(std::string_view input) {
  if (input.empty() || !IsAsciiAlpha(input[0])) return 0;
  for (std::size_t i = 1; i < input.size(); ++i) {
    const char c = input[i];
    if (c == ':') return i;
    if (!IsAsciiAlpha(c) && !IsAsciiDigit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

bool IsDriveLetter(std::string_view text) {
  return text.size() == 2 && IsAsciiAlpha(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool StartsWithDriveLetter(std::string_view text) {
  if (!IsDriveLetter(text.substr(0, 2))) return false;
  return text.size() == 2 || text[2] == '/' || text[2] == '\\' || text[2] == '?' || text[2] == '#';
}

/// How many dots a segment stands for when it is "." or "..", with any of them written %2e; else 0.
int DotSegment(std::string_view segment) {
  if (segment.empty() || segment.size() > 6 || (segment[0] != '.' && segment[0] != '%')) return 0;
  int dots = 0;
  while (!segment.empty()) {
    if (segment[0] == '.') {
      segment.remove_prefix(1);
    } else if (EscapedByte(segment, 0) == '.') {
      segment.remove_prefix(3);
    } else {
      return 0;
    }
    ++dots;
  }
  return dots <= 2 ? dots : 0;
}

bool StartsWith(std::string_view text, char c) {
  return !text.empty() && text.front() == c;
}

}  // namespace

bool UrlParser::Run(Url& url) {
  const std::size_t scheme = SchemeLength(rest_);
  url_.href_.clear();
  url_.href_.reserve(rest_.size() + (base_ ? base_->href_.size() : 0) + 8);
  if (!(scheme ? StartWithScheme(scheme) : StartWithoutScheme())) return false;
  url = std::move(url_);
  return true;
}

bool UrlParser::StartWithScheme(std::size_t length) {
  for (const char c : rest_.substr(0, length)) url_.href_.push_back(ToAsciiLower(c));
  special_ = SpecialPort(url_.href_).has_value();
  file_ = url_.href_ == "file";
  url_.scheme_end_ = static_cast<std::uint32_t>(length);
  const bool same_as_base = base_ && base_->Scheme() == url_.href_;
  url_.href_.push_back(':');
  url_.username_end_ = url_.host_start_ = url_.host_end_ = url_.path_start_ = Size();
  rest_.remove_prefix(length + 1);

  if (file_) return File();
  if (special_) {
    if (same_as_base && !rest_.starts_with("//")) return Relative();
    while (StartsWithSlash()) rest_.remove_prefix(1);
    return Authority();
  }
  if (!StartsWith(rest_, '/')) return OpaquePath();
  rest_.remove_prefix(1);
  if (!StartsWith(rest_, '/')) return Path();
  rest_.remove_prefix(1);
  return Authority();
}

bool UrlParser::StartWithoutScheme() {
  if (!base_) return false;
  if (base_->opaque_path_) {
    if (!StartsWith(rest_, '#')) return false;
    url_ = *base_;
    url_.href_.resize(std::min<std::size_t>(url_.href_.size(), url_.fragment_start_));
    return QueryAndFragment();
  }
  special_ = SpecialPort(base_->Scheme()).has_value();
  file_ = BaseIsFile();
  url_.href_.assign(base_->href_, 0, base_->scheme_end_ + 1);
  url_.scheme_end_ = base_->scheme_end_;
  url_.username_end_ = url_.host_start_ = url_.host_end_ = url_.path_start_ = Size();
  return file_ ? File() : Relative();
}

void UrlParser::BeginAuthority() {
  url_.href_.append("//");
  url_.username_end_ = url_.host_start_ = url_.host_end_ = url_.path_start_ = Size();
}

bool UrlParser::Authority() {
  BeginAuthority();
  const std::size_t end = std::min(rest_.size(), rest_.find_first_of(special_ ? "/\\?#" : "/?#"));
  std::string_view authority = rest_.substr(0, end);
  rest_.remove_prefix(end);
  const std::size_t at = authority.rfind('@');
  if (at != authority.npos) {
    Credentials(authority.substr(0, at));
    authority.remove_prefix(at + 1);
    if (authority.empty()) return false;
  }
  return HostAndPort(authority) && PathStart();
}

void UrlParser::Credentials(std::string_view text) {
  const std::size_t colon = text.find(':');
  AppendPercentEncoded(text.substr(0, colon), EncodeSet::kUserinfo, url_.href_);
  url_.username_end_ = Size();
  if (colon != text.npos && colon + 1 < text.size()) {
    url_.href_.push_back(':');
    AppendPercentEncoded(text.substr(colon + 1), EncodeSet::kUserinfo, url_.href_);
  }
  url_.host_start_ = Size();
  if (url_.host_start_ > url_.scheme_end_ + 3) url_.href_.push_back('@');
  url_.host_end_ = Size();
}

bool UrlParser::HostAndPort(std::string_view text) {
  bool in_brackets = false;
  std::size_t colon = text.npos;
  for (std::size_t i = 0; i < text.size() && colon == text.npos; ++i) {
    if (text[i] == '[') in_brackets = true;
    if (text[i] == ']') in_brackets = false;
    if (text[i] == ':' && !in_brackets) colon = i;
  }
  const std::string_view host = text.substr(0, colon);
  if (host.empty() && (special_ || colon != text.npos)) return false;
  if (!host.empty() && !AppendHost(host, !special_, url_.href_)) return false;
  url_.host_end_ = Size();
  const bool ok = Port(colon == text.npos ? kNoText : text.substr(colon + 1));
  EndAuthority();
  return ok;
}

bool UrlParser::Port(std::string_view digits) {
  if (!std::all_of(digits.begin(), digits.end(), IsAsciiDigit)) return false;
  const bool given = !digits.empty();
  digits.remove_prefix(std::min(digits.size(), digits.find_first_not_of('0')));
  if (given && digits.empty()) digits = "0";
  if (digits.size() > 5 || (digits.size() == 5 && digits > "65535")) return false;
  const std::string_view scheme = std::string_view(url_.href_).substr(0, url_.scheme_end_);
  if (!given || SpecialPort(scheme) == digits) return true;
  url_.href_.push_back(':');
  url_.href_.append(digits);
  return true;
}

void UrlParser::CopyUpToPath() {
  url_.href_.assign(base_->href_, 0, base_->HasAuthority() ? base_->path_start_ : base_->host_end_);
  url_.username_end_ = base_->username_end_;
  url_.host_start_ = base_->host_start_;
  url_.host_end_ = base_->host_end_;
  url_.path_start_ = Size();
}

bool UrlParser::Relative() {
  if (StartsWithSlash()) {
    rest_.remove_prefix(1);
    if (StartsWithSlash()) {
      rest_.remove_prefix(1);
      while (special_ && StartsWithSlash()) rest_.remove_prefix(1);
      return Authority();
    }
    CopyUpToPath();
    return Path();
  }
  CopyUpToPath();
  url_.href_.append(base_->Pathname());
  if (!rest_.empty() && !StartsWith(rest_, '?') && !StartsWith(rest_, '#')) {
    Shorten();
    return Path();
  }
  KeepPathFromHost();
  if (!StartsWith(rest_, '?') && base_->query_start_ != Url::kNone) {
    url_.query_start_ = Size();
    url_.href_.append(base_->href_, base_->query_start_, base_->fragment_start_ - base_->query_start_);
  }
  return QueryAndFragment();
}

bool UrlParser::File() {
  if (!StartsWithSlash()) {
    const bool drive = StartsWithDriveLetter(rest_);
    if (BaseIsFile() && !drive) return Relative();
    if (BaseIsFile()) {
      CopyUpToPath();
    } else {
      BeginAuthority();
    }
    return Path();
  }
  rest_.remove_prefix(1);
  if (StartsWithSlash()) {
    rest_.remove_prefix(1);
    return FileHost();
  }
  if (!BaseIsFile()) {
    BeginAuthority();
    return Path();
  }
  CopyUpToPath();
  const std::string_view first = base_->Pathname().substr(0, 3);
  const bool drive = first.size() == 3 && IsAsciiAlpha(first[1]) && first[2] == ':' &&
                     (base_->Pathname().size() == 3 || base_->Pathname()[3] == '/');
  if (drive && !StartsWithDriveLetter(rest_)) url_.href_.append(first);
  return Path();
}

bool UrlParser::FileHost() {
  BeginAuthority();
  const std::size_t end = std::min(rest_.size(), rest_.find_first_of("/\\?#"));
  const std::string_view host = rest_.substr(0, end);
  if (IsDriveLetter(host)) return Path();
  rest_.remove_prefix(end);
  if (!host.empty()) {
    if (!AppendHost(host, false, url_.href_)) return false;
    if (std::string_view(url_.href_).substr(url_.host_start_) == "localhost")
      url_.href_.resize(url_.host_start_);
  }
  url_.host_end_ = Size();
  EndAuthority();
  return PathStart();
}

bool UrlParser::PathStart() {
  if (StartsWithSlash()) {
    rest_.remove_prefix(1);
    return Path();
  }
  return special_ ? Path() : QueryAndFragment();
}

bool UrlParser::OpaquePath() {
  url_.opaque_path_ = true;
  const std::size_t end = std::min(rest_.size(), rest_.find_first_of("?#"));
  std::string_view path = rest_.substr(0, end);
  rest_.remove_prefix(end);
  const bool space_before_query = !rest_.empty() && path.ends_with(' ');
  if (space_before_query) path.remove_suffix(1);
  AppendPercentEncoded(path, EncodeSet::kC0Control, url_.href_);
  if (space_before_query) url_.href_.append("%20");
  return QueryAndFragment();
}

bool UrlParser::Path() {
  while (true) {
    std::size_t end = 0;
    while (end < rest_.size() && !IsSlash(rest_[end]) && rest_[end] != '?' && rest_[end] != '#') ++end;
    const std::string_view segment = rest_.substr(0, end);
    const bool last = end == rest_.size() || !IsSlash(rest_[end]);
    const int dots = DotSegment(segment);
    if (dots == 2) Shorten();
    if (dots == 0) {
      AppendSegment(segment);
    } else if (last) {
      url_.href_.push_back('/');
    }
    rest_.remove_prefix(last ? end : end + 1);
    if (last) break;
  }
  KeepPathFromHost();
  return QueryAndFragment();
}

void UrlParser::KeepPathFromHost() {
  if (url_.HasAuthority() || !WrittenPath().starts_with("//")) return;
  url_.href_.insert(url_.path_start_, "/.");
  url_.path_start_ += 2;
}

void UrlParser::AppendSegment(std::string_view segment) {
  const bool drive = file_ && WrittenPath().empty() && IsDriveLetter(segment);
  url_.href_.push_back('/');
  AppendPercentEncoded(segment, EncodeSet::kPath, url_.href_);
  if (drive) url_.href_.back() = ':';
}

void UrlParser::Shorten() {
  const std::string_view path = WrittenPath();
  if (file_ && path.size() == 3 && IsAsciiAlpha(path[1]) && path[2] == ':') return;
  const std::size_t slash = path.rfind('/');
  if (slash != path.npos) url_.href_.resize(url_.path_start_ + slash);
}

bool UrlParser::QueryAndFragment() {
  if (StartsWith(rest_, '?')) {
    const std::size_t end = std::min(rest_.size(), rest_.find('#'));
    url_.query_start_ = Size();
    url_.href_.push_back('?');
    AppendPercentEncoded(rest_.substr(1, end - 1), special_ ? EncodeSet::kSpecialQuery : EncodeSet::kQuery,
                         url_.href_);
    rest_.remove_prefix(end);
  }
  url_.fragment_start_ = Size();
  if (StartsWith(rest_, '#')) {
    url_.href_.push_back('#');
    AppendPercentEncoded(rest_.substr(1), EncodeSet::kFragment, url_.href_);
  }
  return true;
}

}  // namespace trawl::parser
