#include "crawler/operation.h"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <functional>
#include <utility>

#include "crawler/async.h"
#include "crawler/control/place.h"
#include "crawler/cross.h"
#include "crawler/notify.h"
#include "storage/lane.h"

namespace trawl::crawler {
namespace {

using namespace std::chrono_literals;

/// After a request to stop, what is in flight may go on this long; the rest of the promised ten seconds is
/// for what has been fetched to be stored.
constexpr Duration kDrain = 8s;
constexpr Duration kWatchEvery = 500ms;
constexpr Duration kLoadingEvery = 20ms;

void Rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

Operation::Operation(config::Options& options, Targets& targets, Clock& clock, const Configured* configured,
                     parser::ZygoteClient zygote, storage::Store& store, Log& log)
    : options_(options),
      targets_(targets),
      configured_(configured),
      clock_(clock),
      log_(log),
      service_(configured != nullptr),
      loop_(1),
      fetcher_(loop_.get_executor(), options),
      pool_(loop_.get_executor(), std::move(zygote), options.parser),
      engine_(loop_.get_executor(), options, targets, {clock, fetcher_, pool_, store, &log}, !service_),
      storage_(loop_.get_executor(), options.storage, store,
               [this](const Trouble& trouble, bool over) {
                 log_.Say(over ? LogLevel::kNotice : LogLevel::kWarning, trouble.name, trouble.sentence);
               }),
      stops_(loop_.get_executor(), HeededSignals({SIGINT, SIGTERM})),
      // A terminal that is closed ends a crawl as cleanly as Ctrl-C does.
      hangups_(loop_.get_executor(), service_ ? SignalSet({SIGHUP}) : HeededSignals({SIGHUP})),
      watch_(loop_),
      drain_(loop_),
      view_(log) {
  if (!service_) return;
  const Control::Hooks hooks{[this](bool at_once) { Stop(at_once, "the control API"); },
                             [this] { return Reload(); }};
  control_.emplace(loop_.get_executor(), Control::Crawl{options_, clock_, engine_, pool_, store, storage_},
                   hooks);
}

StartFailure Operation::Start() {
  StartFailure failure{fetcher_.SetupError()};
  if (!failure && control_) failure = control_->Start();
  if (failure) {
    Close();
    loop_.run();
    return failure;
  }
  if (control_ && !control_->dashboard_address().empty()) {
    log_.Say(LogLevel::kNotice, "dashboard",
             "dashboard: " + control_->dashboard_address() + "?token=TOKEN, the token is in " +
                 TokenFile(options_));
  }
  return {};
}

EndReason Operation::Run() {
  storage_.Start();
  engine_.SetDiskLow(storage_.disk_low());
  asio::co_spawn(loop_, ObeyStops(), Rethrow);
  asio::co_spawn(loop_, ObeyHangups(), Rethrow);
  asio::co_spawn(loop_, Watch(), Rethrow);
  asio::co_spawn(loop_, Crawl(), Rethrow);
  loop_.run();
  if (!service_) view_.End(progress(), engine_, clock_.Now());
  return reason_;
}

Awaitable<void> Operation::Crawl() {
  reason_ = co_await engine_.Run();
  ended_ = true;
  stops_.Cancel();
  hangups_.Cancel();
  watch_.cancel();
  drain_.cancel();
  Close();
}

void Operation::Close() {
  // What is left on the loop then are idle connections, which the fetcher closes when it is destroyed.
  auto close_pool = [this] { pool_.Close([this] { loop_.stop(); }); };
  if (control_) {
    control_->Close(close_pool);
  } else {
    close_pool();
  }
}

/// The first request drains, the second ends what is in flight, so does the deadline of the first.
void Operation::Stop(bool at_once, std::string_view by) {
  const bool drains = !stopping_ && !at_once;
  log_.Say(LogLevel::kInfo, "stopping",
           drains ? "stopping: what is in flight is fetched and stored" : "stopping at once",
           {{"asked_by", by}});
  if (!drains) {
    Notify("STOPPING=1");
    engine_.StopAtOnce();
  }
  if (stopping_) return;
  stopping_ = true;
  Notify("STOPPING=1");
  if (control_) control_->SetStopping();
  engine_.Stop();
  asio::co_spawn(loop_, EndDrain(), Rethrow);
}

Awaitable<void> Operation::ObeyStops() {
  while (!ended_) {
    const std::optional<int> signal = co_await stops_.Next();
    if (!signal) co_return;
    Stop(false, "a signal");
  }
}

Awaitable<void> Operation::ObeyHangups() {
  while (!ended_) {
    const std::optional<int> signal = co_await hangups_.Next();
    if (!signal) co_return;
    if (service_)
      co_await Reload();
    else
      Stop(false, "a signal");
  }
}

Awaitable<Control::Reloaded> Operation::Reload() {
  Control::Reloaded reloaded;
  if (reloading_ || stopping_ || !engine_.ready()) {
    reloaded.lines = {"the crawl is starting, stopping or reloading just now; try again"};
    co_return reloaded;
  }
  reloading_ = true;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  Notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
  // Ten thousand seeds take a while to read, and the loop has fetches to serve. Nobody changes meanwhile what
  // the thread looks at.
  storage::Lane lane("config");
  auto start = [this, &lane](std::function<void(ReloadPlan)> done) {
    lane.Post([this, done = std::move(done)] { done(PlanReload(options_, targets_, *configured_)); });
  };
  ReloadPlan plan = co_await Cross<ReloadPlan>(loop_.get_executor(), std::move(start));
  reloaded.lines = std::move(plan.lines);
  if (plan.good) {
    reloaded.good = true;
    if (plan.renames) {  // else nobody waits for a commit
      std::vector<std::string> names = plan.targets->Names();
      std::vector<config::ItemRule> rules = plan.targets->CurrentRules();
      reloaded.good = co_await engine_.NameTargets(std::move(names), std::move(rules));
    }
    if (reloaded.good) {
      ApplyReload(std::move(plan.options), options_);
      targets_ = std::move(*plan.targets);
      fetcher_.TakeOptions(options_);
      reloaded.good = co_await engine_.TakeNewTargets();
    }
  }
  Notify("READY=1");
  reloading_ = false;
  for (const std::string& line : reloaded.lines) {
    log_.Answer(reloaded.good ? LogLevel::kNotice : LogLevel::kWarning,
                reloaded.good ? "reloaded" : "not_reloaded",
                (reloaded.good ? "reloaded: " : "not reloaded: ") + line);
  }
  co_return reloaded;
}

Awaitable<void> Operation::EndDrain() {
  drain_.expires_after(kDrain);
  const auto [failed] = co_await drain_.async_wait(kAwait);
  if (!failed && !ended_) engine_.StopAtOnce();
}

Awaitable<void> Operation::Watch() {
  while (!ended_) {
    const Progress now = progress();
    storage_.Look();
    engine_.SetDiskLow(storage_.disk_low());
    heartbeat_.Beat(now, storage_.troubles(), engine_.ready(), clock_.Now());
    if (!service_) view_.Show(now, engine_, clock_.Now());
    TellReady(now);
    log_.Tick();
    // Whoever waits for READY hears it soon; then there is time.
    watch_.expires_after(engine_.ready() ? std::min(kWatchEvery, heartbeat_.interval()) : kLoadingEvery);
    co_await watch_.async_wait(kAwait);
  }
}

void Operation::TellReady(const Progress& now) {
  if (told_ready_ || !engine_.ready()) return;
  told_ready_ = true;
  log_.Say(LogLevel::kInfo, "ready", "ready: what an earlier run left is read, the seeds are stored",
           {{"queued", std::to_string(now.queued)}, {"known", std::to_string(now.known)}});
}

std::string Operation::failure() const {
  if (reason_ == EndReason::kStorageFailed) return options_.storage.path + ": " + engine_.storage_error();
  return reason_ == EndReason::kParserFailed ? pool_.failure() : std::string();
}

}  // namespace trawl::crawler
