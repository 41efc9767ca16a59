#pragma once

#include <cstdio>
#include <string>

#include "crawler/engine.h"

namespace trawl::crawler {

/// Shows a crawl while it runs, on stderr: one block that is drawn over itself on a terminal, else a plain
/// line of the log now and then. Runs on: event loop. Borrows the log.
class ProgressView {
 public:
  explicit ProgressView(Log& log);

  /// Draws. `now` is the clock's; plain lines come every ten seconds at most. `engine` is asked once a second
  /// what it waits for.
  void Show(const Progress& progress, const Engine& engine, Instant now);
  /// Leaves the terminal as a reader expects it: the last block stays, the cursor is below.
  void End(const Progress& progress, const Engine& engine, Instant now);

 private:
  Log& log_;
  std::uint64_t logged_ = 0;  ///< lines of the log above the figures
  bool terminal_;
  bool drawn_ = false;
  Instant last_line_{};
  Instant rate_since_{};
  std::uint64_t rate_pages_ = 0;
  double rate_ = 0;
  Instant blocked_at_{};
  Frontier::Blocked blocked_;  ///< as of then
};

/// "1:02:03" or "02:03".
std::string Elapsed(Duration duration);

}  // namespace trawl::crawler
