#include "crawler/run.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <optional>

#include "config/knobs.h"
#include "crawler/async.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/engine.h"
#include "crawler/heartbeat.h"
#include "crawler/load_config.h"
#include "crawler/notify.h"
#include "crawler/parse_pool.h"
#include "crawler/parser_program.h"
#include "crawler/progress_view.h"
#include "crawler/version.h"
#include "storage/open_store.h"

namespace trawl::crawler {
namespace {

using namespace std::chrono_literals;

/// After a request to stop, what is in flight may go on this long.
constexpr Duration kDrain = 10s;
constexpr Duration kDrawEvery = 500ms;
constexpr Duration kLoadingEvery = 20ms;
/// Descriptors that are not connections: database, sockets of workers, log.
constexpr std::uint64_t kOtherDescriptors = 100;

/// Raises the soft limit of descriptors to the hard one; says so when even that is too few.
void RaiseDescriptorLimit(config::Options& options) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const std::uint64_t wanted = options.crawl.max_fetches + kOtherDescriptors;
  if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= wanted) return;
  const std::uint64_t possible =
      limit.rlim_max > 2 * kOtherDescriptors ? limit.rlim_max - kOtherDescriptors : limit.rlim_max / 2;
  std::fprintf(stderr,
               "this process may open %" PRIu64 " descriptors, so crawl.max_fetches is %" PRIu64
               " instead of %u; for more: "
               "\"LimitNOFILE=%" PRIu64 "\" in the unit, or \"ulimit -n %" PRIu64 "\" in the shell\n",
               static_cast<std::uint64_t>(limit.rlim_max), possible, options.crawl.max_fetches, wanted,
               wanted);
  options.crawl.max_fetches = static_cast<std::uint32_t>(possible);
}

/// One crawl from start to end: everything it owns, in the order in which it starts.
class Session {
 public:
  Session(config::Loaded& loaded, bool service)
      : options_(loaded.options), service_(service), targets_(loaded) {}

  int Run(Summary summary) {
    const std::string program = ParserProgram(options_.parser);
    // Before any thread: a fork of a process with threads may only exec.
    Result<parser::ZygoteClient> zygote = parser::ZygoteClient::Start(options_.parser, program);
    if (!zygote) {
      std::fprintf(stderr, "cannot start %s: %s\n", program.c_str(), zygote.error().message().c_str());
      return kExitFailed;
    }
    storage::OpenedStore opened = storage::OpenStore(options_.storage);
    if (!opened.store) {
      std::fprintf(stderr, "%s\n", opened.error.c_str());
      return kExitIo;
    }
    const storage::RunStart start{clock_.Now(), std::string(Version()), config::ShowOptions(options_),
                                  targets_.Names()};
    if (const Result<void> begun = opened.store->BeginRun(start); !begun) {
      std::fprintf(stderr, "%s: %s\n", options_.storage.path.c_str(), begun.error().message().c_str());
      return kExitIo;
    }
    const int code = Crawl(std::move(*zygote), *opened.store, summary);
    const Result<void> closed = opened.store->Close({clock_.Now(), std::string(Name(reason_))});
    if (!closed && code == kExitDone) {
      std::fprintf(stderr, "%s: %s\n", options_.storage.path.c_str(), closed.error().message().c_str());
      return kExitIo;
    }
    return code;
  }

 private:
  int Crawl(parser::ZygoteClient zygote, storage::Store& store, Summary summary) {
    asio::io_context loop(1);
    Fetcher fetcher(loop.get_executor(), options_);
    if (const std::string wrong = fetcher.SetupError(); !wrong.empty()) {
      std::fprintf(stderr, "%s\n", wrong.c_str());
      reason_ = EndReason::kStopped;
      return kExitConfig;
    }
    ParsePool pool(loop.get_executor(), std::move(zygote), options_.parser);
    Engine engine(loop.get_executor(), options_, targets_, {clock_, fetcher, pool, store}, !service_);
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    // A terminal that is closed ends a crawl as cleanly as Ctrl-C does.
    if (!service_) signals.add(SIGHUP);
    asio::steady_timer draw(loop), drain(loop);
    ProgressView view;

    asio::co_spawn(loop, Obey(signals, drain, engine), Rethrow);
    asio::co_spawn(loop, Draw(draw, engine, view), Rethrow);
    asio::co_spawn(loop, engine.Run(), [&](std::exception_ptr thrown, EndReason reason) {
      if (thrown) std::rethrow_exception(thrown);
      reason_ = reason;
      ended_ = true;
      signals.cancel();
      draw.cancel();
      drain.cancel();
      // What is left on the loop then are idle connections, which the fetcher closes when it is destroyed.
      pool.Close([&loop] { loop.stop(); });
    });
    loop.run();

    const Progress progress = engine.progress();
    if (!service_) view.End(progress, clock_.Now());
    Report(summary, progress);
    if (reason_ == EndReason::kStorageFailed) {
      std::fprintf(stderr, "%s: %s\n", options_.storage.path.c_str(), engine.storage_error().c_str());
      return kExitIo;
    }
    if (reason_ == EndReason::kParserFailed) {
      std::fprintf(stderr, "%s\n", pool.failure().c_str());
      return kExitFailed;
    }
    return kExitDone;
  }

  static void Rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  }

  /// The first signal stops cleanly, the second ends what is in flight, so does the deadline.
  Awaitable<void> Obey(asio::signal_set& signals, asio::steady_timer& drain, Engine& engine) {
    const auto [failed, signal] = co_await signals.async_wait(kAwait);
    if (failed) co_return;
    Notify("STOPPING=1");
    engine.Stop();
    asio::co_spawn(co_await asio::this_coro::executor, Deadline(drain, engine), Rethrow);
    const auto [failed_again, second] = co_await signals.async_wait(kAwait);
    if (!failed_again) engine.StopAtOnce();
  }

  Awaitable<void> Deadline(asio::steady_timer& drain, Engine& engine) {
    drain.expires_after(kDrain);
    const auto [failed] = co_await drain.async_wait(kAwait);
    if (!failed && !ended_) engine.StopAtOnce();
  }

  Awaitable<void> Draw(asio::steady_timer& timer, Engine& engine, ProgressView& view) {
    Heartbeat heartbeat;
    while (!ended_) {
      const Progress progress = engine.progress();
      heartbeat.Beat(progress, engine.ready(), clock_.Now());
      if (!service_) view.Show(progress, clock_.Now());
      // Whoever waits for READY hears it soon; then there is time.
      timer.expires_after(engine.ready() ? std::min(kDrawEvery, heartbeat.interval()) : kLoadingEvery);
      co_await timer.async_wait(kAwait);
    }
  }

  void Report(Summary summary, const Progress& progress) const {
    const double seconds = static_cast<double>((clock_.Now() - progress.started).count()) / 1000.0;
    const std::string reason(Name(reason_));
    if (summary == Summary::kJson) {
      std::printf("{\"end_reason\":\"%s\",\"pages\":%" PRIu64 ",\"visits\":%" PRIu64 ",\"errors\":%" PRIu64
                  ",\"queued\":%" PRIu64 ",\"known\":%" PRIu64 ",\"hosts\":%" PRIu64
                  ",\"bytes_wire\":%" PRIu64 ",\"seconds\":%.3f}\n",
                  reason.c_str(), progress.pages, progress.visits, progress.errors, progress.queued,
                  progress.known, progress.hosts, progress.bytes_wire, seconds);
    } else if (summary == Summary::kText) {
      std::printf("%s: %" PRIu64 " pages in %s, %" PRIu64 " visits, %" PRIu64 " errors, %" PRIu64
                  " URLs still queued, in %s\n",
                  reason.c_str(), progress.pages, Elapsed(clock_.Now() - progress.started).c_str(),
                  progress.visits, progress.errors, progress.queued, options_.storage.path.c_str());
    }
    std::fflush(stdout);
  }

  config::Options& options_;
  const bool service_;
  Targets targets_;
  LoopClock clock_;
  EndReason reason_ = EndReason::kStopped;
  bool ended_ = false;
};

int RunSession(const config::Sources& sources, bool service, Summary summary) {
  config::Loaded loaded = LoadConfig(sources);
  if (!loaded.errors.empty()) return ReportConfigErrors(loaded);
  RaiseDescriptorLimit(loaded.options);
  return Session(loaded, service).Run(summary);
}

}  // namespace

int RunCrawl(const CrawlCommand& command) {
  return RunSession(command.sources, false, command.summary);
}

int RunDaemon(const DaemonCommand& command) {
  return RunSession(command.sources, true, Summary::kNone);
}

}  // namespace trawl::crawler
