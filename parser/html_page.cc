#include "parser/html_page.h"

#include <algorithm>
#include <functional>

#include "parser/ascii.h"
#include "parser/fingerprint.h"

namespace trawl::parser {

bool StyleHides(std::string_view style) {
  while (!style.empty()) {
    const std::size_t size = std::min(style.find(';'), style.size());
    const std::string_view declaration = style.substr(0, size);
    style.remove_prefix(std::min(size + 1, style.size()));
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view property = TrimHtmlSpace(declaration.substr(0, colon));
    std::string_view rest = declaration.substr(colon + 1);
    const std::string_view value = NextToken(rest);
    if (EqualsIgnoringCase(property, "display") && StartsWithIgnoreCase(value, "none")) return true;
    if (EqualsIgnoringCase(property, "visibility") && StartsWithIgnoreCase(value, "hidden")) return true;
  }
  return false;
}

namespace {

bool IsSilent(Element element) {
  return element == Element::kScript || element == Element::kHidden || element == Element::kTitle ||
         element == Element::kIframe;
}

Result<Url> DocumentUrl(const std::string& url) {
  if (auto parsed = Url::Parse(url)) return parsed;
  return Url::Parse("about:blank");
}

}  // namespace

// A character reference is at least four bytes for at most six, a NUL may become a three-byte U+FFFD, and a
// line end takes a tag.
PageBuilder::PageBuilder(const PageJob& job, Charset charset, std::string_view html, Arena& arena)
    : job_(job),
      charset_(charset),
      html_(html),
      meta_(job, arena),
      links_(arena),
      text_(arena, job.want_text ? std::min(3 * html.size() + 16, kMaxText) : 0),
      statements_(arena),
      headings_(arena) {}

bool PageBuilder::Hides(Element element, const Attributes& attributes) {
  if (DisplayOf(element) == Display::kNone) return true;
  if (element == Element::kDialog && !attributes.Has(Attribute::kOpen)) return true;
  if (!attributes.HasEither(Attribute::kHidden, Attribute::kStyle)) return false;
  return attributes.Has(Attribute::kHidden) || StyleHides(attributes[Attribute::kStyle]);
}

void PageBuilder::Open(Element element, const Attributes& attributes) {
  if (TellsMore(element)) OpenTelling(element, attributes);
  if (element == Element::kPreformatted) ++preformatted_;
  const bool hides = Hides(element, attributes);
  if (Plain() && !hides) return OpenDisplay(element);
  if (title_ > 0 || (element == Element::kTitle && !noscript_)) ++title_;
  if (silent_ > 0 || IsSilent(element)) ++silent_;
  if (hidden_ > 0 || hides) {
    ++hidden_;
    return;
  }
  OpenDisplay(element);
}

// What an element says of the page and of other documents.
void PageBuilder::OpenTelling(Element element, const Attributes& attributes) {
  if (!noscript_) {
    meta_.Open(element, attributes);
    if (element == Element::kMeta) statements_.OpenMeta(attributes);
    if (element == Element::kScript) json_ld_ = statements_.OpenScript(attributes);
  }
  if (job_.want_links) links_.Open(element, attributes);
}

void PageBuilder::OpenDisplay(Element element) {
  switch (DisplayOf(element)) {
    case Display::kBlock:
      text_.Break(1);
      break;
    case Display::kParagraph:
      text_.Break(2);
      if (const int level = HeadingLevel(element)) headings_.Open(level);
      break;
    default:
      if (element == Element::kBr)
        text_.LineEnd();
      else
        return;
  }
  links_.Space();
  headings_.Space();
}

void PageBuilder::Close(Element element) {
  if (element == Element::kA) links_.Close(element);
  if (element == Element::kPreformatted) --preformatted_;
  if (Plain()) return CloseDisplay(element);
  if (title_ > 0) --title_;
  if (json_ld_ && element == Element::kScript) {
    statements_.CloseScript();
    json_ld_ = false;
  }
  if (silent_ > 0) --silent_;
  if (hidden_ > 0) {
    --hidden_;
    return;
  }
  CloseDisplay(element);
}

void PageBuilder::CloseDisplay(Element element) {
  switch (DisplayOf(element)) {
    case Display::kBlock:
      text_.Break(1);
      break;
    case Display::kParagraph:
      text_.Break(2);
      if (HeadingLevel(element) != 0) headings_.Close();
      break;
    case Display::kCell:
      text_.Tab();
      break;
    default:
      return;
  }
  links_.Space();
  headings_.Space();
}

// What lies in the document may be read to its end.
const char* PageBuilder::ReadableEnd(std::string_view text) const {
  const std::less_equal<const char*> before;
  const char* const end = text.data() + text.size();
  const char* const html_end = html_.data() + html_.size();
  return before(html_.data(), text.data()) && before(end, html_end) ? html_end : end;
}

void PageBuilder::Characters(std::string_view text) {
  if (!Plain() || noscript_ || preformatted_ > 0 || links_.InAnchor() || headings_.open() || !job_.want_text)
    return CharactersAround(text);
  text_.Characters(text, ReadableEnd(text));
}

// Where they are asked for more than the page's text, or less.
void PageBuilder::CharactersAround(std::string_view text) {
  if (title_ > 0) meta_.Title(text);
  if (silent_ > 0) {
    if (json_ld_) statements_.JsonLd(text);
    return;
  }
  const char* const readable_end = ReadableEnd(text);
  links_.Characters(text, readable_end);
  if (hidden_ > 0 || noscript_) return;
  if (headings_.open()) headings_.Characters(text, readable_end);
  if (!job_.want_text) return;
  if (preformatted_ > 0) {
    text_.Preformatted(text, readable_end);
  } else {
    text_.Characters(text, readable_end);
  }
}

ParsedPage PageBuilder::Finish() {
  ParsedPage page;
  page.text = text_.Finish();
  page.text_truncated = text_.truncated();
  page.words = CountWords(page.text);
  page.content_hash = HashContent(page.text.empty() ? std::string_view(job_.body) : page.text);
  const auto document = DocumentUrl(job_.url);
  const Url base = meta_.Finish(*document, page);
  if (const auto& refresh = meta_.refresh(); refresh && !refresh->url.empty()) {
    page.refresh_ms = refresh->delay_ms;
    if (job_.want_links) links_.AddRefresh(refresh->url);
  }
  statements_.Finish(page);
  headings_.Finish(page);
  if (job_.want_links) links_.Resolve(base, job_.normalize, charset_, page);
  return page;
}

}  // namespace trawl::parser
