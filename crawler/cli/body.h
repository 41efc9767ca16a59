#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kBodyManual = R"text(Examples:
  trawl body https://example.org/ >index.html
  trawl body --head https://example.org/       with the head of the answer
  trawl query "SELECT url, at, file, offset FROM bodies"

Prints the newest answer of a URL that a crawl with storage.bodies = "warc" has kept, as it was after decoding. The WARC
files themselves are in the folder beside the database. Exit code 1 when none of the URL is there, 74 when the database
or the file cannot be read.
)text";

/// `trawl body`
std::function<int()> DefineBody(CommandLine& line);

}  // namespace trawl::crawler
