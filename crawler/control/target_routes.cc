// What the control API tells of single targets and hosts.

#include <algorithm>
#include <chrono>
#include <utility>

#include "crawler/async.h"
#include "crawler/cli/json.h"
#include "crawler/control/route.h"
#include "crawler/time_text.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

/// Targets are counted again when the last count is older than so many times what it took.
constexpr int kRestOfCount = 20;
constexpr std::chrono::seconds kCountAtMostEvery{2};
/// Names told to who has asked for one that there is not.
constexpr std::size_t kMostNames = 20;

}  // namespace

std::optional<std::uint16_t> Control::TargetNamed(std::string_view name) const {
  const Targets& targets = crawl_.engine.targets();
  for (std::uint16_t i = 0; i < targets.size(); ++i) {
    if (targets[i].target.name == name) return i;
  }
  return std::nullopt;
}

/// There is no target of that name; these there are.
ControlReply Control::RefuseUnknown(std::string_view name) const {
  std::string names;
  std::size_t told = 0, more = 0;
  const Targets& targets = crawl_.engine.targets();
  for (std::uint16_t i = 0; i < targets.size(); ++i) {
    if (targets[i].retired) continue;
    if (told == kMostNames) {
      ++more;
      continue;
    }
    names += (told++ == 0 ? "" : ", ") + targets[i].target.name;
  }
  if (more > 0) names += " and " + std::to_string(more) + " more";
  return Refusal(404, parser::ScrubUtf8("there is no target \"" + std::string(name) +
                                        "\"; there are: " + (names.empty() ? "none" : names)));
}

/// Nothing when ?target= names one, or is not there.
std::optional<ControlReply> Control::RefuseTarget(const ControlRequest& request) const {
  const std::string name = ValueOf(request, "target");
  if (name.empty() || TargetNamed(name)) return std::nullopt;
  return RefuseUnknown(name);
}

/// Counts anew what is queued of each target, now and then: that takes a look at the whole queue.
Awaitable<void> Control::CountQueued() {
  const auto begun = std::chrono::steady_clock::now();
  if (counting_ || begun < count_again_) co_return;
  counting_ = true;
  std::string sql =
      "SELECT t.name, count(*) FROM pending q JOIN url u ON u.n = q.url JOIN target t ON t.n = u.target "
      "GROUP BY u.target";
  const SqlRows rows = co_await sql_.Run(std::move(sql), config::kMaxTargets);
  const auto ended = std::chrono::steady_clock::now();
  count_again_ = ended + std::max<std::chrono::steady_clock::duration>(kRestOfCount * (ended - begun),
                                                                       kCountAtMostEvery);
  counting_ = false;
  if (!rows.error.ok) co_return;
  queued_counts_.emplace();
  for (const std::vector<storage::Value>& row : rows.rows) {
    const auto* name = std::get_if<std::string>(&row[0]);
    const auto* count = std::get_if<std::int64_t>(&row[1]);
    if (name && count) (*queued_counts_)[*name] = *count;
  }
}

json::object Control::TargetObject(std::uint16_t index) const {
  const Engine& engine = crawl_.engine;
  const TargetPlan& plan = engine.targets()[index];
  json::value queued, until;
  if (queued_counts_) {
    const auto counted = queued_counts_->find(plan.target.name);
    queued = counted == queued_counts_->end() ? 0 : counted->second;
  }
  if (const std::optional<Instant> end = engine.target_paused_until(index)) until = TimeText(*end);
  return {{"name", plan.target.name},
          {"pages", engine.target_pages(index)},
          {"errors", engine.target_errors(index)},
          {"queued", std::move(queued)},
          {"seeds", plan.seeds.size()},
          {"delay_ms", plan.policy.delay.count()},
          {"connections_per_host", plan.policy.connections},
          {"max_depth", plan.max_depth},
          {"max_pages", plan.target.max_pages},
          {"paused", engine.target_paused(index)},
          {"paused_for", engine.target_pause_reason(index)},
          {"paused_until", std::move(until)},
          {"window", plan.target.window},
          {"time_zone", plan.zone_name},
          {"in_window", engine.in_window(index)},
          {"recrawl", plan.target.recrawl},
          {"state", engine.TargetState(index)},
          {"removed", plan.retired}};
}

Awaitable<ControlReply> Control::TargetList(ControlRequest) {
  co_await CountQueued();
  json::array list;
  for (std::uint16_t i = 0; i < crawl_.engine.targets().size(); ++i) list.push_back(TargetObject(i));
  co_return JsonReply(json::object{{"targets", std::move(list)}});
}

/// As one of /targets, and how the crawl is.
Awaitable<ControlReply> Control::TargetStatus(std::string name) {
  co_await CountQueued();
  const std::optional<std::uint16_t> index = TargetNamed(name);
  if (!index) co_return RefuseUnknown(name);
  json::object target = TargetObject(*index);
  target["crawl"] = std::string(StateOf(crawl_.engine, crawl_.storage, stopping_));
  co_return JsonReply(target);
}

/// As one of /hosts, by the names of the columns.
Awaitable<ControlReply> Control::HostStatus(std::string name) {
  SqlRows hosts = co_await HostRows(" AND host = " + SqlText(name), "queued", 1);
  if (!hosts.error.ok) co_return Refusal(503, parser::ScrubUtf8(hosts.error.message));
  if (hosts.rows.empty())
    co_return Refusal(404, "no URL of the host \"" + parser::ScrubUtf8(name) + "\" is known");
  json::object host;
  for (std::size_t i = 0; i < hosts.columns.size(); ++i) host[hosts.columns[i]] = JsonOf(hosts.rows[0][i]);
  const auto state = crawl_.engine.host(name);
  host["paused"] = state && state->waiting_for == Name(WaitReason::kPaused);
  host["crawl"] = std::string(StateOf(crawl_.engine, crawl_.storage, stopping_));
  co_return JsonReply(host);
}

}  // namespace trawl::crawler
