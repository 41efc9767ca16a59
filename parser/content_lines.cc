#include "parser/content_lines.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/content_hints.h"
#include "parser/content_tags.h"
#include "parser/html_names.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kSmall = 100;          // bytes of a line that may be a date, a name, a label
constexpr std::size_t kProseLine = 80;       // bytes of a line from which it is running text
constexpr std::uint32_t kMaxDetails = 1000;  // bytes of a box about the author, or of tags
constexpr std::uint32_t kMaxByline = 100;    // bytes of such within a line
constexpr std::uint32_t kMaxHeadline = 400;
constexpr std::uint32_t kMaxBefore = 400;  // bytes of running text in which a headline is looked for
constexpr std::size_t kMaxFront = 15;      // lines in which the running text has begun
constexpr std::size_t kMaxLooked = 200;    // lines among which a headline is looked for

// The words of a text in lower case, ASCII letters folded, with a space around each.
std::string Words(std::string_view text) {
  std::string words = " ";
  for (const char c : text) {
    const bool part = IsAsciiAlpha(c) || IsAsciiDigit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (part)
      words += ToAsciiLower(c);
    else if (words.back() != ' ')
      words += ' ';
  }
  if (words.back() != ' ') words += ' ';
  return words;
}

// Whether three of four bytes of the words of `heading` are words of the title, which Words has made.
bool IsLikeTitle(std::string_view heading, const std::string& title) {
  const std::string words = Words(heading);
  std::size_t all = 0, found = 0;
  for (std::size_t begin = 1; begin < words.size();) {
    const std::size_t end = words.find(' ', begin);
    all += end - begin;
    if (title.find(words.substr(begin - 1, end - begin + 2)) != title.npos) found += end - begin;
    begin = end + 1;
  }
  return all > 0 && 4 * found >= 3 * all && 3 * words.size() > title.size() / 2;
}

bool EndsSentence(std::string_view text) {
  constexpr std::string_view kEnds[] = {
      ".", "!", "?", ":", ";", "\"", ")", "\xE2\x80\x9D", "\xE3\x80\x82", "\xC2\xBB", "\xE2\x80\xA6"};
  return std::any_of(std::begin(kEnds), std::end(kEnds),
                     [text](std::string_view end) { return text.ends_with(end); });
}

}  // namespace

ContentLines::ContentLines(const Tree& tree, const ContentMeasures& measures, std::uint32_t root,
                           std::size_t max)
    : tree_(tree), measures_(measures), root_(root) {
  Gather(max);
}

void ContentLines::Gather(std::size_t max) {
  std::uint32_t next = root_;  // the element that opens next
  std::vector<std::uint32_t> open;
  std::uint32_t preformatted = 0;
  const auto block = [&](std::uint32_t index) { line_ |= (measures_.Tags(index) & kTagBlock) != 0; };
  std::uint32_t t = tree_[root_].texts_begin;
  while (text_.size() < max && (next < tree_[root_].end || t < tree_[root_].texts_end)) {
    const bool opens = next < tree_[root_].end && tree_[next].texts_begin <= t;
    // What has ended before what comes now.
    while (!open.empty() && (opens ? tree_[open.back()].end <= next : tree_[open.back()].texts_end <= t)) {
      block(open.back());
      preformatted -= tree_[open.back()].name == "pre";
      open.pop_back();
    }
    if (!opens) {
      Append(t++, preformatted > 0);
      continue;
    }
    block(next);
    if (measures_.IsOut(next) || (next != root_ && IsClutter(next))) {
      if (!lines_.empty() && tree_[next].texts_end > tree_[next].texts_begin &&
          (measures_.Tags(next) & kTagContainer))
        lines_.back().cut_behind = true;
      t = tree_[next].texts_end;
      next = tree_[next].end;
      continue;
    }
    preformatted += tree_[next].name == "pre";
    open.push_back(next++);
  }
}

void ContentLines::Append(std::uint32_t index, bool as_is) {
  const TreeText& text = tree_.Text(index);
  const std::size_t before = text_.size();
  for (const char c : text.text) {
    if (IsHtmlSpace(c)) {
      if (as_is && c == '\n') line_ = true;
      space_ = true;
      continue;
    }
    if (line_) {
      const auto at = static_cast<std::uint32_t>(text_.size());
      lines_.push_back({.begin = at, .end = at, .element = text.parent});
    } else if (space_) {
      text_ += ' ';
    }
    line_ = space_ = false;
    text_ += c;
    lines_.back().end = static_cast<std::uint32_t>(text_.size());
  }
  if (text_.size() > before && measures_.InLink(text.parent))
    lines_.back().linked += static_cast<std::uint32_t>(text_.size() - before);
}

// A list, table or box that is links for the most part, or a byline, inside the content.
bool ContentLines::IsClutter(std::uint32_t element) const {
  const std::uint16_t tags = measures_.Tags(element);
  const TextMeasure& all = measures_.All(element);
  const std::uint8_t hints = measures_.Hints(element);
  if ((hints & kHintDetails) && !(hints & kHintBody) && !(tags & kTagHeading)) {
    const bool box = (tags & kTagContainer) && 5 * all.bytes < measures_.All(root_).bytes;
    if (all.bytes < (box ? kMaxDetails : tags & kTagBlock ? 2 * kMaxByline : kMaxByline)) return true;
  }
  if (!(tags & kTagContainer)) return false;
  if (all.bytes == 0) return true;
  const double density = all.LinkDensity();
  if (density > 0.8 && all.bytes < 3000) return true;
  return density > 0.5 && all.commas < 3 && all.bytes < 400;
}

void ContentLines::Trim(std::string_view title) {
  TrimFront(title);
  TrimBack();
  TrimHeadings();
}

bool ContentLines::IsHeading(const Line& line) const {
  for (std::uint32_t at = line.element; at != Tree::kNone; at = tree_[at].parent) {
    if (measures_.Tags(at) & kTagHeading) return true;
    if (measures_.Tags(at) & kTagBlock) return false;
  }
  return false;
}

bool ContentLines::IsProse(const Line& line) const {
  const std::size_t size = line.end - line.begin;
  return size >= kProseLine && 2 * line.linked < size && !IsHeading(line);
}

// A date, a name, a label: no sentence, no member of a list.
bool ContentLines::IsSmall(const Line& line) const {
  const std::size_t size = line.end - line.begin;
  if (size >= kSmall || IsHeading(line)) return false;
  for (std::uint32_t at = line.element; at != Tree::kNone; at = tree_[at].parent) {
    if (tree_[at].name == "figcaption" || tree_[at].name == "pre" || tree_[at].name == "li") return false;
    if (at == root_) break;
  }
  return !EndsSentence(Text(line)) || 2 * line.linked > size;
}

bool ContentLines::IsHeadline(const Line& line, const std::string& title) const {
  if (line.end - line.begin > kMaxHeadline) return false;
  const bool like = IsLikeTitle(Text(line), title);
  if (!IsHeading(line)) return like && !Text(line).ends_with('.');
  for (std::uint32_t at = line.element; !like && at != Tree::kNone; at = tree_[at].parent) {
    if (tree_[at].name == "h1") return true;
    if (measures_.Tags(at) & kTagBlock) break;
  }
  return like;
}

void ContentLines::TrimFront(std::string_view title) {
  const std::string words = Words(title);
  std::size_t prose = 0, headline = lines_.size();
  std::uint32_t before = 0;  // bytes of running text before the headline
  for (; prose < std::min(lines_.size(), kMaxLooked); ++prose) {
    const Line& line = lines_[prose];
    if (headline == lines_.size() && (before == 0 || IsHeading(line)) && IsHeadline(line, words))
      headline = prose;
    if (!IsProse(line) || headline == prose) continue;
    before += line.end - line.begin;
    if (before > kMaxBefore || headline != lines_.size()) break;
  }
  std::size_t first = 0;
  if (headline != lines_.size()) {
    for (; first <= headline; ++first) lines_[first].kept = false;
  }
  const std::size_t most = std::min(lines_.size(), first + kMaxFront);
  const auto from = lines_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto to = lines_.begin() + static_cast<std::ptrdiff_t>(most);
  if (std::none_of(from, to, [this](const Line& line) { return IsProse(line); })) return;
  for (; !IsProse(lines_[first]) && !IsHeading(lines_[first]); ++first) {
    if (IsSmall(lines_[first])) lines_[first].kept = false;
  }
}

void ContentLines::TrimBack() {
  for (std::size_t i = lines_.size(); i-- > 0;) {
    Line& line = lines_[i];
    if (!line.kept) continue;
    const bool links = 2 * line.linked > line.end - line.begin;
    if (!IsHeading(line) && !links) break;
    line.kept = false;
  }
}

// Of what was left out the headings go, too.
void ContentLines::TrimHeadings() {
  for (Line& line : lines_) {
    if (line.cut_behind && IsHeading(line)) line.kept = false;
  }
}

std::string ContentLines::Join() const {
  std::string text;
  for (const Line& line : lines_) {
    if (!line.kept) continue;
    if (!text.empty()) text += '\n';
    text += Text(line);
  }
  return text;
}

}  // namespace trawl::parser
