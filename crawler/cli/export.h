#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kExportManual = R"text(Examples:
  trawl export >pages.jsonl
  trawl export --table links --where "external" --columns source,target --format csv --output links.csv
  trawl export --format warc --output crawl.warc.gz      what storage.bodies = "warc" has kept, in one file
  trawl export --format cdxj --output crawl.cdxj         the index that replay tools read, beside those files
  trawl export --where "status = 200 AND fetched_at >= '2026-01-01'" --output pages.jsonl

Streams the rows of a view in small read transactions, beside a running crawl: each row is whole, and as it was when it
was read. With --output the rows gather in FILE.part, which becomes FILE when all are there; the same command goes on
where one was cut off (FILE.part.position says where). Exit code 64 when the table, a column or the expression is wrong,
74 when the database cannot be read or the file not be written.
)text";

/// `trawl export`
std::function<int()> DefineExport(CommandLine& line);

}  // namespace trawl::crawler
