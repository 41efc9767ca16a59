#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kSearchManual = R"text(Examples:
  trawl search crawl delay                 pages with both words, the best first
  trawl search '"crawl delay" -robots'     the two together, and the other not there
  trawl search --limit 3 --format jsonl 'polite*'

Looks through titles, descriptions and texts of the pages that a crawl with storage.full_text = true has stored. Case and
accents make no difference. Exit code 64 when there is no word to look for, 74 when the database cannot be read or has no
index.
)text";

/// `trawl search`
std::function<int()> DefineSearch(CommandLine& line);

}  // namespace trawl::crawler
