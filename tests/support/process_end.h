#pragma once

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>

#include "config/unique_fd.h"

namespace trawl::test {

/// The end of a process that need not be a child, without mistaking another one for it that got its pid.
class ProcessEnd {
 public:
  /// `pid` must be alive or not yet reaped.
  explicit ProcessEnd(pid_t pid) : process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

  /// Waits for the end; false when it does not come in time.
  bool Await(std::chrono::milliseconds patience = std::chrono::minutes(1)) const {
    pollfd watched{process_.Get(), POLLIN, 0};
    return process_ && ::poll(&watched, 1, static_cast<int>(patience.count())) == 1;
  }

 private:
  UniqueFd process_;
};

}  // namespace trawl::test
