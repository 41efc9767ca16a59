#pragma once

#include <span>
#include <string_view>

#include "config/bytes.h"

namespace trawl::parser {

/// A system call that a worker may make.
struct AllowedCall {
  int number = 0;
  std::string_view name;
  std::string_view why;
};

/// The whole list, conditions on arguments apart.
std::span<const AllowedCall> AllowedCalls();

/// Whether the list is enforced; kOff is for a kernel that cannot, when the operator has said so.
enum class CallFilter { kOn, kOff };

/// Where a worker has its socket; it has no other descriptor.
inline constexpr int kWorkerFd = 3;

/// The whole demotion of a worker: takes everything from this process but computing on memory and talking
/// over `socket`, which becomes kWorkerFd. There is no way back, and a call that is not allowed kills the
/// process with SIGSYS. False, and a line on stderr that names the step, when any step fails: then the
/// process must not parse.
[[nodiscard]] bool EnterSandbox(int socket, Bytes memory_max, CallFilter filter);

/// Forks a child that enters the sandbox and then tries to open a socket; true when it died of that, and
/// without the filter when it got so far. Single-threaded processes only.
[[nodiscard]] bool ProveSandbox(Bytes memory_max, CallFilter filter);

/// Moves this process, and with it all it forks later, into a user and network namespace without any
/// interface. Only one more wall: where the system does not allow it, nothing happens.
void LeaveNetwork();

/// The Landlock version of the running kernel; 0 when it has none.
int LandlockVersion();

}  // namespace trawl::parser
