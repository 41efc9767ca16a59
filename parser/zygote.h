#pragma once

#include "parser/worker.h"

namespace trawl::parser {

/// What a zygote's workers are made of.
struct ZygoteProgram {
  ParseFunction parse = nullptr;
  /// Loads, before the first fork, every table that parsing may need: workers share them and can open no
  /// file. False: there is one that cannot be loaded, and nothing is parsed. Null: none.
  bool (*preload)() = nullptr;
};

/// Exit codes of a zygote.
inline constexpr int kExitUsage = 64;

/// The zygote's whole life, in a process that ZygoteClient::Start made: proves that the sandbox holds, then
/// forks a worker for each request, kills those it is told to, reaps and reports each end, until the control
/// socket closes. Then no worker is left, and it returns the exit code. `role`, the argument that names this
/// process in a process list, is overwritten in workers. Single-threaded. Gives kExitUsage at once when
/// descriptor 3 is no control socket.
int RunZygote(const ZygoteProgram& program, char* role);

}  // namespace trawl::parser
