// A disk that is slow or broken, for the real program: preloaded (LD_PRELOAD), it stands before fsync and
// fdatasync.
//   TRAWL_SYNC_DELAY_MS=N       each takes N milliseconds longer
//   TRAWL_SYNC_FAILS_WHILE=FILE while FILE is there, each fails with EIO
//   TRAWL_SYNC_LOG=FILE         a byte is appended for each: '.' done, '!' failed

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace {

void Note(char what) {
  const char* log = std::getenv("TRAWL_SYNC_LOG");
  if (log == nullptr) return;
  const int file = ::open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (::write(file, &what, 1) != 1) std::abort();
  ::close(file);
}

int Sync(const char* name, int file) {
  if (const char* delay = std::getenv("TRAWL_SYNC_DELAY_MS")) {
    const long ms = std::atol(delay);
    timespec rest{ms / 1000, ms % 1000 * 1'000'000};
    while (::nanosleep(&rest, &rest) != 0 && errno == EINTR) {
    }
  }
  const char* broken = std::getenv("TRAWL_SYNC_FAILS_WHILE");
  if (broken != nullptr && ::access(broken, F_OK) == 0) {
    Note('!');
    errno = EIO;
    return -1;
  }
  const auto real = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, name));
  const int result = real(file);
  Note(result == 0 ? '.' : '!');
  return result;
}

}  // namespace

extern "C" int fsync(int file) {
  return Sync("fsync", file);
}

extern "C" int fdatasync(int file) {
  return Sync("fdatasync", file);
}
