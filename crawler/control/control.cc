#include "crawler/control/control.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "crawler/async.h"
#include "crawler/control/dashboard.h"
#include "crawler/control/place.h"
#include "crawler/control/route.h"

namespace trawl::crawler {
namespace {

using namespace std::chrono_literals;

/// How often the loop's lag is looked at; a sample is kept of every tenth.
constexpr auto kTick = 100ms;
constexpr int kTicksPerSample = 10;
/// Targets that wait, named in one status; /targets has all.
constexpr std::size_t kMostHeldTold = 50;

/// proc(5). Zero when there is no such process.
std::uint64_t ResidentBytes(const std::string& process) {
  unsigned long long size = 0, resident = 0;
  if (std::FILE* file = std::fopen(("/proc/" + process + "/statm").c_str(), "re")) {
    if (std::fscanf(file, "%llu %llu", &size, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Control::Control(asio::any_io_executor loop, Crawl crawl, Hooks hooks)
    : loop_(loop),
      crawl_(crawl),
      hooks_(std::move(hooks)),
      sql_(loop, crawl.options.storage.path),
      socket_(loop, [this](ControlRequest request) { return Answer(std::move(request)); }),
      dashboard_(loop, [this](ControlRequest request) { return AnswerOnTcp(std::move(request)); }),
      tick_(loop),
      sampled_(loop, asio::steady_timer::time_point::max()),
      gate_(loop) {}

StartFailure Control::Start() {
  const config::ControlOptions& options = crawl_.options.control;
  if (StartFailure failure = socket_.ListenUnix(ControlSocket(crawl_.options)))
    return {"control.socket: " + failure.message, failure.by_system};
  if (!options.dashboard.empty()) {
    if (!IsLoopbackListener(options.dashboard) && !options.expose) {
      return {"control.dashboard: " + options.dashboard +
              " can be reached by others, and the dashboard is not encrypted; allowed: an address such as "
              "127.0.0.1:8642, or control.expose = true behind a proxy that adds TLS"};
    }
    std::string error;
    std::string token = LoadToken(TokenFile(crawl_.options), error);
    if (!error.empty()) return {"control.dashboard: " + error};
    if (StartFailure failure = dashboard_.ListenTcp(options.dashboard))
      return {"control.dashboard: " + failure.message, failure.by_system};
    access_.emplace(std::move(token), options.dashboard, dashboard_.port());
    dashboard_address_ = "http://" + options.dashboard.substr(0, options.dashboard.rfind(':')) + ":" +
                         std::to_string(dashboard_.port()) + "/";
  }
  gate_.Spawn(Watch());
  return {};
}

void Control::Close(std::function<void()> done) {
  closing_ = true;
  sql_.Cancel();
  tick_.cancel();
  sampled_.cancel();
  auto last = [this, done = std::move(done)] { gate_.Close(done); };
  auto second = [this, last = std::move(last)] { dashboard_.Close(last); };
  socket_.Close(second);
}

Awaitable<void> Control::Watch() {
  double worst_ms = 0;
  for (int ticks = 0; !closing_; ++ticks) {
    const auto due = std::chrono::steady_clock::now() + kTick;
    tick_.expires_at(due);
    co_await tick_.async_wait(kAwait);
    const std::chrono::duration<double, std::milli> late = std::chrono::steady_clock::now() - due;
    worst_ms = std::max(worst_ms, late.count());
    lag_.Add(std::max(late.count(), 0.0));
    if (ticks % kTicksPerSample != 0) continue;
    parser_memory_ = ParserMemory();
    history_.Add(Measure(worst_ms));
    worst_ms = 0;
    if (listeners_ == 0) {
      event_.clear();
      continue;
    }
    event_ = "data: " + StatusJson() + "\n\n";
    sampled_.cancel();
  }
}

// As of the last sample where others listen: a thousand that come at once cost one look at the hosts.
Awaitable<std::string> Control::FirstEvent() {
  if (event_.empty()) event_ = "data: " + StatusJson() + "\n\n";
  co_return event_;
}

Awaitable<std::string> Control::NextEvent() {
  if (closing_) co_return std::string();
  ++listeners_;
  co_await sampled_.async_wait(kAwait);
  --listeners_;
  co_return closing_ ? std::string() : event_;
}

StatusInput Control::Look() const {
  const Engine& engine = crawl_.engine;
  return {crawl_.options,   engine.progress(),
          engine.tally(),   lag_,
          engine.waiting(), crawl_.pool.counts(),
          Measure(0),       history_,
          crawl_.storage,   crawl_.store.last_commit(),
          HeldTargets(),    StateOf(engine, crawl_.storage, stopping_),
          engine.paused()};
}

std::vector<std::pair<std::string, std::string>> Control::HeldTargets() const {
  std::vector<std::pair<std::string, std::string>> held;
  const Targets& targets = crawl_.engine.targets();
  for (std::uint16_t i = 0; i < targets.size() && held.size() < kMostHeldTold; ++i) {
    if (targets[i].retired) continue;
    if (std::string state = crawl_.engine.TargetState(i); !state.empty())
      held.emplace_back(targets[i].target.name, std::move(state));
  }
  return held;
}

std::uint64_t Control::ParserMemory() const {
  std::uint64_t bytes = 0;
  for (const pid_t pid : crawl_.pool.pids()) bytes += ResidentBytes(std::to_string(pid));
  return bytes;
}

Sample Control::Measure(double lag_ms) const {
  const Progress progress = crawl_.engine.progress();
  Sample sample;
  sample.at = crawl_.clock.Now();
  sample.pages = progress.pages;
  sample.visits = progress.visits;
  sample.errors = progress.errors;
  sample.bytes_wire = progress.bytes_wire;
  sample.in_flight = progress.in_flight;
  sample.parsing = progress.parsing;
  sample.queued = progress.queued;
  sample.known = progress.known;
  sample.storage_bytes = crawl_.store.queued_bytes();
  sample.memory = ResidentBytes("self");
  sample.parser_memory = parser_memory_;
  sample.loop_lag_ms = std::max(lag_ms, 0.0);
  return sample;
}

Awaitable<ControlReply> Control::AnswerOnTcp(ControlRequest request) {
  if (std::optional<ControlReply> refusal = access_->Refuse(request)) co_return std::move(*refusal);
  co_return co_await Answer(std::move(request));
}

Awaitable<ControlReply> Control::Answer(ControlRequest request) {
  bool known = false;
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  for (const Route* route = kRoutes; route->answer != nullptr; ++route) {
    if (request.path != route->path) continue;
    known = true;
    if (method != route->method) continue;
    if (route->changes && stopping_) co_return Refusal(409, "the crawl is stopping");
    // Until then a storage thread fills the frontier.
    if (route->changes && !crawl_.engine.ready())
      co_return Refusal(503, "the crawl is starting, what an earlier run left is being read; try again soon");
    co_return co_await (this->*route->answer)(std::move(request));
  }
  if (const DashboardFile* file = FindDashboardFile(request.path)) {
    if (method != "GET") co_return Refusal(405, "not with this method");
    ControlReply reply;
    reply.content_type = file->content_type;
    reply.body = file->content;
    reply.headers.emplace_back("Content-Security-Policy", kDashboardPolicy);
    co_return reply;
  }
  co_return known ? Refusal(405, "not with this method") : Refusal(404, "there is no " + request.path);
}

}  // namespace trawl::crawler
