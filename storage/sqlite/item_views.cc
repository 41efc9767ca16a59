#include "storage/sqlite/item_views.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/sqlite/schema.h"

namespace trawl::storage::sqlite {
namespace {

// Names of rules and fields are letters, digits and '_': they need no escapes in SQL and JSON paths.

std::string ValueOf(std::string_view field) {
  return "json_extract(i.data, '$." + std::string(field) + "')";
}

std::string ColumnOf(std::string_view field, std::string_view type, bool list) {
  const std::string value = ValueOf(field);
  const auto only = [&](std::string_view json_types, std::string_view sql_type) {
    return "CAST(CASE WHEN json_type(i.data, '$." + std::string(field) + "') IN (" + std::string(json_types) +
           ") THEN " + value + " END AS " + std::string(sql_type) + ")";
  };
  if (list || type == "json") return value;
  if (type == "number") return only("'integer', 'real'", "REAL");
  if (type == "integer") return only("'integer'", "INTEGER");
  if (type == "boolean") return only("'true', 'false'", "INTEGER");
  return "CAST(" + value + " AS TEXT)";
}

std::string ViewOf(Connection& db, std::int64_t rule, std::string_view name) {
  std::string columns, conditions;
  Statement fields = db.Prepare(
      "SELECT name, type, list, required AND current FROM rule_field WHERE rule = ? "
      "ORDER BY current DESC, place, name");
  fields.With(rule);
  while (fields.Step()) {
    const std::string field(fields.Text(0));
    columns += ",\n  " + ColumnOf(field, fields.Text(1), fields.Int(2) != 0) + " AS \"" + field + "\"";
    if (fields.Int(3) != 0) conditions += " AND " + ValueOf(field) + " IS NOT NULL";
  }
  return "CREATE VIEW \"item_" + std::string(name) + "\" AS\nSELECT u.url AS url, i.position AS position" +
         columns +
         "\nFROM item i JOIN visit v ON v.n = i.n >> 16 JOIN url u ON u.n = v.url\nWHERE i.rule = " +
         std::to_string(rule) + " AND i.position > 0" + conditions;
}

}  // namespace

void ReplaceItemViews(Connection& db) {
  std::vector<std::pair<std::int64_t, std::string>> rules;
  Statement all = db.Prepare("SELECT n, name FROM rule ORDER BY n");
  while (all.Step()) rules.emplace_back(all.Int(0), all.Text(1));
  for (const auto& [number, name] : rules) ReplaceView(db, "item_" + name, ViewOf(db, number, name));
}

}  // namespace trawl::storage::sqlite
