#include "parser/html_statements.h"

#include <algorithm>
#include <utility>

#include "parser/ascii.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

// What names of the `name` attribute belong to a vocabulary; of the `property` attribute all do.
constexpr std::string_view kVocabularies[] = {
    "og:", "article:", "book:", "profile:", "product:", "music:",    "video:",   "twitter:",
    "fb:", "dc.",      "dc:",   "dcterms.", "dcterms:", "citation_", "parsely-", "sailthru."};

// When a page was published, the most reliable name last.
constexpr std::string_view kDates[] = {"date",
                                       "pubdate",
                                       "publishdate",
                                       "publish-date",
                                       "citation_publication_date",
                                       "dc.date",
                                       "dc.date.issued",
                                       "dcterms.created",
                                       "dcterms.issued",
                                       "datepublished",
                                       "article:published",
                                       "og:published_time",
                                       "article:published_time"};

// Who wrote a page, the most reliable name last.
constexpr std::string_view kAuthors[] = {"dcterms.creator", "dc.creator",      "citation_author",
                                         "article:author",  "sailthru.author", "parsely-author",
                                         "author"};

bool IsOfVocabulary(std::string_view name) {
  return std::any_of(std::begin(kVocabularies), std::end(kVocabularies),
                     [name](std::string_view prefix) { return StartsWithIgnoreCase(name, prefix); });
}

// The place of `name` among `names`, from one; zero when it is none of them.
template <std::size_t N>
int RankAmong(const std::string_view (&names)[N], std::string_view name) {
  for (std::size_t i = N; i > 0; --i) {
    if (EqualsIgnoringCase(name, names[i - 1])) return static_cast<int>(i);
  }
  return 0;
}

bool IsJsonLd(std::string_view type) {
  return EqualsIgnoringCase(TrimHtmlSpace(type.substr(0, type.find(';'))), "application/ld+json");
}

}  // namespace

void StatementCollector::OpenMeta(const Attributes& attributes) {
  const bool property = attributes.Has(Attribute::kProperty);
  const std::string_view name = TrimHtmlSpace(attributes[property ? Attribute::kProperty : Attribute::kName]);
  if (name.empty() || !attributes.Has(Attribute::kContent)) return;
  const std::string_view content = TrimHtmlSpace(attributes[Attribute::kContent]);
  if (!property && generator_.empty() && EqualsIgnoringCase(name, "generator")) generator_ = content;
  // Facebook's article:author is the address of a profile.
  if (const int rank = RankAmong(kAuthors, name);
      rank > author_rank_ && !content.empty() && content.find("://") == content.npos) {
    author_rank_ = rank;
    author_ = content;
  }
  if (const int rank = RankAmong(kDates, name); rank > date_rank_ && !content.empty()) {
    date_rank_ = rank;
    date_ = content;
  }
  if (name.size() > kMaxPropertyName || properties_.size() == kMaxProperties) return;
  if (property || IsOfVocabulary(name)) properties_.push_back({name, CutUtf8(content, kMaxPropertyContent)});
}

bool StatementCollector::OpenScript(const Attributes& attributes) {
  block_.clear();
  return attributes.Has(Attribute::kType) && IsJsonLd(attributes[Attribute::kType]);
}

void StatementCollector::CloseScript() {
  const std::string_view block = TrimHtmlSpace(block_);
  // A block that is cut is no JSON: all of it or none.
  if (block.empty() || blocks_.size() == kMaxJsonLd || block.size() > kMaxJsonLdBytes - block_bytes_) return;
  block_bytes_ += block.size();
  blocks_.push_back(arena_.Copy(block));
}

void StatementCollector::Finish(ParsedPage& page) {
  page.author = Fold(author_, kMaxAuthor, arena_);
  page.generator = Fold(generator_, kMaxGenerator, arena_);
  page.date = Fold(date_, kMaxDate, arena_);
  page.properties = std::move(properties_);
  page.json_ld = std::move(blocks_);
}

void HeadingCollector::Open(int level) {
  Close();
  if (headings_.size() == kMaxHeadings) return;
  headings_.push_back({static_cast<std::uint8_t>(level), {}});
  text_.Clear();
  open_ = true;
}

void HeadingCollector::Close() {
  if (!open_) return;
  headings_.back().text = arena_.Copy(text_.text());
  open_ = false;
}

void HeadingCollector::Finish(ParsedPage& page) {
  Close();
  page.headings = std::move(headings_);
}

}  // namespace trawl::parser
