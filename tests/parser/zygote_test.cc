#include "parser/zygote.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "parser/error.h"
#include "parser/respawn_throttle.h"
#include "parser/sanitized.h"
#include "tests/parser/zygote_session.h"
#include "tests/support/catch.h"
#include "tests/support/process_end.h"

using namespace trawl::parser;
using trawl::test::Conversation;
using trawl::test::ProcessEnd;
using trawl::test::RogueOptions;
using trawl::test::ZygoteSession;

namespace {

boost::system::error_code ErrorOfStarting(const std::string& program) {
  const auto started = ZygoteClient::Start(RogueOptions(), program);
  return started ? boost::system::error_code() : started.error();
}

struct Family {
  pid_t parent = 0, zygote = 0, idle = 0, looping = 0, stopped = 0;
};

// A process like trawl, with a zygote and three workers, of which two hang. It waits to be killed.
Family StartFamily(bool stop_zygote) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto options = RogueOptions();
    options.cpu_max = std::chrono::minutes(10);
    ZygoteSession zygote(options);
    Conversation idle = zygote.Spawn(), looping = zygote.Spawn(), stopped = zygote.Spawn();
    looping.Tell("loop");
    stopped.Tell("stop");
    if (!idle.Ask("are you there")) ::_exit(1);
    if (stop_zygote) ::kill(zygote.client().zygote_pid(), SIGSTOP);
    const Family family{::getpid(), zygote.client().zygote_pid(), idle.pid(), looping.pid(), stopped.pid()};
    if (::write(pipe[1], &family, sizeof family) != sizeof family) ::_exit(1);
    for (;;) ::pause();
  }
  ::close(pipe[1]);
  Family family;
  const ssize_t got = ::read(pipe[0], &family, sizeof family);
  ::close(pipe[0]);
  REQUIRE(got == sizeof family);
  return family;
}

}  // namespace

TEST_CASE("kill -9 of the parent leaves no process behind, hanging or stopped as they may be", "[zygote]") {
  const bool stop_zygote = GENERATE(false, true);
  CAPTURE(stop_zygote);
  const Family family = StartFamily(stop_zygote);
  std::vector<ProcessEnd> processes;
  for (const pid_t pid : {family.zygote, family.idle, family.looping, family.stopped}) {
    processes.emplace_back(pid);
  }
  REQUIRE(::kill(family.parent, SIGKILL) == 0);
  REQUIRE(::waitpid(family.parent, nullptr, 0) == family.parent);
  for (const ProcessEnd& process : processes) CHECK(process.Await(std::chrono::seconds(20)));
}

TEST_CASE("kill -9 of the zygote takes its workers along", "[zygote]") {
  auto options = RogueOptions();
  options.cpu_max = std::chrono::minutes(10);
  ZygoteSession zygote(options);
  Conversation looping = zygote.Spawn(), stopped = zygote.Spawn();
  looping.Tell("loop");
  stopped.Tell("stop");
  const ProcessEnd first(looping.pid()), second(stopped.pid());
  REQUIRE(::kill(zygote.client().zygote_pid(), SIGKILL) == 0);
  CHECK(first.Await(std::chrono::seconds(20)));
  CHECK(second.Await(std::chrono::seconds(20)));
  CHECK_THROWS(zygote.AwaitExit());
}

TEST_CASE("The end of the client is the end of all", "[zygote]") {
  std::vector<ProcessEnd> processes;
  {
    ZygoteSession zygote;
    Conversation stopped = zygote.Spawn();
    stopped.Tell("stop");
    processes.emplace_back(stopped.pid());
    processes.emplace_back(zygote.client().zygote_pid());
  }
  for (const ProcessEnd& process : processes) CHECK(process.Await(std::chrono::milliseconds(0)));
}

TEST_CASE("The zygote tells how each worker ended", "[zygote]") {
  ZygoteSession zygote;
  CHECK(zygote.EndOf("segv").signal == SIGSEGV);
  CHECK(zygote.EndOf("abort").signal == SIGABRT);
  const WorkerExit exit = zygote.EndOf("exit 7");
  CHECK(exit.signal == 0);
  CHECK(exit.exit_code == 7);
  Conversation worker = zygote.Spawn();
  REQUIRE(zygote.client().Kill(worker.pid()).has_value());
  const WorkerExit killed = zygote.AwaitExit();
  CHECK(killed.pid == worker.pid());
  CHECK(killed.signal == SIGKILL);
}

TEST_CASE("Only its own children are killed on request", "[zygote]") {
  ZygoteSession zygote;
  for (const pid_t stranger : {::getpid(), zygote.client().zygote_pid(), pid_t{0}, pid_t{-1}}) {
    REQUIRE(zygote.client().Kill(stranger).has_value());
  }
  CHECK(zygote.Spawn().Ask("alive").has_value());
}

TEST_CASE("Signals that are meant for trawl leave zygote and workers at work", "[zygote]") {
  ZygoteSession zygote;
  Conversation worker = zygote.Spawn();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) {
    REQUIRE(::kill(zygote.client().zygote_pid(), signal) == 0);
    if (signal != SIGPIPE) REQUIRE(::kill(worker.pid(), signal) == 0);
  }
  CHECK(worker.Ask("still here").has_value());
  CHECK(zygote.Spawn().Ask("here too").has_value());
}

TEST_CASE("A crash loop is answered with a pause, and after it there is a worker again", "[zygote]") {
  ZygoteSession zygote;
  for (std::size_t death = 0; death < RespawnThrottle::kDeaths; ++death) {
    CHECK(zygote.EndOf("segv", 0).signal == SIGSEGV);
  }
  const auto start = std::chrono::steady_clock::now();
  CHECK(zygote.Spawn(0).Ask("at last").has_value());
  // The pause began with the last death, a little before.
  CHECK(std::chrono::steady_clock::now() - start > RespawnThrottle::kFirstPause * 3 / 4);
}

TEST_CASE("A zygote that cannot be is an error that says why", "[zygote]") {
  CHECK(ErrorOfStarting("/nonexistent/trawl-parser") == boost::system::errc::no_such_file_or_directory);
  CHECK(ErrorOfStarting("/") == boost::system::errc::permission_denied);
  CHECK(ErrorOfStarting("/bin/true") == ParserErrc::kWrongVersion);
  CHECK(ErrorOfStarting("/bin/false") == ParserErrc::kWrongVersion);
}

TEST_CASE("A limit below what the program itself needs is an error, not a worker that dies on every page",
          "[zygote]") {
  if (TRAWL_SANITIZED) return;  // no limit on address space there
  auto options = RogueOptions();
  options.memory_max = trawl::MiB(16);
  CHECK(ZygoteClient::Start(options, options.program).error() == ParserErrc::kWorkerLimit);
}
