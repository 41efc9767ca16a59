#include "crawler/reload.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/knobs.h"
#include "crawler/contact.h"
#include "crawler/load_config.h"

namespace trawl::crawler {
namespace {

/// What a running crawl reads anew each time; whatever else is asked once, at the start.
constexpr std::array<std::string_view, 11> kLive = {
    "crawl.follow_nofollow",   "crawl.max_pages",  "crawl.max_depth",
    "crawl.max_duration",      "crawl.memory_max", "http.timeout",
    "http.max_body",           "http.retries",     "http.proxy",
    "crawl.respect_canonical", "crawl.min_revisit"};

bool IsLive(std::string_view key) {
  return key.starts_with("politeness.") || key == "crawl.private_addresses" || key == "crawl.patience" ||
         key == "http.retry_wait" || key.starts_with("storage.min_free") || key == "schedule.time_zone" ||
         std::find(kLive.begin(), kLive.end(), key) != kLive.end();
}

/// Secrets may be in them.
bool IsPrivate(std::string_view key) {
  return key.ends_with("headers") || key == "http.proxy";
}

void CompareOptions(config::Options& running, config::Options& next, std::vector<std::string>& lines) {
  for (const config::Knob<config::Options>& knob : config::OptionKnobs()) {
    const config::Slot before = knob.slot(running), after = knob.slot(next);
    const std::string old_value = config::ShowValue(knob.kind, before);
    const std::string new_value = config::ShowValue(knob.kind, after);
    if (old_value == new_value) continue;
    const std::string key(knob.key);
    if (!IsLive(key)) {
      lines.push_back(key + ": changed; it counts after a restart");
    } else {
      lines.push_back(key + (IsPrivate(key) ? ": changed" : ": " + old_value + " -> " + new_value));
    }
  }
}

}  // namespace

void ApplyReload(config::Options next, config::Options& running) {
  // In place, value by value: what the fetcher and others look at stays where it is.
  for (const config::Knob<config::Options>& knob : config::OptionKnobs()) {
    if (IsLive(knob.key)) config::CopyValue(knob.slot(next), knob.slot(running));
  }
  running.targets = std::move(next.targets);
}

ReloadPlan PlanReload(const config::Options& running, const Targets& targets, const Configured& configured) {
  ReloadPlan plan;
  LoadedTargets read = LoadConfigAndTargets(configured.sources);
  config::Loaded& loaded = read.loaded;
  if (auto missing = MissingContact(configured.sources, loaded.options))
    loaded.errors.push_back(std::move(*missing));
  for (const config::ConfigError& error : loaded.errors) plan.lines.push_back(error.ToString());
  if (!loaded.errors.empty()) return plan;

  config::Options& next = loaded.options;
  config::Options before = running;
  before.crawl.max_fetches = configured.max_fetches;
  CompareOptions(before, next, plan.lines);
  std::vector<config::Target> given = std::exchange(next.targets, {});
  std::vector<std::uint16_t> retired;
  const bool same_order =
      given.size() >= running.targets.size() &&
      std::equal(running.targets.begin(), running.targets.end(), given.begin(),
                 [](const config::Target& a, const config::Target& b) { return a.name == b.name; });
  for (std::uint16_t i = 0; i < running.targets.size(); ++i) {
    const config::Target& old = running.targets[i];
    const auto found = std::ranges::find(given, old.name, &config::Target::name);
    if (found == given.end()) {
      if (!targets[i].retired)
        plan.lines.push_back("target " + old.name + ": removed; its queue stays, unfetched");
      retired.push_back(i);
      next.targets.push_back(old);
      continue;
    }
    if (targets[i].retired) {
      plan.lines.push_back("target " + old.name + ": added again");
    } else if (old != *found) {
      plan.lines.push_back("target " + old.name + ": changed");
    }
    next.targets.push_back(std::move(*found));
    given.erase(found);
  }
  for (config::Target& target : given) {
    plan.lines.push_back("target " + target.name + ": added");
    next.targets.push_back(std::move(target));
  }
  if (plan.lines.empty()) plan.lines.push_back("nothing has changed");
  // What was compiled for the check serves, where the numbers are as in the file.
  if (same_order) {
    plan.targets = std::move(read.targets);
  } else {
    plan.targets.emplace(loaded);
  }
  for (std::uint16_t index : retired) plan.targets->Retire(index);
  plan.renames =
      plan.targets->Names() != targets.Names() || plan.targets->CurrentRules() != targets.CurrentRules();
  plan.options = std::move(next);
  plan.good = true;
  return plan;
}

}  // namespace trawl::crawler
