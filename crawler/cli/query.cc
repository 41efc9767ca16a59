#include "crawler/cli/query.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "crawler/cli/exit_codes.h"
#include "crawler/cli/row_writer.h"
#include "storage/query.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kMaxSql = 1 << 20;

struct QueryCommand {
  std::string database = "trawl.db";
  std::string format = "table";
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
  auto formats = RowFormats();
  auto format = std::find_if(formats.begin(), formats.end(),
                             [&](const RowFormat& f) { return f.name == command.format; });
  std::unique_ptr<RowWriter> writer = format->make(std::cout, Terminal::Of(STDOUT_FILENO));
  storage::QueryError error = storage::Query(
      command.database, command.sql,
      [&](const std::vector<std::string>& columns) { writer->Header(columns); },
      [&](const std::vector<storage::Value>& row) {
        writer->Row(row);
        return std::cout.good();  // nobody reads any more: stop
      });
  if (!error.ok) {
    std::cout.flush();
    std::fprintf(stderr, "trawl query: %s\n", error.message.c_str());
    return error.usage ? kExitUsage : kExitIo;
  }
  writer->Finish();
  std::cout.flush();
  if (std::cout.good()) return kExitDone;
  std::fprintf(stderr, "trawl query: the result could not be written whole\n");
  return kExitIo;
}

}  // namespace

std::function<int()> DefineQuery(CommandLine& line) {
  auto command = std::make_shared<QueryCommand>();
  std::vector<std::string> names;
  for (const RowFormat& format : RowFormats()) names.emplace_back(format.name);
  line.AddText("--db", "FILE", command->database, "the database (trawl.db)");
  line.AddChoice("--format", names, command->format, "how rows are printed (table)");
  line.AddText("SQL", "", command->sql, "one statement");
  return [command] {
    std::ios::sync_with_stdio(false);
    return RunQuery(*command);
  };
}

}  // namespace trawl::crawler
