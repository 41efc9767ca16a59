#pragma once

#include "config/unique_fd.h"
#include "parser/worker.h"

namespace trawl::parser {

/// The life of the fork server: forks a worker when asked, kills one when asked, reaps and reports. One
/// thread; parses nothing. Ends, and takes every worker along, when the control socket closes. Gives an exit
/// code.
int RunZygote(UniqueFd control, const WorkerLimits& limits);

}  // namespace trawl::parser
