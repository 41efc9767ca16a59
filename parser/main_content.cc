#include "parser/main_content.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kParagraph = 25;  // bytes from which a text counts as running
constexpr std::size_t kEnough = 250;    // bytes of a main content that is taken without a second look

// Elements that never hold what a page is about.
constexpr std::string_view kNeverMain[] = {
    "script", "style",  "noscript", "template", "iframe", "object",   "embed",  "svg",     "math",
    "canvas", "button", "select",   "textarea", "input",  "nav",      "aside",  "footer",  "dialog",
    "audio",  "video",  "head",     "form",     "menu",   "fieldset", "option", "datalist"};
constexpr std::string_view kBlocks[] = {
    "address", "article",    "blockquote", "body", "br",    "caption", "dd",  "details", "div",     "dl",
    "dt",      "figcaption", "figure",     "h1",   "h2",    "h3",      "h4",  "h5",      "h6",      "header",
    "hr",      "html",       "li",         "main", "ol",    "p",       "pre", "section", "summary", "table",
    "tbody",   "td",         "tfoot",      "th",   "thead", "tr",      "ul"};

// Parts of class names and ids.
constexpr std::string_view kUnlikely[] = {
    "banner",       "breadcrumb", "combx",      "comment",     "cookie",     "consent", "disqus",
    "footer",       "gdpr",       "masthead",   "menu",        "modal",      "navbar",  "newsletter",
    "pager",        "pagination", "popup",      "promo",       "related",    "replies", "rss",
    "share",        "sharing",    "sidebar",    "skyscraper",  "social",     "sponsor", "subscribe",
    "supplemental", "tags",       "toolbar",    "widget",      "author-bio", "byline",  "advert",
    "recommend",    "navigation", "topbar",     "site-header", "outbrain",   "taboola", "signup",
    "sign-up",      "hidden",     "print-only", "toc",         "meta-info"};
constexpr std::string_view kLikely[] = {"article", "body", "content", "main",   "entry", "post",
                                        "story",   "text", "blog",    "column", "page"};

template <std::size_t N>
bool IsOneOf(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}
bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <std::size_t N>
bool HoldsOneOf(std::string_view text, const std::string_view (&parts)[N]) {
  return std::any_of(std::begin(parts), std::end(parts),
                     [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

struct Measure {
  std::uint32_t bytes = 0;   // of text, runs of white space as one
  std::uint32_t linked = 0;  // of it within links
  std::uint32_t commas = 0;
};

class MainContent {
 public:
  explicit MainContent(const Tree& tree) : tree_(tree) {}

  std::string Read(std::size_t max) {
    for (const bool strict : {true, false}) {
      Judge(strict);
      Count();
      const std::uint32_t best = Best();
      std::string text = best == Tree::kNone ? std::string() : Text(best, max);
      if (text.size() >= kEnough || !strict) return text.size() >= kParagraph ? text : std::string();
    }
    return {};
  }

 private:
  std::string_view Value(const TreeElement& element, std::string_view name) const {
    if (element.attributes_begin == element.attributes_end) return {};
    const TreeAttribute* const attribute = tree_.Find(element, name);
    return attribute ? attribute->value : std::string_view();
  }

  std::string Names(const TreeElement& element) const {
    std::string names(Value(element, "class"));
    names += ' ';
    names += Value(element, "id");
    for (char& c : names) c = ToAsciiLower(c);
    return names;
  }

  bool IsHidden(const TreeElement& element) const {
    if (element.attributes_begin == element.attributes_end) return false;
    if (tree_.Find(element, "hidden") || EqualsIgnoringCase(Value(element, "aria-hidden"), "true"))
      return true;
    std::string style(Value(element, "style"));
    std::erase_if(style, [](char c) { return IsHtmlSpace(c); });
    return style.find("display:none") != std::string::npos;
  }

  // Which elements are left out, with all they hold.
  void Judge(bool strict) {
    out_.assign(tree_.size(), 0);
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      const TreeElement& element = tree_[i];
      if (element.parent != Tree::kNone && out_[element.parent]) {
        out_[i] = 1;
        continue;
      }
      // A form around the whole page is a habit of some servers.
      const bool whole = element.name == "form" && 10 * (element.end - i) > 6 * tree_.size();
      if ((IsOneOf(element.name, kNeverMain) && !whole) || IsHidden(element)) {
        out_[i] = 1;
      } else if (strict && IsUnlikely(i)) {
        out_[i] = 1;
      }
    }
  }

  bool IsUnlikely(std::uint32_t index) const {
    const TreeElement& element = tree_[index];
    if (IsOneOf(element.name, {"html", "body", "article", "main", "a", "p", "h1", "h2", "h3"})) return false;
    if (IsOneOf(Value(element, "role"), {"navigation", "menu", "menubar", "complementary", "dialog", "alert",
                                         "alertdialog", "banner", "contentinfo", "search"}))
      return true;
    if (element.name == "header" && !InArticle(index)) return true;
    const std::string names = Names(element);
    if (names.size() < 3 || !HoldsOneOf(names, kUnlikely)) return false;
    return !HoldsOneOf(names, {"article", "content", "main", "body"});
  }
  static bool HoldsOneOf(std::string_view text, std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
  }
  template <std::size_t N>
  static bool HoldsOneOf(std::string_view text, const std::string_view (&parts)[N]) {
    return trawl::parser::HoldsOneOf(text, parts);
  }

  bool InArticle(std::uint32_t index) const {
    for (std::uint32_t at = tree_[index].parent; at != Tree::kNone; at = tree_[at].parent) {
      if (IsOneOf(tree_[at].name, {"article", "main"})) return true;
    }
    return false;
  }

  // Text of each element, that of its descendants included but for what is left out.
  void Count() {
    measures_.assign(tree_.size(), {});
    std::vector<std::uint8_t> linked(tree_.size());
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      const std::uint32_t parent = tree_[i].parent;
      linked[i] = tree_[i].name == "a" || (parent != Tree::kNone && linked[parent]);
    }
    if (tree_.size() == 0) return;
    for (const TreeText& text : tree_.Texts(tree_[0])) {
      if (out_[text.parent]) continue;
      Measure& measure = measures_[text.parent];
      std::uint32_t bytes = 0;
      bool space = false;
      for (const char c : text.text) {
        const bool blank = IsHtmlSpace(c);
        bytes += !blank || !space;
        space = blank;
        measure.commas += c == ',';
      }
      measure.bytes += bytes;
      if (linked[text.parent]) measure.linked += bytes;
    }
    for (std::uint32_t i = tree_.size(); i-- > 1;) {
      if (out_[i]) continue;
      Measure& parent = measures_[tree_[i].parent];
      parent.bytes += measures_[i].bytes;
      parent.linked += measures_[i].linked;
      parent.commas += measures_[i].commas;
    }
  }

  double LinkDensity(std::uint32_t index) const {
    const Measure& measure = measures_[index];
    return measure.bytes == 0 ? 0 : static_cast<double>(measure.linked) / measure.bytes;
  }

  bool IsParagraph(std::uint32_t index) const {
    const TreeElement& element = tree_[index];
    if (IsOneOf(element.name, {"p", "pre", "blockquote", "td", "dd"})) return true;
    if (!IsOneOf(element.name, {"div", "section", "article", "li"})) return false;
    // One without blocks in it is a paragraph by another name.
    for (std::uint32_t i = index + 1; i < element.end; ++i) {
      if (IsOneOf(tree_[i].name, kBlocks) && tree_[i].name != "br") return false;
    }
    return true;
  }

  double Weight(std::uint32_t index) const {
    const TreeElement& element = tree_[index];
    double weight = 0;
    if (IsOneOf(element.name, {"article", "main"}))
      weight += 25;
    else if (element.name == "div" || element.name == "section")
      weight += 5;
    else if (IsOneOf(element.name, {"pre", "td", "blockquote"}))
      weight += 3;
    else if (IsOneOf(element.name, {"ol", "ul", "dl", "dd", "dt", "li", "address"}))
      weight -= 3;
    else if (IsOneOf(element.name, {"h1", "h2", "h3", "h4", "h5", "h6", "th"}))
      weight -= 5;
    const std::string names = Names(element);
    if (names.size() > 1) {
      if (HoldsOneOf(names, kLikely)) weight += 25;
      if (HoldsOneOf(names, kUnlikely)) weight -= 25;
    }
    if (EqualsIgnoringCase(Value(element, "itemprop"), "articleBody")) weight += 50;
    if (EqualsIgnoringCase(Value(element, "role"), "main")) weight += 25;
    return weight;
  }

  std::uint32_t Best() {
    std::vector<double> scores(tree_.size());
    std::vector<std::uint8_t> known(tree_.size());
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      if (out_[i] || measures_[i].bytes < kParagraph || !IsParagraph(i)) continue;
      const double link_free = 1 - LinkDensity(i);
      const double score = (1 + measures_[i].commas + std::min(measures_[i].bytes / 100.0, 3.0)) * link_free;
      double share = 1;
      std::uint32_t at = tree_[i].parent;
      for (int level = 0; level < 5 && at != Tree::kNone; ++level, at = tree_[at].parent) {
        if (!known[at]) scores[at] += Weight(at);
        known[at] = 1;
        scores[at] += score * share;
        share = level == 0 ? 0.5 : 1.0 / ((level + 1) * 3);
      }
    }
    std::uint32_t best = Tree::kNone;
    double best_score = 0;
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      if (!known[i] || out_[i]) continue;
      const double score = scores[i] * (1 - LinkDensity(i));
      if (best != Tree::kNone && score <= best_score) continue;
      best = i;
      best_score = score;
    }
    return best == Tree::kNone ? Fallback() : Widen(best, scores);
  }

  // A page without paragraphs: whatever its body holds.
  std::uint32_t Fallback() const {
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      if (tree_[i].name == "body" && !out_[i]) return i;
    }
    return Tree::kNone;
  }

  // The parent, where the best has siblings that belong to the same text.
  std::uint32_t Widen(std::uint32_t best, const std::vector<double>& scores) const {
    for (int levels = 0; levels < 3; ++levels) {
      const std::uint32_t parent = tree_[best].parent;
      if (parent == Tree::kNone || IsOneOf(tree_[parent].name, {"body", "html"})) break;
      const Measure& outer = measures_[parent];
      const Measure& inner = measures_[best];
      const bool article = IsOneOf(tree_[parent].name, {"article", "main"});
      const bool more = outer.bytes > inner.bytes + inner.bytes / 5 && LinkDensity(parent) < 0.2;
      if (!(more && (article || scores[parent] > 0.6 * scores[best]))) break;
      best = parent;
    }
    return best;
  }

  // A list, table or box that is links for the most part, or hardly any text, inside the content.
  bool IsClutter(std::uint32_t index) const {
    const TreeElement& element = tree_[index];
    if (!IsOneOf(element.name, {"ul", "ol", "dl", "table", "div", "section", "header"})) return false;
    const Measure& measure = measures_[index];
    const double density = LinkDensity(index);
    if (measure.bytes == 0) return true;
    if (density > 0.7 && measure.bytes < 3000) return true;
    return density > 0.4 && measure.commas < 3 && measure.bytes < 400;
  }

  std::string Text(std::uint32_t root, std::size_t max) const {
    std::string text;
    bool space = false, line = false;
    std::uint32_t next = root;  // the element that opens next
    std::vector<std::uint32_t> open;
    const auto block = [&](std::uint32_t index) { line |= IsOneOf(tree_[index].name, kBlocks); };
    std::uint32_t t = tree_[root].texts_begin;
    while (next < tree_[root].end || t < tree_[root].texts_end) {
      const bool opens = next < tree_[root].end && tree_[next].texts_begin <= t;
      // What has ended before what comes now.
      while (!open.empty() && (opens ? tree_[open.back()].end <= next : tree_[open.back()].texts_end <= t)) {
        block(open.back());
        open.pop_back();
      }
      if (opens) {
        block(next);
        if (out_[next] || (next != root && IsClutter(next))) {
          t = tree_[next].texts_end;
          next = tree_[next].end;
          continue;
        }
        open.push_back(next++);
        continue;
      }
      const bool as_is = InPreformatted(open);
      for (const char c : tree_.Text(t++).text) {
        if (IsHtmlSpace(c)) {
          if (as_is && c == '\n') line = true;
          space = true;
          continue;
        }
        if (!text.empty() && (line || space)) text += line ? '\n' : ' ';
        line = space = false;
        text += c;
      }
      if (text.size() >= max) return std::string(CutUtf8(text, max));
    }
    return text;
  }

  bool InPreformatted(const std::vector<std::uint32_t>& open) const {
    return std::any_of(open.begin(), open.end(), [this](std::uint32_t i) { return tree_[i].name == "pre"; });
  }

  const Tree& tree_;
  std::vector<std::uint8_t> out_;  // of each element, whether it is left out
  std::vector<Measure> measures_;
};

}  // namespace

std::string ReadMainContent(const Tree& tree, std::size_t max) {
  return MainContent(tree).Read(max);
}

}  // namespace trawl::parser
