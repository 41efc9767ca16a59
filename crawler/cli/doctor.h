#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kDoctorManual = R"text(Examples:
  trawl doctor                    is the database whole?
  trawl doctor --db news.db --format json
  trawl doctor --repair           while no crawl runs: set right what loses no page and no visit

Each check is a row: ok, problem (with the number of rows at fault and the first of them), repaired, or a note. Reads
the whole file, beside a running crawl. Repairs count counters anew, give queued URLs their place, delete rows whose
owner is gone and build indexes anew; what is damaged beyond that needs a backup, or sqlite3's .recover.
Exit code 0 when no problem is left, 1 when there is one, 74 when the file cannot be examined.
)text";

/// `trawl doctor`
std::function<int()> DefineDoctor(CommandLine& line);

}  // namespace trawl::crawler
