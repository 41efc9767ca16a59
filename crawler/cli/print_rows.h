#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crawler/cli/command_line.h"
#include "storage/query.h"

namespace trawl::crawler {

/// What commands that print rows have in common.
struct RowsRequest {
  std::string command;  ///< its name, for messages
  std::string database = "trawl.db";
  std::string format = "table";
};

/// Declares --db and --format.
void AddRowOptions(CommandLine& line, RowsRequest& request);

/// Where rows come from: as storage::Query hands them out.
using RowSource = std::function<storage::QueryError(
    const std::function<void(const std::vector<std::string>& columns)>& header,
    const std::function<bool(const std::vector<storage::Value>& row)>& row)>;

/// Prints rows on stdout in the format asked for, `limit` of them at most (negative: all), and says on stderr
/// when more were there. Gives the exit code.
int PrintRows(const RowsRequest& request, const RowSource& source, std::int64_t limit = -1);

/// A number of rows as people write it: digits, 0 is all (-1 then). False when it is none.
bool ParseLimit(const std::string& text, std::int64_t& limit);

}  // namespace trawl::crawler
