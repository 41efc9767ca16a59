#include "crawler/run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <optional>

#include "config/knobs.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/contact.h"
#include "crawler/fetch/descriptors.h"
#include "crawler/finish_hook.h"
#include "crawler/load_config.h"
#include "crawler/operation.h"
#include "crawler/parser_program.h"
#include "crawler/progress_view.h"
#include "crawler/signal_reader.h"
#include "crawler/version.h"
#include "storage/open_store.h"

namespace trawl::crawler {
namespace {

/// Raises the soft limit of descriptors to the hard one; says so when what there is then is too little.
void RaiseDescriptorLimit(config::Options& options, Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  const std::uint64_t wanted = options.crawl.max_fetches + kOtherDescriptors;
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted) return;
  const std::uint64_t possible = DescriptorsForConnections(limit.rlim_cur);
  log.Say(LogLevel::kWarning, "few_descriptors",
          "this process may open " + std::to_string(limit.rlim_cur) +
              " descriptors, so crawl.max_fetches is " + std::to_string(possible) + " instead of " +
              std::to_string(options.crawl.max_fetches) +
              "; for more: \"LimitNOFILE=" + std::to_string(wanted) + "\" in the unit, or \"ulimit -n " +
              std::to_string(wanted) + "\" in the shell");
  options.crawl.max_fetches = static_cast<std::uint32_t>(possible);
}

/// A reload that is asked for before the loop runs must not end the service.
void IgnoreHangup() {
  ::signal(SIGHUP, SIG_IGN);
}

sigset_t HeldSignals() {
  return SignalSet({SIGHUP, SIGINT, SIGTERM});
}

/// From now on they wait until the operation reads them, or all is closed. Of the whole process, for all
/// other threads are storage lanes, which take no signals.
void HoldBackSignals() {
  const sigset_t signals = HeldSignals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

/// All is closed: what has come meanwhile is answered by that.
void ReleaseSignals() {
  const sigset_t signals = HeldSignals();
  const timespec now{};
  while (::sigtimedwait(&signals, nullptr, &now) > 0) {
  }
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

/// One crawl from start to end: everything it owns, in the order in which it starts.
class Session {
 public:
  Session(config::Loaded& loaded, const Configured* configured, Clock& clock, Log& log)
      : options_(loaded.options), configured_(configured), targets_(loaded), clock_(clock), log_(log) {}

  int Run(Summary summary) {
    const std::string program = ParserProgram(options_.parser);
    // Before any thread: a fork of a process with threads may only exec.
    Result<parser::ZygoteClient> zygote = parser::ZygoteClient::Start(options_.parser, program);
    if (!zygote) {
      Complain("parser_not_started", "cannot start " + program + ": " + zygote.error().message());
      return kExitFailed;
    }
    storage::OpenedStore opened = storage::OpenStore(options_.storage);
    if (!opened.store) {
      Complain("storage_not_opened", opened.error);
      return kExitIo;
    }
    HoldBackSignals();  // else one that came before their reader would leave the run without an end
    const storage::RunStart start{clock_.Now(), std::string(Version()), config::ShowOptions(options_),
                                  targets_.Names(), targets_.CurrentRules()};
    if (const Result<void> begun = opened.store->BeginRun(start); !begun) {
      Complain("storage_not_opened", options_.storage.path + ": " + begun.error().message());
      return kExitIo;
    }
    int code = Crawl(std::move(*zygote), *opened.store, summary);
    const Result<void> closed = opened.store->Close({clock_.Now(), std::string(Name(reason_))});
    if (!closed && code == kExitDone) {
      Complain("storage_not_closed", options_.storage.path + ": " + closed.error().message());
      code = kExitIo;
    }
    if (configured_ != nullptr) return code;  // the process ends, its signals held back
    ReleaseSignals();
    TellFinished();
    return code;
  }

 private:
  int Crawl(parser::ZygoteClient zygote, storage::Store& store, Summary summary) {
    Operation operation(options_, targets_, clock_, configured_, std::move(zygote), store, log_);
    if (const StartFailure failure = operation.Start()) {
      Complain("not_started", failure.message);
      return failure.by_system ? kExitIo : kExitConfig;
    }
    log_.Say(LogLevel::kInfo, "started", "trawl " + std::string(Version()) + " has started",
             {{"database", options_.storage.path},
              {"targets", std::to_string(targets_.size())},
              {"pid", std::to_string(::getpid())}});
    reason_ = operation.Run();
    finished_ = operation.progress();
    const Progress& done = *finished_;
    log_.Say(LogLevel::kInfo, "ended", "the crawl has ended: " + std::string(Name(reason_)),
             {{"pages", std::to_string(done.pages)},
              {"visits", std::to_string(done.visits)},
              {"errors", std::to_string(done.errors)},
              {"queued", std::to_string(done.queued)}});
    Report(summary, done);
    if (const std::string failure = operation.failure(); !failure.empty()) {
      Complain("failed", failure);
      return reason_ == EndReason::kStorageFailed ? kExitIo : kExitFailed;
    }
    return kExitDone;
  }

  /// After a crawl that has begun, however it ended.
  void TellFinished() {
    if (!finished_) return;
    const double seconds = static_cast<double>((clock_.Now() - finished_->started).count()) / 1000.0;
    const std::string wrong =
        RunFinishHook(options_.schedule, {{"TRAWL_DATABASE", options_.storage.path},
                                          {"TRAWL_END_REASON", std::string(Name(reason_))},
                                          {"TRAWL_PAGES", std::to_string(finished_->pages)},
                                          {"TRAWL_VISITS", std::to_string(finished_->visits)},
                                          {"TRAWL_ERRORS", std::to_string(finished_->errors)},
                                          {"TRAWL_QUEUED", std::to_string(finished_->queued)},
                                          {"TRAWL_SECONDS", std::to_string(seconds)}});
    if (!wrong.empty()) log_.Say(LogLevel::kWarning, "on_finish_failed", wrong);
  }

  void Complain(std::string_view event, const std::string& sentence) {
    log_.Say(LogLevel::kError, event, sentence);
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
  const Configured* const configured_;  ///< of a service
  Targets targets_;
  Clock& clock_;
  Log& log_;
  EndReason reason_ = EndReason::kStopped;
  std::optional<Progress> finished_;  ///< what the crawl came to
};

/// As `trawl check` shows them; in the journal, and as JSON, a line each.
int RefuseConfig(const config::Loaded& loaded, Log& log) {
  if (!log.to_journal() && log.format() == LogFormat::kText) return ReportConfigErrors(loaded);
  for (const config::ConfigError& error : loaded.errors)
    log.Answer(LogLevel::kError, "wrong_configuration", error.ToString());
  return kExitConfig;
}

int RunSession(const config::Sources& sources, bool service, Summary summary, const LogOptions& log_options) {
  if (service) IgnoreHangup();
  LoopClock clock;
  Log log(log_options, clock);
  config::Loaded loaded = LoadConfig(sources);
  if (auto missing = MissingContact(sources, loaded.options)) loaded.errors.push_back(std::move(*missing));
  if (!loaded.errors.empty()) return RefuseConfig(loaded, log);
  const Configured configured{sources, loaded.options.crawl.max_fetches};
  RaiseDescriptorLimit(loaded.options, log);
  return Session(loaded, service ? &configured : nullptr, clock, log).Run(summary);
}

}  // namespace

int RunCrawl(const CrawlCommand& command) {
  return RunSession(command.sources, false, command.summary, command.log);
}

int RunDaemon(const DaemonCommand& command) {
  return RunSession(command.sources, true, Summary::kNone, command.log);
}

}  // namespace trawl::crawler
