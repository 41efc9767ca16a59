#include "crawler/finish_hook.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "config/unique_fd.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace std::chrono_literals;
using crawler::RunFinishHook;

namespace {

std::string Content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("finish_hook:WithoutACommandNothingIsRun") {
  CHECK(RunFinishHook({}, {}).empty());
}

TEST_CASE("finish_hook:TheProgramGetsItsArgumentsAsTheyAreAndTheEnvironment") {
  const test::TempDir folder;
  const std::string out = (folder / "out").string();
  config::ScheduleOptions options;
  options.on_finish = {"/bin/sh", "-c",  "printf '%s|' \"$@\" \"$TRAWL_PAGES\" \"${PATH:+path}\" >\"$0\"",
                       out,       "a b", "$(id)",
                       "*"};
  CHECK(RunFinishHook(options, {{"TRAWL_PAGES", "7"}}) == "");
  CHECK(Content(out) == "a b|$(id)|*|7|path|");
}

TEST_CASE("finish_hook:WhatGoesWrongIsSaid") {
  config::ScheduleOptions options;
  options.on_finish = {"/nonexistent/program"};
  CHECK_THAT(RunFinishHook(options, {}), Catch::Matchers::Contains("cannot be run: No such file"));
  options.on_finish = {"/bin/sh", "-c", "exit 3"};
  CHECK_THAT(RunFinishHook(options, {}), Catch::Matchers::Contains("failed with exit code 3"));
  options.on_finish = {"/bin/sh", "-c", "kill -9 $$"};
  CHECK_THAT(RunFinishHook(options, {}), Catch::Matchers::Contains("ended by signal 9"));
}

TEST_CASE("finish_hook:OneThatTakesTooLongIsKilledWithWhatItStarted") {
  const test::TempDir folder;
  const std::string out = (folder / "pid").string();
  config::ScheduleOptions options;
  options.on_finish = {"/bin/sh", "-c", "sleep 60 & echo $! >\"$0\"; wait", out};
  options.on_finish_timeout = 300ms;
  const auto began = std::chrono::steady_clock::now();
  CHECK_THAT(RunFinishHook(options, {}), Catch::Matchers::Contains("took longer than 300ms and was killed"));
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  const int child = std::stoi(Content(out));
  // A signal takes a moment to end a process.
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  pollfd ended{handle.Get(), POLLIN, 0};
  const bool gone = !handle || ::poll(&ended, 1, 5000) == 1;
  CHECK(gone);
}
