#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "config/options.h"
#include "config/result.h"
#include "config/unique_fd.h"
#include "parser/worker_memory.h"

namespace trawl::parser {

/// How a worker ended, as the zygote that reaped it reports.
struct WorkerExit {
  pid_t pid = 0;
  int exit_code = 0;  ///< when it exited; kExitLimit: the document passed the memory or nesting limit
  int signal = 0;     ///< when it was killed; SIGPROF: CPU limit, SIGSYS: forbidden system call
};

/// Exit code of a worker whose document needs more than it may use.
inline constexpr int kExitLimit = 3;
/// Exit code of a worker that could not put itself into its sandbox.
inline constexpr int kExitNoSandbox = 4;

struct SpawnedWorker {
  pid_t pid = 0;
  UniqueFd socket;      ///< stream socket, non-blocking: notices, and the end
  WorkerMemory memory;  ///< frames of parser/wire.h, both ways
};

struct CommandMessage;

/// The main process's end of the fork server. Start() must be called before any thread or io_context exists,
/// on the thread that lives as long as the process. Runs on: event loop (no call blocks but Start and the
/// end). Owns the control socket; the zygote and every worker end when it closes, however this process ends.
class ZygoteClient {
 public:
  /// Forks and execs `program` as the zygote, with the limits of `options`. Blocks until the zygote has
  /// proved its sandbox. Errors: errno of exec, kWrongVersion for a program of another build, kNoSandbox,
  /// kWorkerLimit when memory_max is too small for the program itself, kZygoteGone; the zygote has said more
  /// on stderr.
  static Result<ZygoteClient> Start(const config::ParserOptions& options, const std::string& program);

  ZygoteClient(ZygoteClient&&) noexcept = default;
  ZygoteClient& operator=(ZygoteClient&& other) noexcept;
  /// Ends the zygote and all its workers, and waits for that: milliseconds.
  ~ZygoteClient();

  /// Control socket, to be watched for readability.
  int fd() const { return control_.Get(); }

  /// Asks for one worker; it arrives through Receive(), later when the zygote pauses after a crash loop.
  /// `answered`: how many documents all workers have answered so far, by which it knows one.
  /// Error kZygoteSilent or kZygoteGone; so for Kill.
  Result<void> RequestWorker(std::uint64_t answered = 0);
  /// Asks the zygote to kill its child `pid`; the exit arrives through Receive(). Unknown pids are ignored.
  Result<void> Kill(pid_t pid);

  struct Event {
    std::optional<SpawnedWorker> spawned;
    std::optional<WorkerExit> exited;
  };
  /// One event, or nothing when none waits. Error kZygoteGone: the zygote is dead.
  Result<std::optional<Event>> Receive();

  pid_t zygote_pid() const { return pid_; }

 private:
  ZygoteClient() = default;
  void End();
  Result<void> Command(const CommandMessage& command);

  UniqueFd control_;
  pid_t pid_ = 0;
};

}  // namespace trawl::parser
