#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/item_extractor.h"
#include "parser/selector_match.h"
#include "parser/xpath.h"

namespace trawl::parser {

/// Reads the items of one page, rule by rule. Runs on: parser process. Borrows the tree, the base and the
/// arena, and appends to the page.
class ItemReader {
 public:
  ItemReader(const Tree& tree, const Url& base, Arena& arena, ParsedPage& page)
      : tree_(tree), base_(base), arena_(arena), page_(page), matcher_(tree), xpath_(tree) {}

  /// Adds the items of a rule, numbered `number`. False when no more fit.
  bool Read(const ItemExtractor::Rule& rule, std::uint16_t number);

 private:
  using Field = ItemExtractor::Field;

  bool ReadItem(const ItemExtractor::Rule& rule, std::uint16_t number, std::uint32_t scope);
  void ReadField(const Field& field, std::uint32_t scope);
  void Take(const Field& field, std::string_view text);
  bool Enough(const Field& field) const;

  void FromSelector(const Field& field, std::uint32_t scope);
  void FromXPath(const Field& field, std::uint32_t scope);
  void FromElement(const Field& field, std::uint32_t element);
  void FromMeta(const Field& field);
  void FromJsonLd(const Field& field);
  void TakeJson(const Field& field, std::string_view json);

  std::string_view TextOf(std::uint32_t element);
  std::string_view RawTextOf(std::uint32_t element);
  std::string_view Cut(std::string_view text);
  void LoadMetas();
  void LoadJsonLd();

  const Tree& tree_;
  const Url& base_;
  Arena& arena_;
  ParsedPage& page_;
  SelectorMatcher matcher_;
  XPathDocument xpath_;
  std::size_t bytes_ = 0;  // of the items so far

  // Of the field that is being read.
  std::string values_;  // JSON, with commas between
  std::size_t count_ = 0;
  std::string text_;

  std::optional<std::vector<std::pair<std::string_view, std::string_view>>> metas_;  // name, content
  std::vector<std::string> blocks_;                                                  // JSON-LD in order
  std::optional<std::vector<std::string_view>> nodes_;                               // its objects
};

}  // namespace trawl::parser
