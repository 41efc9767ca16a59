#include "crawler/control/metrics.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "crawler/version.h"

namespace trawl::crawler {
namespace {

std::string SampleText(double number) {
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return std::string(text, error == std::errc() ? end : text);
}

double Of(std::uint64_t number) {
  return static_cast<double>(number);
}

/// Writes families in the order in which they are named, each with its help and type once.
class Page {
 public:
  void Family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "trawl_" + std::string(name);
    text_ +=
        "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " + std::string(type) + "\n";
  }
  void Value(double value, std::string_view label = {}, std::string_view word = {}) {
    text_ += name_;
    if (!label.empty()) text_ += "{" + std::string(label) + "=\"" + std::string(word) + "\"}";
    text_ += " " + SampleText(value) + "\n";
  }
  /// The buckets, sum and count of one histogram of the family, in seconds. `label`: a whole label, or none.
  void Distribution(const Histogram& histogram, const std::string& label = {}) {
    std::uint64_t until = 0;
    const std::string before = label.empty() ? "" : label + ",";
    for (std::size_t i = 0; i <= Histogram::kBounds.size(); ++i) {
      until += histogram.count(i);
      const bool last = i == Histogram::kBounds.size();
      const std::string bound = last ? "+Inf" : SampleText(Histogram::kBounds[i] / 1000);
      text_ += name_ + "_bucket{" + before + "le=\"" + bound + "\"} " + SampleText(Of(until)) + "\n";
    }
    const std::string labels = label.empty() ? "" : "{" + label + "}";
    text_ += name_ + "_sum" + labels + " " + SampleText(histogram.sum_ms() / 1000) + "\n";
    text_ += name_ + "_count" + labels + " " + SampleText(Of(until)) + "\n";
  }
  void One(std::string_view name, std::string_view type, std::string_view help, double value) {
    Family(name, type, help);
    Value(value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

}  // namespace

std::string MetricsText(const StatusInput& input) {
  const Progress& p = input.progress;
  Page page;
  page.Family("build_info", "gauge", "Always 1; the version is in the label.");
  page.Value(1, "version", Version());
  page.One("start_time_seconds", "gauge", "When the crawl started, in seconds since 1970.",
           static_cast<double>(p.started.time_since_epoch().count()) / 1000.0);
  page.One("pages_total", "counter", "Pages stored with status 200.", Of(p.pages));
  page.One("visits_total", "counter", "Fetches that were recorded.", Of(p.visits));
  page.One("errors_total", "counter", "Visits that failed or had a status of 400 and more.", Of(p.errors));
  page.Family("visits_by_outcome_total", "counter", "Fetches that were recorded, by how they ended.");
  for (const OutcomeInfo& info : AllOutcomes()) {
    const auto counted = input.tally.outcomes.find(info.outcome);
    page.Value(counted == input.tally.outcomes.end() ? 0 : Of(counted->second), "outcome", info.name);
  }
  page.Family("stage_seconds", "histogram", "How long the stages of visits took.");
  const std::pair<const char*, const Histogram&> stages[] = {
      {"dns", input.tally.dns},      {"connect", input.tally.connect},
      {"tls", input.tally.tls},      {"first_byte", input.tally.first_byte},
      {"fetch", input.tally.fetch},  {"parse", input.tally.parse},
      {"commit", input.tally.commit}};
  for (const auto& [name, histogram] : stages)
    page.Distribution(histogram, std::string("stage=\"") + name + "\"");
  page.Family("stage_documents", "gauge", "What is under way, by the stage that it is at just now.");
  for (const auto& [name, count] : StagesOf(p)) page.Value(Of(count), "stage", name);
  page.One("received_bytes_total", "counter", "Bytes of answers, as sent.", Of(p.bytes_wire));
  page.One("fetches_in_flight", "gauge", "Fetches that are open.", Of(p.in_flight));
  page.One("fetch_window", "gauge",
           "Fetches that may be open, so that pages come as fast as they are stored.", Of(p.window));
  page.One("pages_unstored", "gauge", "Fetched pages that are being parsed or wait for their commit.",
           Of(p.parsing));
  page.One("queued_urls", "gauge", "URLs that wait to be fetched.", Of(p.queued));
  page.One("known_urls", "gauge", "URLs that were met.", Of(p.known));
  page.One("hosts", "gauge", "Hosts that were met.", Of(p.hosts));
  page.Family("waiting_hosts", "gauge", "Hosts with queued URLs, by why they are not fetched right now.");
  for (const auto& [reason, count] : input.waiting)
    page.Value(Of(count.hosts), "reason", reason == WaitReason::kNone ? "none" : Name(reason));
  page.Family("waiting_urls", "gauge", "Queued URLs, by why their host is not fetched right now.");
  for (const auto& [reason, count] : input.waiting)
    page.Value(Of(count.urls), "reason", reason == WaitReason::kNone ? "none" : Name(reason));
  page.One("paused", "gauge", "1 while the crawl is paused.", input.paused ? 1 : 0);
  page.One("parser_workers", "gauge", "Parser processes alive.", Of(input.parser.workers));
  page.One("parser_resident_memory_bytes", "gauge", "Resident memory of the parser processes together.",
           Of(input.now.parser_memory));
  page.One("parser_queued", "gauge", "Documents that no parser process has yet.", Of(input.parser.queued));
  page.One("parser_answers_total", "counter", "Documents parsed.", Of(input.parser.answers));
  page.Family("parser_failures_total", "counter", "Parser processes that were replaced for a failure.");
  page.Value(Of(input.parser.crashes), "reason", "crash");
  page.Value(Of(input.parser.lies), "reason", "lie");
  page.Value(Of(input.parser.timeouts), "reason", "timeout");
  page.Value(Of(input.parser.limits), "reason", "limit");
  page.One("storage_queued_bytes", "gauge", "Results that wait for the disk.", Of(input.now.storage_bytes));
  page.One("storage_lag_seconds", "gauge", "How long the oldest result that is not committed has waited.",
           static_cast<double>(p.storage_lag.count()) / 1000.0);
  page.One("storage_last_commit_seconds", "gauge", "How long the last commit took.",
           static_cast<double>(input.last_commit.count()) / 1e6);
  page.One("database_bytes", "gauge", "Size of the database.", Of(FileBytes(input.options.storage.path)));
  page.One("disk_free_bytes", "gauge", "Bytes free on the database's disk.", Of(input.storage.disk().free));
  page.One("storage_log_bytes", "gauge", "Size of the write-ahead log.",
           Of(FileBytes(input.options.storage.path + "-wal")));
  page.Family("storage_trouble", "gauge", "1 for each trouble that storage is in: see the status.");
  const std::vector<Trouble>& troubles = input.storage.troubles();
  for (const std::string_view name : kTroubleNames) {
    const bool is =
        std::any_of(troubles.begin(), troubles.end(), [name](const Trouble& t) { return t.name == name; });
    page.Value(is ? 1 : 0, "name", name);
  }
  page.One("process_resident_memory_bytes", "gauge", "Resident memory of the main process.",
           Of(input.now.memory));
  const auto& samples = input.history.samples();
  page.One("loop_lag_seconds", "gauge", "How late the event loop was at worst in the last second.",
           samples.empty() ? 0 : samples.back().loop_lag_ms / 1000.0);
  page.Family("loop_late_seconds", "histogram", "How late the event loop was, looked at ten times a second.");
  page.Distribution(input.lag);
  return page.Take();
}

}  // namespace trawl::crawler
