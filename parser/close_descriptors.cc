#include "parser/close_descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace trawl::parser {
namespace {

// close_range came with Linux 5.9, and a container's filter may not know it.
void CloseFrom(unsigned first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, UINT_MAX, 0) == 0) return;
#endif
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (unsigned fd = first; fd < limit.rlim_cur; ++fd) ::close(static_cast<int>(fd));
}

}  // namespace

bool KeepOnly(int fd, int place) {
  if (fd == place) {
    if (::fcntl(fd, F_SETFD, 0) != 0) return false;
  } else {
    if (::dup2(fd, place) < 0) return false;
  }
  ::close(STDIN_FILENO);
  ::close(STDOUT_FILENO);
  for (int other = STDERR_FILENO + 1; other < place; ++other) ::close(other);
  CloseFrom(static_cast<unsigned>(place) + 1);
  return true;
}

}  // namespace trawl::parser
