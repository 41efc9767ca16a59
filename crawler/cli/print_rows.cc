#include "crawler/cli/print_rows.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <memory>

#include "crawler/cli/exit_codes.h"
#include "crawler/cli/row_writer.h"

namespace trawl::crawler {

void AddRowOptions(CommandLine& line, RowsRequest& request) {
  std::vector<std::string> names;
  for (const RowFormat& format : RowFormats()) names.emplace_back(format.name);
  line.AddText("--db", "FILE", request.database, "the database (trawl.db)");
  line.AddChoice("--format", names, request.format, "how rows are printed (table)");
}

int PrintRows(const RowsRequest& request, const RowSource& source, std::int64_t limit) {
  std::ios::sync_with_stdio(false);
  const auto formats = RowFormats();
  const auto format = std::find_if(formats.begin(), formats.end(),
                                   [&](const RowFormat& f) { return f.name == request.format; });
  const std::unique_ptr<RowWriter> writer = format->make(std::cout, Terminal::Of(STDOUT_FILENO));
  std::int64_t rows = 0;
  const storage::QueryError error =
      source([&](const std::vector<std::string>& columns) { writer->Header(columns); },
             [&](const std::vector<storage::Value>& row) {
               if (++rows > limit && limit >= 0) return false;
               writer->Row(row);
               return std::cout.good();  // nobody reads any more: stop
             });
  if (!error.ok) {
    std::cout.flush();
    std::fprintf(stderr, "trawl %s: %s\n", request.command.c_str(), error.message.c_str());
    return error.usage ? kExitUsage : kExitIo;
  }
  writer->Finish();
  std::cout.flush();
  if (!std::cout.good()) {
    std::fprintf(stderr, "trawl %s: the result could not be written whole\n", request.command.c_str());
    return kExitIo;
  }
  if (limit >= 0 && rows > limit) {
    std::fprintf(stderr, "trawl %s: there are more than these %lld rows; --limit 0 gives all\n",
                 request.command.c_str(), static_cast<long long>(limit));
  }
  return kExitDone;
}

bool ParseLimit(const std::string& text, std::int64_t& limit) {
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (wrong != std::errc() || end != text.data() + text.size() || limit < 0) return false;
  if (limit == 0) limit = -1;
  return true;
}

}  // namespace trawl::crawler
