#pragma once

namespace trawl::crawler {

/// What every command of the program ends with; scripts rely on it. The numbers are those of sysexits.h.
enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,   ///< what was asked for did not come about
  kExitUsage = 64,   ///< the command line, or the SQL of a query, is wrong
  kExitIo = 74,      ///< a file, database or device cannot be used
  kExitConfig = 78,  ///< the configuration is wrong
};

}  // namespace trawl::crawler
