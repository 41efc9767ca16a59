#pragma once

#include <string>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Copies the database at `path`, whose schema is `version`, into `<path>.backup-v<version>` before it is
/// brought up to date: one plain file, checked whole and synced to the disk before it takes that name. One of
/// an earlier start that got no further is replaced. False with a sentence in `error`; the database is as it
/// was.
bool BackUp(Connection& db, const std::string& path, int version, std::string& error);

}  // namespace trawl::storage::sqlite
