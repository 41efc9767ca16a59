#include "crawler/finish_hook.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>

#include "config/unique_fd.h"
#include "config/units.h"

namespace trawl::crawler {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Between the request to end and the kill.
constexpr std::chrono::seconds kGrace(2);
constexpr std::chrono::milliseconds kLook(20);  ///< where the kernel has no pidfd

/// The environment of this process and `more`, which comes first where both have a name.
std::vector<std::string> EnvironmentOf(const Environment& more) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : more) texts.push_back(name + "=" + value);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry), name = text.substr(0, text.find('='));
    const bool ours =
        std::any_of(more.begin(), more.end(), [&](const auto& one) { return one.first == name; });
    if (!ours) texts.emplace_back(text);
  }
  return texts;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// How the process ended; nothing when it has not until then.
std::optional<int> WaitFor(pid_t pid, SteadyClock::time_point until) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  for (;;) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) == pid) return status;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd ended{handle.Get(), POLLIN, 0};
    const auto most = handle ? std::chrono::milliseconds(60'000) : kLook;
    ::poll(&ended, handle ? 1 : 0, static_cast<int>(std::min(left, most).count()));
  }
}

/// Asks, then kills: the process and what it has started.
void EndGroup(pid_t pid) {
  ::kill(-pid, SIGTERM);
  const bool ended = WaitFor(pid, SteadyClock::now() + kGrace).has_value();
  ::kill(-pid, SIGKILL);
  if (!ended) ::waitpid(pid, nullptr, 0);
}

int Spawn(std::vector<char*>& arguments, std::vector<char*>& environment, pid_t& pid) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error =
      ::posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace

std::string RunFinishHook(const config::ScheduleOptions& options, const Environment& more) {
  if (options.on_finish.empty()) return {};
  std::vector<std::string> words = options.on_finish, variables = EnvironmentOf(more);
  std::vector<char*> arguments = Pointers(words), environment = Pointers(variables);
  const std::string what = "schedule.on_finish: " + options.on_finish.front();
  pid_t pid = -1;
  if (const int error = Spawn(arguments, environment, pid); error != 0)
    return what + " cannot be run: " + std::strerror(error);
  const std::optional<int> status = WaitFor(pid, SteadyClock::now() + options.on_finish_timeout);
  if (!status) {
    EndGroup(pid);
    return what + " took longer than " + config::FormatDuration(options.on_finish_timeout) +
           " and was killed";
  }
  if (WIFSIGNALED(*status)) return what + " was ended by signal " + std::to_string(WTERMSIG(*status));
  if (WEXITSTATUS(*status) != 0)
    return what + " failed with exit code " + std::to_string(WEXITSTATUS(*status));
  return {};
}

}  // namespace trawl::crawler
