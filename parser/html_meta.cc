#include "parser/html_meta.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/html_text.h"
#include "parser/normalize.h"

namespace trawl::parser {
namespace {

std::string_view SkipSpace(std::string_view text) {
  while (!text.empty() && IsHtmlSpace(text.front())) text.remove_prefix(1);
  return text;
}

// Behind "url =", when `text` begins with that; else all of it.
std::string_view BehindUrlEquals(std::string_view text) {
  if (!StartsWithIgnoreCase(text, "url")) return text;
  const std::string_view rest = SkipSpace(text.substr(3));
  return rest.starts_with('=') ? SkipSpace(rest.substr(1)) : text;
}

std::string_view Unquoted(std::string_view text) {
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) return text;
  const char quote = text[0];
  text.remove_prefix(1);
  return text.substr(0, text.find(quote));
}

}  // namespace

std::optional<Refresh> ParseRefresh(std::string_view content) {
  constexpr std::uint64_t kMaxMs = 0xFFFFFFFE;
  content = SkipSpace(content);
  if (content.empty() || (!IsAsciiDigit(content[0]) && content[0] != '.')) return std::nullopt;
  std::uint64_t ms = 0;
  while (!content.empty() && IsAsciiDigit(content[0])) {
    ms = std::min<std::uint64_t>(ms * 10 + static_cast<std::uint64_t>(content[0] - '0') * 1000, kMaxMs);
    content.remove_prefix(1);
  }
  std::uint64_t scale = 100;
  if (!content.empty() && content[0] == '.') {
    content.remove_prefix(1);
    for (; !content.empty() && IsAsciiDigit(content[0]); content.remove_prefix(1), scale /= 10) {
      ms = std::min<std::uint64_t>(ms + static_cast<std::uint64_t>(content[0] - '0') * scale, kMaxMs);
    }
  }
  while (!content.empty() && (IsAsciiDigit(content[0]) || content[0] == '.')) content.remove_prefix(1);
  Refresh refresh;
  refresh.delay_ms = static_cast<std::uint32_t>(ms);
  if (content.empty()) return refresh;
  if (content[0] != ';' && content[0] != ',' && !IsHtmlSpace(content[0])) return std::nullopt;
  content = SkipSpace(content);
  if (!content.empty() && (content[0] == ';' || content[0] == ',')) content = SkipSpace(content.substr(1));
  refresh.url = TrimHtmlSpace(Unquoted(BehindUrlEquals(content)));
  return refresh;
}

void MetaCollector::Open(Element element, const Attributes& a) {
  switch (element) {
    case Element::kTitle:
      ++titles_;
      break;
    case Element::kMeta:
      OpenMeta(a);
      break;
    case Element::kBase:
      // Of several the first one with an href counts (HTML 4.2.3).
      if (!base_seen_ && a.Has(Attribute::kHref)) {
        base_ = a[Attribute::kHref];
        base_seen_ = true;
      }
      break;
    case Element::kLink:
      if (canonical_.empty() && HasToken(a[Attribute::kRel], "canonical")) canonical_ = a[Attribute::kHref];
      break;
    case Element::kHtml:
      if (!language_seen_ && a.Has(Attribute::kLang)) {
        language_ = a[Attribute::kLang];
        language_seen_ = true;
      }
      break;
    default:
      break;
  }
}

void MetaCollector::OpenMeta(const Attributes& a) {
  const std::string_view content = a[Attribute::kContent];
  if (a.Has(Attribute::kName)) {
    const std::string_view name = TrimHtmlSpace(a[Attribute::kName]);
    if (description_.empty() && EqualsIgnoringCase(name, "description"))
      description_ = TrimHtmlSpace(content);
    const auto is_name = [name](const std::string& token) { return EqualsIgnoringCase(name, token); };
    if (EqualsIgnoringCase(name, "robots") ||
        std::any_of(job_.product_tokens.begin(), job_.product_tokens.end(), is_name)) {
      Robots(content);
    }
  }
  if (!a.Has(Attribute::kHttpEquiv)) return;
  const std::string_view pragma = TrimHtmlSpace(a[Attribute::kHttpEquiv]);
  if (EqualsIgnoringCase(pragma, "content-language")) {
    // A list is no language (HTML 4.2.5.3, content language state).
    std::string_view rest = content;
    if (content_language_.empty() && content.find(',') == std::string_view::npos)
      content_language_ = NextToken(rest);
  } else if (EqualsIgnoringCase(pragma, "refresh") && !refresh_) {
    refresh_ = ParseRefresh(content);
  }
}

void MetaCollector::Robots(std::string_view content) {
  while (!content.empty()) {
    const std::size_t size = std::min(content.find(','), content.size());
    const std::string_view rule = TrimHtmlSpace(content.substr(0, size));
    content.remove_prefix(std::min(size + 1, content.size()));
    const bool none = EqualsIgnoringCase(rule, "none");
    noindex_ |= none || EqualsIgnoringCase(rule, "noindex");
    nofollow_ |= none || EqualsIgnoringCase(rule, "nofollow");
  }
}

Url MetaCollector::Finish(const Url& document, ParsedPage& page) {
  page.title = Fold(arena_.Copy(title_), kMaxTitle, arena_);
  page.description = Fold(description_, kMaxDescription, arena_);
  page.language = Fold(language_seen_ ? language_ : content_language_, kMaxLanguage, arena_);
  page.noindex = noindex_;
  page.nofollow = nofollow_;

  Url base = document;
  if (base_seen_) {
    const auto url = Url::Parse(base_, &document);
    if (url && url->Scheme() != "data" && url->Scheme() != "javascript") base = *url;
  }
  if (base.Href() != document.Href() && base.Href().size() <= kMaxUrl) page.base = arena_.Copy(base.Href());

  if (!canonical_.empty()) {
    NormalizeOptions options = job_.normalize;
    options.max_length = kMaxUrl;
    const auto url = Url::Parse(canonical_, &base);
    const auto normalized = url ? Normalize(*url, options) : Result<std::string>(url.error());
    if (normalized) page.canonical = arena_.Copy(*normalized);
  }
  return base;
}

}  // namespace trawl::parser
