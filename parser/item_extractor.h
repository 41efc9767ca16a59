#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/options.h"
#include "parser/arena.h"
#include "parser/expression.h"
#include "parser/selector.h"
#include "parser/tree.h"
#include "parser/url.h"
#include "parser/wire.h"
#include "parser/xpath.h"

namespace trawl::parser {

/// What is wrong with an item rule.
struct ItemRuleError {
  std::size_t rule = 0;
  std::string field;       ///< empty: of the rule itself
  std::string key;         ///< "each", "css", "regex" ...
  std::size_t offset = 0;  ///< bytes into the value
  std::string message;
};

/// Item rules as they are compiled: reads items off a page's tree. Runs on: any to compile, parser process to
/// extract. Const after construction.
class ItemExtractor {
 public:
  /// What does not compile is appended to `errors`, all of it, and selects nothing.
  ItemExtractor(const std::vector<config::ItemRule>& rules, std::vector<ItemRuleError>& errors);

  /// Appends to page.items what the rules `wanted` (numbers of the rules given, at most kMaxJobItems) read
  /// off `tree`; page.json_ld must be there already. `base`: what relative URLs are resolved against. Past
  /// kMaxItems, kMaxItemValue, kMaxItemList, kMaxItemBytes or kMaxSelectorWork the rest is left out and
  /// page.items_truncated set. The items live in the arena.
  void Extract(const Tree& tree, const Url& base, std::span<const std::uint16_t> wanted, Arena& arena,
               ParsedPage& page) const;

  std::size_t size() const { return rules_.size(); }

 private:
  friend class ItemReader;

  struct Field {
    std::string name, meta, attr;
    config::FieldType type = config::FieldType::kText;
    bool list = false;
    std::optional<Selector> css;
    std::optional<XPath> xpath;
    std::vector<std::string> jsonld;  ///< parts of the path
    std::optional<Expression> regex;
    std::string fallback;  ///< JSON, or empty
  };
  struct Rule {
    std::optional<Selector> each;
    bool works = true;
    std::vector<Field> fields;
  };

  std::vector<Rule> rules_;
};

}  // namespace trawl::parser
