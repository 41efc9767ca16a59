#include "crawler/control/status.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "crawler/time_text.h"
#include "crawler/version.h"

namespace trawl::crawler {
namespace {

constexpr Duration kRateOver = std::chrono::seconds(10);

double Rounded(double number) {
  return std::round(number * 10) / 10;
}

double WorstLag(const History& history) {
  double worst = 0;
  const auto& samples = history.samples();
  const std::size_t from = samples.size() > 10 ? samples.size() - 10 : 0;
  for (std::size_t i = from; i < samples.size(); ++i) worst = std::max(worst, samples[i].loop_lag_ms);
  return worst;
}

}  // namespace

std::uint64_t FileBytes(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::vector<std::pair<std::string_view, std::uint64_t>> StagesOf(const Progress& progress) {
  std::vector<std::pair<std::string_view, std::uint64_t>> stages;
  for (std::size_t i = 0; i < kFetchStageNames.size(); ++i)
    stages.emplace_back(kFetchStageNames[i], progress.fetching[i]);
  stages.emplace_back("parsing", progress.in_parser);
  stages.emplace_back("storing", progress.writing);
  return stages;
}

std::string_view StateOf(const Engine& engine, const StorageWatch& storage, bool stopping) {
  if (stopping) return "stopping";
  if (!engine.ready()) return "starting";
  if (engine.paused()) return "paused";
  return storage.disk_low() ? "disk_low" : "crawling";
}

json::object StatusOf(const StatusInput& input) {
  const Progress& p = input.progress;
  const std::string& database = input.options.storage.path;
  const History::Rates rates = input.history.Over(kRateOver);
  json::object waiting, troubles, outcomes, held, stages;
  for (const auto& [name, count] : StagesOf(p)) stages[{name.data(), name.size()}] = count;
  for (const auto& [name, state] : input.held) held[name] = state;
  for (const Trouble& trouble : input.storage.troubles())
    troubles[{trouble.name.data(), trouble.name.size()}] = trouble.sentence;
  for (const auto& [reason, count] : input.waiting) {
    const std::string_view name = Name(reason);
    waiting[{name.data(), name.size()}] = {{"hosts", count.hosts}, {"urls", count.urls}};
  }
  for (const auto& [outcome, count] : input.tally.outcomes) {
    const std::string_view name = Name(outcome);
    outcomes[{name.data(), name.size()}] = count;
  }
  return {
      {"version", std::string(Version())},
      {"pid", ::getpid()},
      {"started_at", TimeText(p.started)},
      {"uptime_ms", (input.now.at - p.started).count()},
      {"state", std::string(input.state)},
      {"troubles", std::move(troubles)},
      {"targets_held", std::move(held)},
      {"pages", p.pages},
      {"pages_per_s", Rounded(rates.pages)},
      {"visits", p.visits},
      {"errors", p.errors},
      {"outcomes", std::move(outcomes)},
      {"errors_per_s", Rounded(rates.errors)},
      {"bytes_wire", p.bytes_wire},
      {"bytes_per_s", std::round(rates.bytes)},
      {"in_flight", p.in_flight},
      {"fetch_window", p.window},
      {"max_fetches", input.options.crawl.max_fetches},
      {"parsing", p.parsing},
      {"stages", std::move(stages)},
      {"queued", p.queued},
      {"known", p.known},
      {"hosts", p.hosts},
      {"waiting", std::move(waiting)},
      {"parser",
       {{"workers", input.parser.workers},
        {"memory_bytes", input.now.parser_memory},
        {"queued", input.parser.queued},
        {"parsing", input.parser.parsing},
        {"answers", input.parser.answers},
        {"crashes", input.parser.crashes},
        {"lies", input.parser.lies},
        {"timeouts", input.parser.timeouts},
        {"limits", input.parser.limits},
        {"retired", input.parser.retired}}},
      {"storage",
       {{"database", database},
        {"queued_bytes", input.now.storage_bytes},
        {"queue_max_bytes", input.options.storage.queue_max.count},
        {"lag_ms", p.storage_lag.count()},
        {"last_commit_ms", static_cast<double>(input.last_commit.count()) / 1000.0},
        {"database_bytes", FileBytes(database)},
        {"wal_bytes", FileBytes(database + "-wal")},
        {"disk_free_bytes", input.storage.disk().free},
        {"min_free_bytes", input.storage.disk().needed}}},
      {"memory_bytes", input.now.memory},
      {"loop_lag_ms", Rounded(WorstLag(input.history))},
  };
}

}  // namespace trawl::crawler
