#pragma once

#include <cstddef>

#include "config/bytes.h"
#include "config/instant.h"
#include "config/unique_fd.h"
#include "parser/arena.h"
#include "parser/sandbox.h"
#include "parser/wire.h"
#include "parser/worker_memory.h"

namespace trawl::parser {

/// What one worker may use.
struct WorkerLimits {
  Bytes memory_max;    ///< address space, the program and its libraries included
  Duration cpu_max{};  ///< for each document
  Bytes arena;         ///< of memory_max, what the parse function's arena may take
  CallFilter filter = CallFilter::kOn;
};

/// What a worker does with one document. The page's views live until the arena is reset.
using ParseFunction = ParsedPage (*)(const PageJob& job, Arena& arena);

/// A worker's whole life: enters the sandbox, then takes jobs, parses, answers, in order, until the socket
/// ends. Keeps nothing from one document to the next but the item rules that came down
/// between them. Ends the process with 0 at the end of the socket,
/// kExitLimit when memory is used up, kExitNoSandbox before the first job when the sandbox does not hold;
/// killed by SIGPROF when a document passes cpu_max. Runs on: parser process.
[[noreturn]] void RunWorker(UniqueFd socket, WorkerMemory memory, const WorkerLimits& limits,
                            ParseFunction parse);

}  // namespace trawl::parser
