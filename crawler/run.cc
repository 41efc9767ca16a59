#include "crawler/run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>

#include "config/knobs.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/contact.h"
#include "crawler/fetch/descriptors.h"
#include "crawler/load_config.h"
#include "crawler/operation.h"
#include "crawler/parser_program.h"
#include "crawler/progress_view.h"
#include "crawler/version.h"
#include "storage/open_store.h"

namespace trawl::crawler {
namespace {

/// Raises the soft limit of descriptors to the hard one; says so when what there is then is too little.
void RaiseDescriptorLimit(config::Options& options) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  const std::uint64_t wanted = options.crawl.max_fetches + kOtherDescriptors;
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted) return;
  const std::uint64_t possible = DescriptorsForConnections(limit.rlim_cur);
  std::fprintf(stderr,
               "this process may open %" PRIu64 " descriptors, so crawl.max_fetches is %" PRIu64
               " instead of %u; for more: "
               "\"LimitNOFILE=%" PRIu64 "\" in the unit, or \"ulimit -n %" PRIu64 "\" in the shell\n",
               static_cast<std::uint64_t>(limit.rlim_cur), possible, options.crawl.max_fetches, wanted,
               wanted);
  options.crawl.max_fetches = static_cast<std::uint32_t>(possible);
}

/// One crawl from start to end: everything it owns, in the order in which it starts.
class Session {
 public:
  Session(config::Loaded& loaded, const config::Sources* sources)
      : options_(loaded.options), sources_(sources), targets_(loaded) {}

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
                                  targets_.Names(), targets_.CurrentRules()};
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
    Operation operation(options_, targets_, clock_, sources_, std::move(zygote), store);
    if (const StartFailure failure = operation.Start()) {
      std::fprintf(stderr, "%s\n", failure.message.c_str());
      return failure.by_system ? kExitIo : kExitConfig;
    }
    reason_ = operation.Run();
    Report(summary, operation.progress());
    if (const std::string failure = operation.failure(); !failure.empty()) {
      std::fprintf(stderr, "%s\n", failure.c_str());
      return reason_ == EndReason::kStorageFailed ? kExitIo : kExitFailed;
    }
    return kExitDone;
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
  const config::Sources* const sources_;  ///< of a service, which may read them again
  Targets targets_;
  LoopClock clock_;
  EndReason reason_ = EndReason::kStopped;
};

int RunSession(const config::Sources& sources, bool service, Summary summary) {
  config::Loaded loaded = LoadConfig(sources);
  if (auto missing = MissingContact(sources, loaded.options)) loaded.errors.push_back(std::move(*missing));
  if (!loaded.errors.empty()) return ReportConfigErrors(loaded);
  RaiseDescriptorLimit(loaded.options);
  return Session(loaded, service ? &sources : nullptr).Run(summary);
}

}  // namespace

int RunCrawl(const CrawlCommand& command) {
  return RunSession(command.sources, false, command.summary);
}

int RunDaemon(const DaemonCommand& command) {
  return RunSession(command.sources, true, Summary::kNone);
}

}  // namespace trawl::crawler
