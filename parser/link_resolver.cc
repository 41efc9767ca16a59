#include "parser/link_resolver.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/error.h"
#include "parser/fold_target.h"
#include "parser/percent_encode.h"
#include "parser/request_target.h"

namespace trawl::parser {
namespace {

std::string_view TrimControlsAndSpaces(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  return text;
}

// What of a link must be known before it is read on.
struct Marks {
  std::string_view before_fragment;
  bool colon;  // whether a ':' may be there
};

Marks MarksOf(std::string_view href) {
  const char* at = href.data();
  const char* const end = at + href.size();
  bool colon = false;
  for (; end - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
    const ByteBlock block(at);
    colon = colon || block.Equal(':') != 0;
    if (const std::uint32_t hash = block.Equal('#')) {
      at += __builtin_ctz(hash);
      return {{href.data(), static_cast<std::size_t>(at - href.data())}, colon};
    }
  }
  for (; at != end && *at != '#'; ++at) colon = colon || *at == ':';
  return {{href.data(), static_cast<std::size_t>(at - href.data())}, colon};
}

// Whether there is a ':' before anything that cannot stand in a scheme.
bool MayHaveScheme(std::string_view href) {
  for (const char c : href) {
    if (c == ':') return true;
    if (!IsAsciiAlpha(c) && !IsAsciiDigit(c) && c != '+' && c != '-' && c != '.') return false;
  }
  return false;
}

}  // namespace

LinkResolver::LinkResolver(const Url& base, const NormalizeOptions& options)
    : base_(base), options_(options), folds_(FoldsAnything(options)) {
  NormalizeOptions plain;
  plain.max_length = std::string::npos;
  const auto normalized = Normalize(base, plain);
  if (!normalized) return;
  base_url_ = *normalized;
  base_path_ = base.Protocol().size() + 2 + base.Host().size();
  base_query_ = std::min(base_url_.size(), base_url_.find('?', base_path_));
  base_directory_ = base_url_.rfind('/', base_query_ - 1) + 1;
}

Result<std::string_view> LinkResolver::Resolve(std::string_view href) {
  if (href.size() > Url::kMaxInput) return ParserErrc::kTooLong;
  if (!base_url_.empty() && ResolveFast(TrimControlsAndSpaces(href))) {
    if (folds_) {
      FoldTarget(options_, buffer_path_, buffer_);
      of_base_ = 0;
    }
    if (buffer_.size() > options_.max_length) return ParserErrc::kTooLong;
    return std::string_view(buffer_);
  }
  const auto url = Url::Parse(href, &base_);
  if (!url) return url.error();
  auto normalized = Normalize(*url, options_);
  if (!normalized) return normalized.error();
  buffer_ = std::move(*normalized);
  of_base_ = 0;
  return std::string_view(buffer_);
}

void LinkResolver::BeginWithBase(std::size_t size) {
  if (of_base_ < size) {
    buffer_.assign(base_url_, 0, size);
  } else {
    buffer_.resize(size);
  }
  of_base_ = size;
}

bool LinkResolver::ResolveFast(std::string_view href) {
  const Marks marks = MarksOf(href);
  href = marks.before_fragment;
  buffer_path_ = base_path_;
  if (href.empty()) {
    BeginWithBase(base_url_.size());
    return true;
  }
  if (href[0] == '/') {
    if (href.starts_with("//")) return ResolveAbsolute(base_.Scheme(), href.substr(2));
    if (!IsCleanTarget(href)) return false;
    BeginWithBase(base_path_);
    buffer_.append(href);
    return true;
  }
  if (href[0] == '?') {
    if (href.size() > 1 && !IsCleanQuery(href.substr(1))) return false;
    BeginWithBase(base_query_);
    if (href.size() > 1) buffer_.append(href);
    return true;
  }
  if (!marks.colon) return ResolveRelative(href);
  const std::string_view origin = std::string_view(base_url_).substr(0, base_path_);
  if (href.starts_with(origin) && href.size() > origin.size() && href[origin.size()] == '/') {
    if (!IsCleanTarget(href.substr(origin.size()))) return false;
    buffer_.assign(href);
    of_base_ = base_path_;
    return true;
  }
  if (href.starts_with("https://")) return ResolveAbsolute("https", href.substr(8));
  if (href.starts_with("http://")) return ResolveAbsolute("http", href.substr(7));
  return !MayHaveScheme(href) && ResolveRelative(href);
}

bool LinkResolver::ResolveAbsolute(std::string_view scheme, std::string_view behind_slashes) {
  const std::size_t host_end = PlainHostLength(behind_slashes);
  const std::string_view target = behind_slashes.substr(host_end);
  if (!IsPlainHost(behind_slashes.substr(0, host_end)) || !(target.empty() || IsCleanTarget(target)))
    return false;
  buffer_.assign(scheme).append("://").append(behind_slashes);
  of_base_ = 0;
  buffer_path_ = scheme.size() + 3 + host_end;
  if (target.empty()) buffer_.push_back('/');
  return true;
}

bool LinkResolver::ResolveRelative(std::string_view href) {
  std::size_t directory = base_directory_;
  while (href[0] == '.') {
    const bool up = href.starts_with("..");
    const std::size_t dots = up ? 2 : 1;
    if (href.size() > dots && href[dots] != '/')
      break;  // a name such as ".profile", or "..?x", which is rare
    if (up && directory > base_path_ + 1) directory = base_url_.rfind('/', directory - 2) + 1;
    href.remove_prefix(std::min(href.size(), dots + 1));
    if (href.empty()) break;
  }
  BeginWithBase(directory);
  buffer_.append(href);
  return IsCleanTarget(std::string_view(buffer_).substr(directory - 1));
}

}  // namespace trawl::parser
