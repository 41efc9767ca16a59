#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/arena.h"

namespace trawl::parser {

struct TreeAttribute {
  std::string_view name;  ///< as the tree builder adjusts it: lower case but for some of SVG and MathML
  std::string_view value;
  bool prefixed = false;  ///< in a namespace, such as xlink:href; `name` is without the prefix
};

/// One element. Elements are known by their number, which is their place in document order.
struct TreeElement {
  std::string_view name;   ///< lower case but for some of SVG
  std::uint32_t parent;    ///< Tree::kNone for the root
  std::uint32_t end;       ///< one past its last descendant
  std::uint32_t previous;  ///< the sibling element before it, or Tree::kNone
  std::uint32_t attributes_begin, attributes_end;
  std::uint32_t texts_begin, texts_end;    ///< the texts inside it, at any depth
  std::uint32_t source_begin, source_end;  ///< where its markup stands in the source; empty when implied
  bool html;                               ///< not SVG or MathML
};

struct TreeText {
  std::string_view text;
  std::uint32_t parent;
};

/// The elements and texts of a document in document order, so that a subtree is a range of numbers and
/// nothing needs recursion. The content of a <template> is no part of it, comments neither. Runs on: parser
/// process. Its views live as long as the source and the arena's contents.
class Tree {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  Tree(std::string_view source, bool quirks, Arena& arena)
      : source_(source), quirks_(quirks), arena_(arena) {}

  // To be told in document order; each Open has its Close.
  void Reserve(std::size_t elements, std::size_t attributes, std::size_t texts);
  void Open(std::string_view name, bool html);
  void AddAttribute(const TreeAttribute& attribute) {
    attributes_.push_back(attribute);
    elements_.back().attributes_end = static_cast<std::uint32_t>(attributes_.size());
  }
  void SetSource(std::size_t begin, std::size_t end);
  void AddText(std::string_view text);
  void Close();

  std::uint32_t size() const { return static_cast<std::uint32_t>(elements_.size()); }
  const TreeElement& operator[](std::uint32_t element) const { return elements_[element]; }
  std::span<const TreeAttribute> Attributes(const TreeElement& element) const {
    return {attributes_.data() + element.attributes_begin, attributes_.data() + element.attributes_end};
  }
  std::span<const TreeText> Texts(const TreeElement& element) const {
    return {texts_.data() + element.texts_begin, texts_.data() + element.texts_end};
  }
  const TreeText& Text(std::uint32_t text) const { return texts_[text]; }
  /// The first attribute of that name in no namespace, or null.
  const TreeAttribute* Find(const TreeElement& element, std::string_view name) const;
  /// The next sibling element, or kNone.
  std::uint32_t Next(std::uint32_t element) const;
  /// All text inside, as it stands.
  std::string TextContent(std::uint32_t element) const;
  /// Its markup as the source has it, without white space around.
  std::string_view Markup(std::uint32_t element) const;
  bool quirks() const { return quirks_; }
  Arena& arena() const { return arena_; }

 private:
  std::string_view source_;
  bool quirks_;
  Arena& arena_;
  std::uint32_t open_ = kNone;
  std::vector<std::uint32_t> last_child_;  // of each open element and, at the bottom, of the document
  std::vector<TreeElement> elements_;
  std::vector<TreeAttribute> attributes_;
  std::vector<TreeText> texts_;
};

}  // namespace trawl::parser
