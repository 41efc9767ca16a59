#include "storage/sqlite/schema.h"

#include "config/outcome.h"
#include "storage/records.h"

namespace trawl::storage::sqlite {
namespace {

void ApplyMigrations(Connection& db, int from) {
  for (const Migration& step : Migrations()) {
    if (step.version <= from) continue;
    db.Exec(step.sql);
    db.Prepare("INSERT INTO schema_version(version) VALUES (?)").With(step.version).Run();
  }
}

void ReplaceViews(Connection& db) {
  for (const View& view : Views()) ReplaceView(db, view.name, view.sql);
}

/// The lists that views join with, so that a number reads as a word.
void FillLists(Connection& db) {
  Statement outcome = db.Prepare(
      "INSERT INTO outcomes VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name, sentence = "
      "excluded.sentence WHERE name <> excluded.name OR sentence <> excluded.sentence");
  for (const OutcomeInfo& info : AllOutcomes()) {
    outcome.With(static_cast<int>(info.outcome), info.name, info.sentence).Run();
  }
  Statement reason = db.Prepare(
      "INSERT INTO skip_reasons VALUES (?, ?) ON CONFLICT DO UPDATE SET name = excluded.name WHERE name <> "
      "excluded.name");
  for (int number = 1; number <= static_cast<int>(kLastSkipReason); ++number) {
    reason.With(number, Name(static_cast<SkipReason>(number))).Run();
  }
}

}  // namespace

void ReplaceView(Connection& db, std::string_view name, std::string_view sql) {
  Statement find =
      db.Prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ? COLLATE NOCASE");
  const bool there = find.With(name).Step();
  const bool same = there && find.Text(0) == sql;
  find.Reset();
  if (same) return;
  if (there) db.Exec("DROP VIEW \"" + std::string(name) + "\"");
  db.Exec(sql);
}

SchemaState InspectSchema(Connection& db, int& version) {
  version = 0;
  const bool ours = db.Int("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").has_value();
  if (!ours) {
    const bool tables = db.Int("SELECT 1 FROM sqlite_schema LIMIT 1").has_value();
    return tables ? SchemaState::kForeign : SchemaState::kEmpty;
  }
  // Another program may use the same name for a table of its own.
  if (db.Int("PRAGMA application_id") != kApplicationId) return SchemaState::kForeign;
  version = static_cast<int>(db.Int("SELECT max(version) FROM schema_version").value_or(0));
  return version > Migrations().back().version ? SchemaState::kNewer : SchemaState::kOurs;
}

void UpdateSchema(Connection& db) {
  db.Exec("BEGIN IMMEDIATE");
  int version = 0;
  if (InspectSchema(db, version) == SchemaState::kEmpty) {
    db.Exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    db.Exec(
        "CREATE TABLE schema_version(version INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT "
        "CURRENT_TIMESTAMP)");
  }
  ApplyMigrations(db, version);
  ReplaceViews(db);
  FillLists(db);
  db.Exec("COMMIT");
}

}  // namespace trawl::storage::sqlite
