#include "parser/document_kinds.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "parser/byline.h"
#include "parser/charset.h"
#include "parser/charset_decode.h"
#include "parser/fingerprint.h"
#include "parser/html.h"
#include "parser/html_shape.h"
#include "parser/language_guess.h"
#include "parser/robots.h"
#include "parser/scan.h"
#include "parser/selection.h"
#include "parser/simhash.h"
#include "parser/sitemap.h"
#include "parser/structured.h"
#include "parser/token_notation.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

// Microdata or the main content alone are no reason to lose a page that a scan can read.
constexpr std::size_t kMostForExtras = 2 << 20;

// The one place that chooses between the two ways.
bool NeedsTree(const PageJob& job, std::string_view html) {
  if (job.want_tree || job.want_structured || !job.items.empty()) return true;
  if (html.size() > kMostForExtras) return false;
  return (job.want_main || (job.want_statements && MentionsMicrodata(html))) && ShapeOf(html).fits_tree;
}

// The language that the page declares, else the one its text is in.
void SettleLanguage(ParsedPage& page) {
  const bool declared = !page.language.empty();
  if (!declared) page.language = GuessLanguage(page.text);
  if (page.language.empty()) return;
  page.language_source = declared ? LanguageSource::kDeclared : LanguageSource::kDetected;
}

ParsedPage ParseHtmlDocument(const PageJob& job, Arena& arena) {
  const auto [verdict, unchecked] = DecodeUnchecked(job.body, job.content_type, arena);
  const bool scan = !job.want_source && !NeedsTree(job, unchecked);
  const std::string_view html = scan ? unchecked : DecodeToUtf8(Charset::kUtf8, unchecked, arena);
  ParsedPage page;
  if (job.want_source) {
    page.text = CutUtf8(html, kMaxText);
    page.text_truncated = page.text.size() < html.size();
    page.content_hash = HashContent(job.body);
  } else {
    const auto parse = scan ? ScanUnchecked : ParseHtml;
    page = parse(job, html, verdict.charset, arena);
    page.simhash = SimhashOf(page.text);
    ReadByline(arena, page);
    SettleLanguage(page);
    if (job.want_statements) ReadStatements(arena, page);
  }
  page.charset = Name(verdict.charset);
  page.charset_source = verdict.source;
  return page;
}

// Brings what robots.txt says within the limits of an answer. A pattern longer than any URL that is asked
// about: a disallow is cut, which forbids no less, an allow is left out, which allows no more.
void FitAnswer(RobotsRules& robots) {
  std::erase_if(robots.rules,
                [](const RobotsRule& rule) { return rule.allow && rule.pattern.size() > kMaxRobotsPattern; });
  for (RobotsRule& rule : robots.rules) {
    if (rule.pattern.size() <= kMaxRobotsPattern) continue;
    rule.pattern.resize(kMaxRobotsPattern);
    while (!rule.pattern.empty() && rule.pattern.back() == '$') rule.pattern.pop_back();
  }
  std::erase_if(robots.sitemaps, [](const std::string& url) { return url.size() > kMaxUrl; });
  if (robots.crawl_delay) robots.crawl_delay = std::clamp(*robots.crawl_delay, Duration(0), kMaxCrawlDelay);
}

ParsedPage ParseRobotsDocument(const PageJob& job, Arena&) {
  ParsedPage page;
  page.robots = ParseRobots(job.body, job.product_tokens);
  FitAnswer(page.robots);
  page.charset = Name(Charset::kUtf8);
  page.content_hash = HashContent(job.body);
  return page;
}

// The tokens of the body, as JSON in the page's text. The content type is the name of the tokenizer's state,
// and behind a ';' that of the last start tag.
ParsedPage ParseTokenDocument(const PageJob& job, Arena& arena) {
  ParsedPage page;
  const std::string_view parameters = job.content_type;
  const std::size_t split = std::min(parameters.find(';'), parameters.size());
  const auto state = TokenizerStateNamed(parameters.substr(0, split));
  if (!state) return page;
  const std::string tokens =
      NoteTokens(ScrubUtf8(job.body), *state, parameters.substr(std::min(split + 1, parameters.size())));
  page.text = CutUtf8(arena.Copy(tokens), kMaxText);
  page.text_truncated = page.text.size() < tokens.size();
  page.charset = Name(Charset::kUtf8);
  return page;
}

// What a selector selects in the body, as JSON in the page's text.
ParsedPage ParseSelectDocument(const PageJob& job, Arena& arena) {
  ParsedPage page;
  const DecodedText decoded = DecodeDocument(job.body, job.content_type, arena);
  const std::string selection = NoteSelection(decoded.utf8, job.extract, job.want_text, arena);
  page.text_truncated = selection.size() > kMaxText;
  if (!page.text_truncated) page.text = arena.Copy(selection);
  page.charset = Name(decoded.verdict.charset);
  page.charset_source = decoded.verdict.source;
  return page;
}

// What an XML declaration says (XML 1.0 4.3.3), "utf-8" where there is none.
std::string DeclaredEncoding(std::string_view body) {
  std::string_view head = body.substr(0, 256);
  head = head.substr(0, std::min(head.find("?>"), head.size()));
  const std::size_t name = head.starts_with("<?xml") ? head.find("encoding") : head.npos;
  const std::size_t quote = name == head.npos ? head.npos : head.find_first_of("\"'", name);
  const std::size_t end = quote == head.npos ? head.npos : head.find(head[quote], quote + 1);
  return end == head.npos ? "utf-8" : std::string(head.substr(quote + 1, end - quote - 1));
}

// Sitemaps and feeds; what is neither says so in the sitemap's error.
ParsedPage ParseSitemapDocument(const PageJob& job, Arena& arena) {
  ParsedPage page;
  std::string type(job.content_type);
  // Where neither the header nor a byte order mark says the charset, XML does, and else it is UTF-8.
  if (type.find("charset=") == std::string::npos) type += "; charset=" + DeclaredEncoding(job.body);
  const DecodedText decoded = DecodeDocument(job.body, type, arena);
  page.sitemap = ReadSitemap(decoded.utf8, job.url, job.normalize);
  page.charset = Name(decoded.verdict.charset);
  page.charset_source = decoded.verdict.source;
  page.content_hash = HashContent(job.body);
  return page;
}

constexpr DocumentKindRow kKinds[] = {
    {DocumentKind::kHtml, "html", ParseHtmlDocument},
    {DocumentKind::kRobots, "robots", ParseRobotsDocument},
    {DocumentKind::kTokens, "tokens", ParseTokenDocument},
    {DocumentKind::kSelect, "select", ParseSelectDocument},
    {DocumentKind::kSitemap, "sitemap", ParseSitemapDocument},
};

}  // namespace

std::span<const DocumentKindRow> DocumentKinds() {
  return kKinds;
}

ParsedPage ParseDocument(const PageJob& job, Arena& arena) {
  // Not its CPU time: to ask for that is a system call, twice a page.
  const auto start = std::chrono::steady_clock::now();
  const auto* const row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                       [&](const DocumentKindRow& r) { return r.kind == job.kind; });
  ParsedPage page;
  if (row != std::end(kKinds)) page = row->parse(job, arena);
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  page.parse_us = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      static_cast<std::uint64_t>(took.count()), std::numeric_limits<std::uint32_t>::max()));
  return page;
}

}  // namespace trawl::parser
