#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "crawler/cli/commands.h"

namespace {

/// A program started with a standard stream closed would get its database as that number, and a message into
/// it.
void HoldStandardStreams() {
  int fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::dup(fd);
  if (fd > STDERR_FILENO) ::close(fd);
}

}  // namespace

// A command that parses pages starts the zygote before it starts anything else: until then this is one
// thread.
int main(int argc, char** argv) {
  HoldStandardStreams();
  return trawl::crawler::RunProgram({argv + 1, argv + argc});
}
