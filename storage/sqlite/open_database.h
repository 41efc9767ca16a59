#pragma once

#include <memory>
#include <string>

#include "config/options.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// False, with a sentence in `error`, when the path names something that can never be a database: a folder, a
/// device, a file of another format. Looks without changing anything; not while this process has the database
/// open, whose locks it would drop.
bool CheckFile(const std::string& path, std::string& error);

/// The connection that writes, in WAL mode, its schema up to date. None with a sentence in `error`; a file
/// that was refused is as it was.
std::unique_ptr<Connection> OpenForWriting(const config::StorageOptions& options, const std::string& vfs,
                                           std::string& error);

/// A connection that reads beside a writer.
std::unique_ptr<Connection> OpenForReading(const std::string& path, const std::string& vfs,
                                           std::string& error);

/// A connection for what people ask: nothing can be written through it, and a missing file is not created.
/// None with a sentence in `error`, also when the file is damaged or locked.
std::unique_ptr<Connection> OpenForQuestions(const std::string& path, std::string& error);

/// What went wrong with the file, and what to do.
std::string Sentence(const std::string& path, const Connection::Failure& failure);

}  // namespace trawl::storage::sqlite
