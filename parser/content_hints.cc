#include "parser/content_hints.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "parser/ascii.h"

namespace trawl::parser {
namespace {

enum Where : std::uint8_t { kWord, kStart, kAnywhere };  // the whole word, its beginning, any part of a name

struct Part {
  std::string_view text;  // lower case
  Where where;
  std::uint8_t hints;
};

// By their first letter.
constexpr Part kParts[] = {
    {"ad", kWord, kHintChrome},
    {"adbox", kStart, kHintChrome},
    {"ads", kWord, kHintChrome},
    {"adsbygoogle", kWord, kHintChrome},
    {"advert", kStart, kHintChrome},
    {"article", kAnywhere, kHintLikely},
    {"articlebody", kAnywhere, kHintBody},
    {"author", kStart, kHintDetails},
    {"banner", kAnywhere, kHintDoubt},
    {"bio", kWord, kHintDetails},
    {"blog", kStart, kHintLikely},
    {"body", kStart, kHintLikely},
    {"breadcrumb", kAnywhere, kHintChrome},
    {"byline", kAnywhere, kHintDetails},
    {"carousel", kAnywhere, kHintDoubt},
    {"combx", kWord, kHintComments},
    {"comment", kAnywhere, kHintComments},
    {"commentar", kAnywhere, 0},
    {"consent", kAnywhere, kHintChrome},
    {"content", kAnywhere, kHintLikely},
    {"cookie", kAnywhere, kHintChrome},
    {"copyright", kAnywhere, kHintDoubt},
    {"date", kWord, kHintDetails},
    {"dateline", kStart, kHintDetails},
    {"discussion", kStart, kHintComments},
    {"disqus", kAnywhere, kHintComments},
    {"donat", kStart, kHintDoubt},
    {"dsq", kWord, kHintComments},
    {"editsection", kAnywhere, kHintChrome},
    {"entry", kStart, kHintLikely},
    {"feedback", kStart, kHintDoubt},
    {"follow", kWord, kHintDoubt},
    {"footer", kAnywhere, kHintChrome},
    {"gdpr", kStart, kHintChrome},
    {"hentry", kWord, kHintLikely},
    {"hidden", kWord, kHintDoubt},
    {"login", kAnywhere, kHintChrome},
    {"main", kStart, kHintLikely},
    {"masthead", kAnywhere, kHintChrome},
    {"menu", kAnywhere, kHintChrome},
    {"meta", kWord, kHintDetails},
    {"modal", kAnywhere, kHintDoubt},
    {"most", kWord, kHintDoubt},
    {"nav", kWord, kHintChrome},
    {"navbar", kAnywhere, kHintChrome},
    {"navbox", kAnywhere, kHintChrome},
    {"navi", kWord, kHintChrome},
    {"navigation", kAnywhere, kHintChrome},
    {"newsletter", kAnywhere, kHintChrome},
    {"noprint", kWord, kHintDoubt},
    {"outbrain", kAnywhere, kHintChrome},
    {"overlay", kWord, kHintDoubt},
    {"pager", kStart, kHintChrome},
    {"pagination", kStart, kHintChrome},
    {"popular", kWord, kHintDoubt},
    {"popup", kAnywhere, kHintChrome},
    {"post", kStart, kHintLikely},
    {"print", kWord, kHintDoubt},
    {"promo", kStart, kHintDoubt},
    {"pubdate", kStart, kHintDetails},
    {"published", kWord, kHintDetails},
    {"recirc", kAnywhere, kHintChrome},
    {"recommend", kAnywhere, kHintChrome},
    {"related", kAnywhere, kHintChrome},
    {"replies", kWord, kHintComments},
    {"respond", kWord, kHintComments},
    {"share", kStart, kHintChrome},
    {"sharebar", kAnywhere, kHintChrome},
    {"shareholder", kStart, 0},
    {"sharing", kAnywhere, kHintChrome},
    {"sidebar", kAnywhere, kHintChrome},
    {"signup", kAnywhere, kHintChrome},
    {"skip", kWord, kHintDoubt},
    {"social", kAnywhere, kHintChrome},
    {"sponsor", kStart, kHintChrome},
    {"sr-only", kAnywhere, kHintHidden},
    {"story", kStart, kHintLikely},
    {"subscri", kStart, kHintChrome},
    {"taboola", kAnywhere, kHintChrome},
    {"tagcloud", kAnywhere, kHintChrome},
    {"taglist", kAnywhere, kHintDetails},
    {"tags", kWord, kHintDetails},
    {"teaser", kStart, kHintTeaser},
    {"text", kStart, kHintLikely},
    {"timestamp", kStart, kHintDetails},
    {"toolbar", kAnywhere, kHintChrome},
    {"topbar", kAnywhere, kHintChrome},
    {"trending", kStart, kHintChrome},
    {"visually-hidden", kAnywhere, kHintHidden},
    {"visuallyhidden", kAnywhere, kHintHidden},
    {"widget", kWord, kHintChrome},
};

static_assert(std::is_sorted(std::begin(kParts), std::end(kParts),
                             [](const Part& a, const Part& b) { return a.text < b.text; }));

// Where in kParts each letter begins.
constexpr std::array<std::uint8_t, 27> MakeBuckets() {
  std::array<std::uint8_t, 27> begins{};
  std::size_t at = 0;
  for (std::size_t letter = 0; letter < 26; ++letter) {
    while (at < std::size(kParts) && kParts[at].text[0] < static_cast<char>('a' + letter)) ++at;
    begins[letter] = static_cast<std::uint8_t>(at);
  }
  begins[26] = std::size(kParts);
  return begins;
}
constexpr std::array<std::uint8_t, 27> kBuckets = MakeBuckets();

// Names of the text itself, whatever else their element is called.
constexpr std::string_view kBodies[] = {
    "article-body",     "article__body",  "article_body", "articlebody",   "article-content",
    "article__content", "article-text",   "articletext",  "entry-content", "entrycontent",
    "post-content",     "postcontent",    "post-body",    "postbody",      "post_content",
    "post-text",        "story-body",     "storybody",    "story-content", "story__body",
    "story-text",       "body-text",      "bodytext",     "content-body",  "article-content-body",
    "news-text",        "single-content", "text-content", "content__body", "articlecontent"};

constexpr bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool IsWordByte(char c) {
  return IsAsciiAlpha(c) || IsAsciiDigit(c);
}

bool HasAt(std::string_view names, std::size_t at, std::string_view lower) {
  if (names.size() - at < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (ToAsciiLower(names[at + i]) != lower[i]) return false;
  }
  return true;
}

bool IsBoundary(std::string_view names, std::size_t at) {
  if (at == 0 || at == names.size()) return true;
  const char before = names[at - 1], here = names[at];
  return !IsWordByte(before) || !IsWordByte(here) || (IsLower(before) && IsUpper(here));
}

// Whether what stands at `at` is what the element has or lacks, not what it is: "has-sidebar", "no-comments".
bool IsDenied(std::string_view names, std::size_t at) {
  constexpr std::string_view kBefore[] = {"has-", "no-",   "with-",      "without-", "has_",
                                          "no_",  "with_", "elementor-", "so-"};
  return std::any_of(std::begin(kBefore), std::end(kBefore), [=](std::string_view word) {
    return at >= word.size() && HasAt(names, at - word.size(), word) && IsBoundary(names, at - word.size());
  });
}

std::uint8_t HintsOfNames(std::string_view names) {
  std::uint8_t hints = 0;
  for (std::size_t at = 0; at < names.size(); ++at) {
    const char letter = ToAsciiLower(names[at]);
    if (!IsLower(letter)) continue;
    const bool begins = IsBoundary(names, at);
    if (begins && IsDenied(names, at)) continue;
    // The longest part counts: "commentary" is no comment.
    std::size_t longest = 0;
    std::uint8_t found = 0;
    for (std::size_t i = kBuckets[static_cast<std::size_t>(letter - 'a')];
         i < kBuckets[static_cast<std::size_t>(letter - 'a') + 1]; ++i) {
      const Part& part = kParts[i];
      if (part.where != kAnywhere && !begins) continue;
      if (!HasAt(names, at, part.text)) continue;
      if (part.where == kWord && !IsBoundary(names, at + part.text.size())) continue;
      if (part.text.size() < longest) continue;
      longest = part.text.size();
      found = part.hints;
    }
    hints |= found;
    if (!begins) continue;
    for (const std::string_view body : kBodies) {
      if (body[0] == letter && HasAt(names, at, body)) hints |= kHintBody | kHintLikely;
    }
  }
  return hints;
}

// An id is often made of the words of a heading: "sharing-with-others" is no share bar.
bool IsSlug(std::string_view id) {
  return std::count_if(id.begin(), id.end(), [](char c) { return c == '-' || c == '_'; }) >= 3;
}

std::uint8_t HintsOfRole(std::string_view role) {
  constexpr std::string_view kRoles[] = {"navigation", "menu",        "menubar", "complementary", "dialog",
                                         "alert",      "alertdialog", "banner",  "contentinfo",   "search"};
  if (std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles)) return kHintChrome;
  if (role == "main" || role == "article") return kHintLikely;
  return 0;
}

std::uint8_t HintsOfProperty(std::string_view property) {
  if (property == "articleBody" || property == "text" || property == "recipeInstructions") return kHintBody;
  if (property == "comment") return kHintComments;
  if (property == "author" || property == "datePublished" || property == "publisher") return kHintDetails;
  return 0;
}

}  // namespace

std::uint8_t ContentHintsOf(const Tree& tree, const TreeElement& element) {
  std::uint8_t hints = 0;
  for (const TreeAttribute& attribute : tree.Attributes(element)) {
    if (attribute.prefixed) continue;
    if (attribute.name == "class" || (attribute.name == "id" && !IsSlug(attribute.value)))
      hints |= HintsOfNames(attribute.value);
    else if (attribute.name == "role")
      hints |= HintsOfRole(attribute.value);
    else if (attribute.name == "itemprop")
      hints |= HintsOfProperty(attribute.value);
  }
  return hints;
}

}  // namespace trawl::parser
