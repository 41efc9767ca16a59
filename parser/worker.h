#pragma once

#include "config/bytes.h"
#include "config/instant.h"
#include "config/unique_fd.h"

namespace trawl::parser {

struct WorkerLimits {
  Bytes memory_max = MiB(256);
  Duration cpu_max = std::chrono::seconds(2);
};

/// The life of a worker: enters the sandbox, then reads a job, parses, writes the answer, until the socket
/// ends. Keeps nothing from one page to the next. Never returns; exits 0 when the other end closed,
/// kExitLimit when a page needs more memory than it may have, kExitNoSandbox before it has read anything;
/// SIGPROF ends it when a page used up its CPU time.
[[noreturn]] void RunWorker(UniqueFd socket, const WorkerLimits& limits);

}  // namespace trawl::parser
