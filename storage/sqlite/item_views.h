#pragma once

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Makes or refreshes the view item_<rule> of every row of the table `rule`: url, position, then a typed
/// column for each field, the current ones in their order and then those that the rule once had. Items that
/// lack a required field are left out. A value of another type than the column's, from before the rule
/// changed, is NULL. Inside a transaction.
void ReplaceItemViews(Connection& db);

}  // namespace trawl::storage::sqlite
