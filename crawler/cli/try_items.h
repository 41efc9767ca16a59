#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "config/options.h"
#include "crawler/cli/json.h"
#include "crawler/cli/terminal.h"
#include "crawler/item_rules.h"
#include "parser/wire.h"

namespace trawl::crawler {

/// One item as `trawl try` shows it.
struct TriedItem {
  std::string data;                    ///< the JSON object, numbers as they will be stored
  std::vector<std::string> missing;    ///< required fields that it lacks
  std::vector<std::string> defaulted;  ///< fields that have their default
};

/// What one rule gives on a page.
struct TriedRule {
  config::ItemRule rule;
  bool matches = true;     ///< whether `match` takes the page's URL
  bool truncated = false;  ///< a limit cut what the page gave
  std::vector<TriedItem> items;

  /// There are items, and none lacks a required field.
  bool Good() const;
};

/// What the rule that stands at `place` of a job gave. `page` is the job's answer.
TriedRule ReadTriedRule(const config::ItemRule& rule, std::uint16_t place, const parser::ParsedPage& page);

/// Each item's fields in columns: name, where it comes from, value. Safe to print.
void WriteTriedRule(const TriedRule& tried, std::ostream& out, const Terminal& terminal);

/// For programs, as one JSON object.
std::string TriedRuleToJson(const TriedRule& tried);

}  // namespace trawl::crawler
