#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/options.h"
#include "storage/records.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/dictionary.h"

namespace trawl::storage::sqlite {

/// Writes the tables `rule`, `rule_field`, `item` and `statement`: what pages give beside text and links.
/// Runs on: storage thread. Borrows the connection and the words.
class ItemRows {
 public:
  ItemRows(Connection& db, Words& words);

  /// Makes `rules` the current ones, and brings the view of each rule up to date, those of earlier
  /// configurations too. Inside a transaction.
  void SetRules(const std::vector<config::ItemRule>& rules);
  void Add(std::span<const Item> items, std::span<const StructuredData> structured, std::int64_t visit);
  /// Removes what an earlier visit gave.
  void Drop(std::int64_t visit);

 private:
  std::int64_t NumberOf(std::string_view rule);

  Connection& db_;
  Words& words_;
  Statement find_, add_rule_, item_, statement_, drop_items_, drop_statements_;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> numbers_;
};

}  // namespace trawl::storage::sqlite
