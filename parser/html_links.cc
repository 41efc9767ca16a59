#include "parser/html_links.h"

#include <algorithm>
#include <string>

#include "parser/ascii.h"
#include "parser/charset_decode.h"
#include "parser/error.h"
#include "parser/link_resolver.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

// Whether `href` is a scheme that is never crawled, however it goes on: saves reading a data URL of a
// megabyte.
bool IsForeignScheme(std::string_view href) {
  constexpr std::string_view kForeign[] = {"data:", "javascript:", "mailto:", "tel:", "blob:", "about:"};
  constexpr auto letter = [](char c) { return std::uint32_t{1} << (c & 31); };
  constexpr std::uint32_t kFirst =
      letter('d') | letter('j') | letter('m') | letter('t') | letter('b') | letter('a');
  if (href.empty() || (letter(href.front()) & kFirst) == 0) return false;
  return std::any_of(std::begin(kForeign), std::end(kForeign),
                     [&](std::string_view scheme) { return StartsWithIgnoreCase(href, scheme); });
}

// Takes the next image candidate's URL off `rest` (HTML 4.8.4.3.10, parsing a srcset attribute).
std::string_view NextCandidate(std::string_view& rest) {
  while (!rest.empty() && (IsHtmlSpace(rest.front()) || rest.front() == ',')) rest.remove_prefix(1);
  std::string_view url = NextToken(rest);
  if (url.ends_with(',')) {
    while (url.ends_with(',')) url.remove_suffix(1);
    return url;
  }
  int parentheses = 0;
  std::size_t at = 0;
  for (; at < rest.size() && (parentheses > 0 || rest[at] != ','); ++at) {
    if (rest[at] == '(') ++parentheses;
    if (rest[at] == ')' && parentheses > 0) --parentheses;
  }
  rest.remove_prefix(at);
  return url;
}

// Where the query of a link begins and ends.
std::string_view QueryOf(std::string_view href) {
  href = href.substr(0, href.find('#'));
  return href.substr(std::min(href.find('?'), href.size()));
}

bool HasForeignQuery(std::string_view href, Charset charset) {
  return charset != Charset::kUtf8 && href.size() <= Url::kMaxInput && !IsAscii(QueryOf(href));
}

std::string WithQueryIn(Charset charset, std::string_view href) {
  const std::string_view query = QueryOf(href);
  const std::size_t start = static_cast<std::size_t>(query.data() - href.data());
  std::string encoded(href.substr(0, start));
  encoded.append(EncodeQuery(charset, query)).append(href.substr(start + query.size()));
  return encoded;
}

}  // namespace

void LinkCollector::Open(Element element, const Attributes& a) {
  switch (element) {
    case Element::kA:
      EndAnchor();
      if (a.Has(Attribute::kHref)) {
        anchor_ = links_.size();
        Add(LinkKind::kAnchor, a[Attribute::kHref], a[Attribute::kRel], {}, a[Attribute::kHreflang]);
        if (anchor_ == links_.size()) anchor_ = kNone;
        anchor_text_.Clear();
      }
      break;
    case Element::kArea:
      if (a.Has(Attribute::kHref)) {
        Add(LinkKind::kArea, a[Attribute::kHref], a[Attribute::kRel],
            Fold(a[Attribute::kAlt], kMaxAnchor, arena_), a[Attribute::kHreflang]);
      }
      break;
    case Element::kLink: {
      const std::string_view title = Fold(a[Attribute::kTitle], kMaxAnchor, arena_);
      if (!a[Attribute::kHref].empty())
        Add(LinkKind::kLink, a[Attribute::kHref], a[Attribute::kRel], title, a[Attribute::kHreflang]);
      AddSrcset(LinkKind::kLink, a[Attribute::kImageSrcset], title);
      break;
    }
    case Element::kImg: {
      const std::string_view alt = Fold(a[Attribute::kAlt], kMaxAnchor, arena_);
      if (anchor_ != kNone && !alt.empty()) {
        anchor_text_.Space();
        anchor_text_.Add(alt);
        anchor_text_.Space();
      }
      AddSource(LinkKind::kImage, a, Attribute::kSrc, alt);
      AddSrcset(LinkKind::kImage, a[Attribute::kSrcset], alt);
      break;
    }
    case Element::kInput:
      if (EqualsIgnoringCase(a[Attribute::kType], "image")) {
        AddSource(LinkKind::kImage, a, Attribute::kSrc, Fold(a[Attribute::kAlt], kMaxAnchor, arena_));
      }
      break;
    case Element::kSource:
      AddSource(LinkKind::kSource, a, Attribute::kSrc);
      AddSrcset(LinkKind::kSource, a[Attribute::kSrcset], {});
      break;
    case Element::kFrame:
    case Element::kIframe:
      AddSource(LinkKind::kFrame, a, Attribute::kSrc, Fold(a[Attribute::kTitle], kMaxAnchor, arena_));
      break;
    case Element::kScript:
      AddSource(LinkKind::kScript, a, Attribute::kSrc);
      break;
    case Element::kAudio:
    case Element::kTrack:
      AddSource(LinkKind::kMedia, a, Attribute::kSrc);
      break;
    case Element::kVideo:
      AddSource(LinkKind::kMedia, a, Attribute::kSrc);
      AddSource(LinkKind::kMedia, a, Attribute::kPoster);
      break;
    case Element::kEmbed:
      AddSource(LinkKind::kObject, a, Attribute::kSrc);
      break;
    case Element::kObject:
      AddSource(LinkKind::kObject, a, Attribute::kData);
      break;
    case Element::kForm:
      AddSource(LinkKind::kForm, a, Attribute::kAction);
      break;
    default:
      break;
  }
}

void LinkCollector::Add(LinkKind kind, std::string_view href, std::string_view rel, std::string_view anchor,
                        std::string_view hreflang) {
  if (IsForeignScheme(href)) return;
  if (links_.size() == kMaxRawLinks) {
    ++uncollected_;
    return;
  }
  links_.push_back({kind, href, rel, anchor, hreflang});
}

void LinkCollector::AddSource(LinkKind kind, const Attributes& attributes, Attribute attribute,
                              std::string_view anchor) {
  // An empty source is an error, not a link to the page itself (HTML 4.8.4.3.5 and its likes).
  if (const std::string_view url = TrimHtmlSpace(attributes[attribute]); !url.empty())
    Add(kind, url, {}, anchor);
}

void LinkCollector::AddSrcset(LinkKind kind, std::string_view srcset, std::string_view anchor) {
  while (!srcset.empty()) {
    if (const std::string_view url = NextCandidate(srcset); !url.empty()) Add(kind, url, {}, anchor);
  }
}

void LinkCollector::EndAnchor() {
  if (anchor_ == kNone) return;
  links_[anchor_].anchor = arena_.Copy(anchor_text_.text());
  anchor_ = kNone;
}

std::string_view LinkCollector::CleanRel(std::string_view rel) {
  rel = Fold(rel, kMaxRel, arena_);
  if (std::none_of(rel.begin(), rel.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return rel;
  char* const lower = static_cast<char*>(arena_.Allocate(rel.size()));
  std::transform(rel.begin(), rel.end(), lower, ToAsciiLower);
  return {lower, rel.size()};
}

void LinkCollector::Resolve(const Url& base, const NormalizeOptions& normalize, Charset charset,
                            ParsedPage& page) {
  EndAnchor();
  NormalizeOptions options = normalize;
  options.max_length = kMaxUrl;
  LinkResolver resolver(base, options);
  page.links.reserve(std::min(links_.size(), kMaxLinks));
  page.links_found = uncollected_;
  bool too_long = false;  // past the hard limit: not even a row can name such a link
  for (const RawLink& raw : links_) {
    if (page.links.size() == kMaxLinks) {
      ++page.links_found;
      continue;
    }
    const auto url = HasForeignQuery(raw.href, charset) ? resolver.Resolve(WithQueryIn(charset, raw.href))
                                                        : resolver.Resolve(raw.href);
    too_long = too_long || (!url && url.error() == ParserErrc::kTooLong);
    if (!url) continue;
    ++page.links_found;
    page.links.push_back({arena_.Copy(*url), raw.kind, HasToken(raw.rel, "nofollow"), CleanRel(raw.rel),
                          raw.anchor, Fold(raw.hreflang, kMaxHreflang, arena_)});
  }
  page.links_truncated = too_long || page.links_found > page.links.size();
}

}  // namespace trawl::parser
