#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Marks the file as Trawl's ("Trwl"), for InspectSchema and for file(1).
inline constexpr std::int64_t kApplicationId = 0x5472776c;

/// One step of the schema. Steps are only ever appended: what a released program has applied is history.
struct Migration {
  int version;  ///< the schema after it
  std::string_view sql;
};

/// All steps, by version from 1 without gaps.
std::span<const Migration> Migrations();

struct View {
  std::string_view name;
  std::string sql;  ///< the whole CREATE VIEW statement
};

/// The views that DESIGN promises to people. They carry no rows, so they are replaced whenever their text
/// changed.
std::span<const View> Views();

/// Makes the view of that name be what `sql` (CREATE VIEW ...) says, unless it is that already.
void ReplaceView(Connection& db, std::string_view name, std::string_view sql);

enum class SchemaState {
  kEmpty,    ///< a database without tables
  kOurs,     ///< of this program, this version or an earlier one
  kNewer,    ///< of a later version
  kForeign,  ///< tables of another program
};

/// What a database holds; the version found goes to `version`. Look at the connection's error too.
SchemaState InspectSchema(Connection& db, int& version);

/// Brings an empty or earlier schema up to date in one transaction: tables, views, and the lists of outcomes
/// and skip reasons. Leaves the error, if any, in the connection.
void UpdateSchema(Connection& db);

}  // namespace trawl::storage::sqlite
