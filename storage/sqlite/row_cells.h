#pragma once

#include "storage/query.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// A column of the row that the statement stands on; a copy.
Value CellOf(const Statement& row, int column);

void BindValue(Statement& statement, int index, const Value& value);

}  // namespace trawl::storage::sqlite
