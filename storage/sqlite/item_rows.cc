#include "storage/sqlite/item_rows.h"

#include <algorithm>

#include "config/knobs.h"
#include "storage/sqlite/item_views.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::int64_t kPerPage = 65536;

/// The word of a type, as the configuration spells it.
std::string NameOf(config::FieldType type) {
  config::ItemField field;
  field.type = type;
  for (const config::Knob<config::ItemField>& knob : config::FieldKnobs()) {
    if (knob.key != "type") continue;
    const std::string quoted = config::ShowValue(knob.kind, knob.slot(field));
    return quoted.substr(1, quoted.size() - 2);
  }
  return {};
}

}  // namespace

ItemRows::ItemRows(Connection& db, Words& words)
    : db_(db),
      words_(words),
      find_(db.Prepare("SELECT n FROM rule WHERE name = ?")),
      add_rule_(db.Prepare("INSERT INTO rule(name, current) VALUES (?, 0) ON CONFLICT DO NOTHING")),
      item_(db.Prepare("INSERT INTO item(n, rule, position, data, defaulted) VALUES (?, ?, ?, ?, ?)")),
      statement_(db.Prepare("INSERT INTO statement(n, kind, data) VALUES (?, ?, ?)")),
      drop_items_(db.Prepare("DELETE FROM item WHERE n >= ? AND n < ?")),
      drop_statements_(db.Prepare("DELETE FROM statement WHERE n >= ? AND n < ?")) {}

std::int64_t ItemRows::NumberOf(std::string_view rule) {
  if (const auto known = numbers_.find(rule); known != numbers_.end()) return known->second;
  add_rule_.With(rule).Run();
  std::int64_t number = 0;
  if (find_.With(rule).Step()) number = find_.Int(0);
  find_.Reset();
  if (number != 0) numbers_.emplace(rule, number);
  return number;
}

void ItemRows::SetRules(const std::vector<config::ItemRule>& rules) {
  db_.Exec("UPDATE rule SET current = 0 WHERE current");
  Statement rename = db_.Prepare("UPDATE rule SET name = ?, current = 1 WHERE n = ?");
  // The fields of a rule that is gone stay as they are: so does its view.
  Statement former = db_.Prepare("UPDATE rule_field SET current = 0 WHERE rule = ?");
  Statement field_row = db_.Prepare(
      "INSERT INTO rule_field(rule, name, place, type, list, required, current) VALUES (?, ?, ?, ?, ?, ?, 1) "
      "ON CONFLICT DO UPDATE SET name = excluded.name, place = excluded.place, type = excluded.type, "
      "list = excluded.list, required = excluded.required, current = 1");
  for (const config::ItemRule& rule : rules) {
    const std::int64_t number = NumberOf(rule.name);
    rename.With(rule.name, number).Run();
    former.With(number).Run();
    std::int64_t place = 0;
    for (const config::ItemField& field : rule.fields) {
      const std::string type = NameOf(field.type);
      field_row
          .With(number, field.name, ++place, type, std::int64_t{field.list}, std::int64_t{field.required})
          .Run();
    }
  }
  ReplaceItemViews(db_);
}

void ItemRows::Add(std::span<const Item> items, std::span<const StructuredData> structured,
                   std::int64_t visit) {
  std::int64_t place = visit * kPerPage;
  for (const Item& item : items.first(std::min<std::size_t>(items.size(), kPerPage)))
    item_.With(place++, NumberOf(item.rule), item.position, item.data, TextOrNull{item.defaulted}).Run();
  place = visit * kPerPage;
  for (const StructuredData& one : structured.first(std::min<std::size_t>(structured.size(), kPerPage)))
    statement_.With(place++, words_.NumberOf(one.kind), one.data).Run();
}

void ItemRows::Drop(std::int64_t visit) {
  drop_items_.With(visit * kPerPage, (visit + 1) * kPerPage).Run();
  drop_statements_.With(visit * kPerPage, (visit + 1) * kPerPage).Run();
}

}  // namespace trawl::storage::sqlite
