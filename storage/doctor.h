#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/result.h"

namespace trawl::storage {

/// What one check of a database found.
struct Finding {
  enum class State { kOk, kNote, kProblem, kRepaired };

  std::string check;  ///< what must hold, or what is told
  State state = State::kOk;
  std::int64_t count = 0;  ///< rows at fault
  std::string detail;      ///< the first of them, or SQLite's words, or the figure that is told
};

struct Examination {
  std::string error;  ///< when the file cannot be examined at all: one sentence; then there are no findings
  std::vector<Finding> findings;
  /// No problem is left.
  bool clean() const;
};

/// Examines the database at `path`: that the file is whole, every URL has exactly one state and its place in
/// the queue, no row lacks the one that it belongs to, and counters are what a count gives; besides its
/// schema, its log and who holds it. Reads one snapshot, beside a running crawl if there is one. Blocks;
/// takes as long as reading the whole file.
///
/// `repair`: what can be set right without losing a page or a visit is set right, in one transaction; refused
/// while a crawl holds the database. Counters are counted anew; queued URLs that lost their place get one;
/// rows whose owner is gone are deleted; indexes that do not match are built anew.
Examination Examine(const std::string& path, bool repair);

/// Writes the database anew without its free pages, into a file that can give later ones back (PRAGMA
/// auto_vacuum). Needs room for a second copy, and no crawl may run. Gives what went wrong, in a sentence;
/// else nothing. Blocks, for as long as the file takes to read and write.
std::string Vacuum(const std::string& path);

}  // namespace trawl::storage
