#include "crawler/cli/query.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "crawler/cli/exit_codes.h"
#include "crawler/cli/print_rows.h"
#include "storage/query.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kMaxSql = 1 << 20;

struct QueryCommand {
  RowsRequest request;
  std::string sql;
};

/// All of stdin, up to one byte more than kMaxSql.
std::string ReadStdin() {
  std::string text(kMaxSql + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  return text;
}

int RunQuery(QueryCommand& command) {
  if (command.sql.empty() && ::isatty(STDIN_FILENO) != 1) command.sql = ReadStdin();
  if (command.sql.find_first_not_of(" \t\r\n") == std::string::npos)
    return CommandLine::Refuse("query", "there is no SQL");
  if (command.sql.size() > kMaxSql) return CommandLine::Refuse("query", "the SQL is longer than 1 MiB");
  return PrintRows(command.request, [&](const auto& header, const auto& row) {
    return storage::Query(command.request.database, command.sql, header, row);
  });
}

}  // namespace

std::function<int()> DefineQuery(CommandLine& line) {
  auto command = std::make_shared<QueryCommand>();
  command->request.command = "query";
  AddRowOptions(line, command->request);
  line.AddText("SQL", "", command->sql, "one statement");
  return [command] { return RunQuery(*command); };
}

}  // namespace trawl::crawler
