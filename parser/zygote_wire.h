#pragma once

#include <sys/types.h>

#include <cstdint>

// The messages between trawl and its fork server: one fixed struct a packet, on a SOCK_SEQPACKET pair between
// two programs of one build. The zygote has parsed nothing from outside, so both ends are trusted; a worker's
// socket rides along by SCM_RIGHTS.

namespace trawl::parser {

inline constexpr std::uint32_t kZygoteVersion = 1;
/// The zygote finds its control socket here.
inline constexpr int kZygoteFd = 3;

enum class ZygoteVerb : std::uint32_t { kSpawn = 1, kKill = 2 };
struct ZygoteRequest {
  ZygoteVerb verb;
  pid_t pid;  ///< kKill: whom
};

enum class ZygoteNews : std::uint32_t { kReady = 1, kSpawned = 2, kExited = 3 };
struct ZygoteEvent {
  ZygoteNews news;
  pid_t pid;  ///< kSpawned, kExited; kReady: the version
  std::int32_t exit_code;
  std::int32_t signal;
};

}  // namespace trawl::parser
