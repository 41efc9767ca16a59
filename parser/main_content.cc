#include "parser/main_content.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/content_hints.h"
#include "parser/content_lines.h"
#include "parser/content_measures.h"
#include "parser/content_tags.h"
#include "parser/html_names.h"
#include "parser/utf8.h"
#include "parser/wire.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kParagraph = 25;  // bytes from which a text counts
constexpr std::uint32_t kLead = 80;     // bytes of a paragraph that leads into the content
constexpr double kLong = 200;           // bytes of a paragraph that is no teaser
constexpr std::size_t kEnough = 250;    // bytes of a main content that is taken without a second look
// Beside the tree of more elements there is no memory left for their measures in a worker of 256 MiB.
constexpr std::uint32_t kMaxElements = 200'000;

// Finds the element whose text the page is about.
class ContentFinder {
 public:
  ContentFinder(const Tree& tree, const ContentMeasures& measures)
      : tree_(tree), measures_(measures), scores_(tree.size()), known_(tree.size()) {}

  /// Tree::kNone for a page without any text.
  std::uint32_t Find() {
    Score();
    std::uint32_t best = Tree::kNone;
    double best_score = 0;
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      if (!known_[i] || measures_.IsOut(i)) continue;
      const double score = scores_[i] * (1 - measures_.All(i).LinkDensity());
      if (best != Tree::kNone && score <= best_score) continue;
      best = i;
      best_score = score;
    }
    return best == Tree::kNone ? Body() : Widen(best);
  }

 private:
  // Each block with text speaks for the elements around it, the nearest most.
  void Score() {
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      const TextMeasure& own = measures_.Own(i);
      const std::uint16_t tags = measures_.Tags(i);
      if (measures_.IsOut(i) || own.bytes < kParagraph || (tags & kTagHeading)) continue;
      const double score = (1 + own.commas + std::min(own.bytes / 100.0, 3.0)) * (1 - own.LinkDensity());
      const bool leaf = (tags & kTagParagraph) || !measures_.HoldsBlocks(i);
      double share = 1;
      std::uint32_t at = leaf ? tree_[i].parent : i;
      for (int level = 0; level < 5 && at != Tree::kNone; ++level, at = tree_[at].parent) {
        if (!known_[at]) scores_[at] += Weight(at);
        known_[at] = 1;
        scores_[at] += score * share;
        share = level == 0 ? 0.5 : 1.0 / ((level + 1) * 3);
      }
    }
  }

  double Weight(std::uint32_t index) const {
    const std::uint16_t tags = measures_.Tags(index);
    const std::uint8_t hints = measures_.Hints(index);
    double weight = 0;
    if (tags & kTagArticle)
      weight += 25;
    else if (tags & kTagHeading)
      weight -= 5;
    else if (tags & kTagItem)
      weight -= 3;
    else if (tags & kTagContainer)
      weight += 5;
    if (hints & kHintLikely) weight += 25;
    if (hints & kHintBody) weight += 25;
    if (hints & (kHintChrome | kHintComments)) weight -= 25;
    return weight;
  }

  // A page without paragraphs: whatever its body holds.
  std::uint32_t Body() const {
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      if (tree_[i].name == "body" && !measures_.IsOut(i)) return i;
    }
    return Tree::kNone;
  }

  // An element around the best that holds more of the same text: more running text, in paragraphs of such a
  // length, without much beside it.
  std::uint32_t Widen(std::uint32_t best) const {
    for (std::uint32_t at = tree_[best].parent; at != Tree::kNone; at = tree_[at].parent) {
      if (measures_.Tags(best) & kTagPage) break;
      const double inner = measures_.Prose(best), outer = measures_.Prose(at);
      const double more = outer - inner;
      if (more <= 0.05 * inner) continue;
      const double inner_length = inner / std::max(1U, measures_.Paragraphs(best));
      const double more_length = more / std::max(1U, measures_.Paragraphs(at) - measures_.Paragraphs(best));
      const double beside = measures_.All(at).bytes - outer - (measures_.All(best).bytes - inner);
      const bool article = (measures_.Tags(at) & kTagArticle) || (measures_.Hints(at) & kHintBody);
      const bool closed = (measures_.Tags(best) & kTagArticle) || (measures_.Hints(best) & kHintBody);
      if (closed && 2 * inner > outer) continue;
      if (more_length < std::min(0.5 * inner_length, kLong)) continue;
      if (beside > (article ? 1.0 : closed ? 0.25 : 0.4) * more) continue;
      best = at;
    }
    return best;
  }

  const Tree& tree_;
  const ContentMeasures& measures_;
  std::vector<double> scores_;
  std::vector<std::uint8_t> known_;
};

// The paragraphs between the page's headline and its content, where they stand apart: few of them, or none.
std::vector<std::uint32_t> FindLead(const Tree& tree, const ContentMeasures& measures, std::uint32_t root) {
  constexpr std::size_t kMost = 3;
  std::uint32_t headline = Tree::kNone;
  for (std::uint32_t i = 0; i < root; ++i) {
    if (tree[i].name == "h1" && tree[i].end <= root) headline = i;
  }
  std::vector<std::uint32_t> lead;
  if (headline == Tree::kNone) return lead;
  for (std::uint32_t i = tree[headline].end; i < root; ++i) {
    if (measures.IsOut(i) || tree[i].end > root || tree[i].name == "figcaption") continue;
    const TextMeasure& own = measures.Own(i);
    if (own.bytes < kLead || 2 * own.linked >= own.bytes) continue;
    if (measures.Hints(i) & (kHintDetails | kHintDoubt)) continue;
    lead.push_back(i);
    i = tree[i].end - 1;
  }
  if (lead.size() > kMost) lead.clear();
  return lead;
}

std::string_view TitleOf(const Tree& tree) {
  for (std::uint32_t i = 0; i < tree.size(); ++i) {
    if (tree[i].name != "title" || !tree[i].html) continue;
    const auto texts = tree.Texts(tree[i]);
    return texts.empty() ? std::string_view() : CutUtf8(texts.front().text, kMaxTitle);
  }
  return {};
}

}  // namespace

std::string ReadMainContent(const Tree& tree, std::size_t max) {
  if (tree.size() > kMaxElements) return {};
  const std::string_view title = TitleOf(tree);
  for (const bool strict : {true, false}) {
    const ContentMeasures measures(tree, strict);
    const std::uint32_t root = ContentFinder(tree, measures).Find();
    std::string text;
    if (root != Tree::kNone) {
      for (const std::uint32_t lead : FindLead(tree, measures, root))
        text += ContentLines(tree, measures, lead, max).Join() + '\n';
      ContentLines lines(tree, measures, root, max);
      lines.Trim(title);
      text += lines.Join();
    }
    if (text.size() >= kEnough || !strict)
      return text.size() >= kParagraph ? std::string(CutUtf8(text, max)) : std::string();
  }
  return {};
}

}  // namespace trawl::parser
