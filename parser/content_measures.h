#pragma once

#include <cstdint>
#include <vector>

#include "parser/tree.h"

namespace trawl::parser {

/// Of text: bytes with runs of white space as one, those within links, and commas of any script.
struct TextMeasure {
  std::uint32_t bytes = 0;
  std::uint32_t linked = 0;
  std::uint32_t commas = 0;

  double LinkDensity() const { return bytes == 0 ? 0 : static_cast<double>(linked) / bytes; }
};

/// How much text the elements of a page hold, and which are left out of its main content from the beginning:
/// menus, side columns, comments, hidden ones. Runs on: parser process. Borrows the tree.
class ContentMeasures {
 public:
  /// Not `strict`: only what is never shown, and elements that are no content by their kind, are left out;
  /// for pages where their names mislead.
  ContentMeasures(const Tree& tree, bool strict);

  bool IsOut(std::uint32_t element) const { return elements_[element].out; }
  std::uint16_t Tags(std::uint32_t element) const { return elements_[element].tags; }   ///< ContentTag
  std::uint8_t Hints(std::uint32_t element) const { return elements_[element].hints; }  ///< ContentHint
  /// Of all text inside that is not left out.
  const TextMeasure& All(std::uint32_t element) const { return elements_[element].all; }
  /// Of a block: of the text that stands in it and in no block within.
  const TextMeasure& Own(std::uint32_t element) const { return elements_[element].own; }
  /// Bytes of running text inside, and the blocks it is in.
  std::uint32_t Prose(std::uint32_t element) const { return elements_[element].prose; }
  std::uint32_t Paragraphs(std::uint32_t element) const { return elements_[element].paragraphs; }
  bool IsProse(std::uint32_t element) const;
  /// Whether a block within it has text.
  bool HoldsBlocks(std::uint32_t element) const { return elements_[element].blocks; }
  bool InLink(std::uint32_t element) const { return elements_[element].in_link; }

 private:
  struct Element {
    TextMeasure all, own;
    std::uint32_t prose = 0, paragraphs = 0;
    std::uint32_t block = 0;  // itself or the innermost block around it
    std::uint16_t tags = 0;
    std::uint8_t hints = 0;
    bool out = false, blocks = false, in_link = false, article = false, body = false;
  };

  void Describe();
  void Count();
  void LeaveOut(bool strict);
  bool BelongsOut(std::uint32_t index, bool strict) const;
  bool IsHidden(const TreeElement& element) const;

  const Tree& tree_;
  std::vector<Element> elements_;
};

}  // namespace trawl::parser
