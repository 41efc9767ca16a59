#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/content_measures.h"
#include "parser/tree.h"

namespace trawl::parser {

/// The text inside one element as lines, one a block, without what is clutter in an article: lists of links,
/// share bars, bylines; then without what stands around the running text: the headline and all before it,
/// dates and links behind. Runs on: parser process. Borrows tree and measures.
class ContentLines {
 public:
  /// `max`: bytes after which no more is gathered.
  ContentLines(const Tree& tree, const ContentMeasures& measures, std::uint32_t root, std::size_t max);

  /// Takes off the headline, which is known by its likeness to the page's title, and the small print around
  /// the text.
  void Trim(std::string_view title);
  /// The lines, parted by line ends.
  std::string Join() const;

 private:
  struct Line {
    std::uint32_t begin, end;  // in text_
    std::uint32_t linked = 0;  // bytes of it within links
    std::uint32_t element;     // the block it began in
    bool cut_behind = false;   // something was left out before the next line
    bool kept = true;
  };

  void Gather(std::size_t max);
  void Append(std::uint32_t text, bool as_is);
  bool IsClutter(std::uint32_t element) const;
  std::string_view Text(const Line& line) const {
    return std::string_view(text_).substr(line.begin, line.end - line.begin);
  }
  bool IsHeading(const Line& line) const;
  bool IsHeadline(const Line& line, const std::string& title) const;
  bool IsProse(const Line& line) const;
  bool IsSmall(const Line& line) const;
  void TrimFront(std::string_view title);
  void TrimBack();
  void TrimHeadings();

  const Tree& tree_;
  const ContentMeasures& measures_;
  std::uint32_t root_;
  std::string text_;
  std::vector<Line> lines_;
  bool line_ = true;    // the next text begins a line
  bool space_ = false;  // white space before it
};

}  // namespace trawl::parser
