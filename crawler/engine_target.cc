// What keeps whole targets from being fetched: an operator's pause, their window of the day, their errors.

#include <algorithm>
#include <map>
#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/time_text.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// How often the clock is looked at for windows that open or close, and pauses that end.
constexpr Duration kLookEvery = std::chrono::milliseconds(500);

}  // namespace

/// A crawl that somebody starts goes on with targets that waited for somebody; a service does so only when it
/// is told.
Awaitable<bool> Engine::RestorePauses(std::vector<storage::TargetPause> pauses) {
  Step step;
  for (storage::TargetPause& pause : pauses) {
    if (one_shot_ && !pause.until) {
      step.batch.pauses.push_back({pause.target, false});
      continue;
    }
    TargetPause& state = target_pauses_[pause.target];
    state.paused = true;
    state.reason = std::move(pause.reason);
    state.until = pause.until;
    if (parts_.log != nullptr)
      parts_.log->Say(LogLevel::kWarning, "target_paused",
                      "a target is still paused" + (state.reason.empty() ? "" : ": " + state.reason),
                      {{"target", targets_[pause.target].target.name},
                       {"until", state.until ? TimeText(*state.until) : "resumed"}});
  }
  if (step.batch.pauses.empty()) co_return true;
  step.batch.urgent = true;
  co_return co_await Write(std::move(step));
}

Awaitable<Engine::Kept> Engine::PauseTarget(std::uint16_t target, bool pause) {
  SetTargetPaused(target, pause);
  Step step = PauseStep(target);
  co_return co_await Keep(std::move(step));
}

/// Urgent as all of them, so that they are stored in their order.
Step Engine::PauseStep(std::uint16_t target) const {
  const TargetPause& state = target_pauses_[target];
  Step step;
  step.batch.urgent = true;
  step.batch.pauses.push_back({target, state.paused, state.reason, state.until});
  return step;
}

Awaitable<void> Engine::StorePause(std::uint16_t target) {
  Step step = PauseStep(target);
  co_await Write(std::move(step));
}

void Engine::SetTargetPaused(std::uint16_t target, bool pause) {
  TargetPause& state = target_pauses_[target];
  state.paused = pause;
  state.reason.clear();
  state.until.reset();
  if (!pause) state.errors.Clear();
  LetTargetGo(state);
}

void Engine::LookAtClock() {
  if (parts_.clock.Now() >= next_look_) FollowSchedules();
}

void Engine::FollowSchedules() {
  const Instant now = parts_.clock.Now();
  next_look_ = now + kLookEvery;
  std::map<const TimeZone*, int> minutes;
  for (std::uint16_t target = 0; target < targets_.size(); ++target) {
    const TargetPlan& plan = targets_[target];
    TargetPause& state = target_pauses_[target];
    state.errors.SetRule(plan.pause_on);
    // Whoever shares its hosts does not wait for a target that is gone.
    if (plan.retired && (state.paused || state.closed)) {
      state.closed = false;
      const bool stored = state.paused;
      SetTargetPaused(target, false);
      if (stored) gate_.Spawn(StorePause(target));
    }
    bool closed = false;
    if (plan.window && !plan.retired) {
      auto minute = minutes.find(plan.zone.get());
      if (minute == minutes.end())
        minute = minutes.emplace(plan.zone.get(), MinuteOfDay(plan.zone.get(), now)).first;
      closed = !plan.window->Contains(minute->second);
    }
    const bool was_closed = std::exchange(state.closed, closed);
    if (state.until && now >= *state.until) {
      SetTargetPaused(target, false);
      gate_.Spawn(StorePause(target));
      if (parts_.log != nullptr)
        parts_.log->Say(LogLevel::kNotice, "target_resumed", "a target goes on after pause_for",
                        {{"target", plan.target.name}});
    } else if (was_closed && !closed) {
      LetTargetGo(state);
    }
  }
}

/// When the first of the targets that have paused by themselves, and keep hosts waiting, goes on.
std::optional<Instant> Engine::NextTargetResumed() const {
  std::optional<Instant> first;
  for (const TargetPause& pause : target_pauses_) {
    if (!pause.until || pause.closed || pause.hosts.empty()) continue;
    first = first ? std::min(*first, *pause.until) : *pause.until;
  }
  return first;
}

void Engine::NoteFetch(std::uint16_t target, bool failed) {
  if (target >= target_pauses_.size() || target >= targets_.size()) return;
  target_errors_.resize(targets_.size());
  target_errors_[target] += failed;
  TargetPause& state = target_pauses_[target];
  if (!state.errors.Add(failed) || state.paused) return;
  state.reason = std::to_string(state.errors.failed()) + " of its last " +
                 std::to_string(state.errors.fetches()) + " fetches failed";
  state.errors.Clear();
  state.paused = true;
  const config::Target& told = targets_[target].target;
  if (told.pause_for > Duration(0)) state.until = parts_.clock.Now() + told.pause_for;
  gate_.Spawn(StorePause(target));
  if (parts_.log != nullptr)
    parts_.log->Say(LogLevel::kWarning, "target_paused", "a target pauses: " + state.reason,
                    {{"target", told.name}, {"until", state.until ? TimeText(*state.until) : "resumed"}});
}

std::string Engine::TargetState(std::uint16_t target) const {
  const TargetPlan& plan = targets_[target];
  const TargetPause& state = target_pauses_[target];
  if (plan.retired) return "removed";
  if (state.paused) {
    std::string sentence = "paused";
    if (!state.reason.empty()) sentence += ": " + state.reason;
    if (state.until) sentence += ", until " + TimeText(*state.until);
    return sentence;
  }
  if (!state.closed) return {};
  return "outside its window " + plan.target.window + (plan.zone_name.empty() ? "" : " " + plan.zone_name);
}

void Engine::LetTargetGo(TargetPause& pause) {
  if (pause.paused || pause.closed) return;
  for (HostId host : std::exchange(pause.hosts, {})) frontier_.Resume(host, PausedBy::kTarget);
  Wake();
}

/// A task of a target that is gone goes to another that takes its URL. One of a paused target, or of none,
/// goes back, and its host waits with it.
bool Engine::HeldByTarget(FetchTask& task, Instant now) {
  const auto gone = [this](std::uint16_t target) {
    return target >= targets_.size() || targets_[target].retired;
  };
  if (gone(task.url.target)) {
    parser::UrlParts parts;
    if (parser::SplitNormalized(task.url.url, parts)) {
      task.url.target = targets_.OwnerOf(task.url.url, parts).value_or(task.url.target);
    }
  }
  const bool orphan = gone(task.url.target);
  const TargetPause* const pause = orphan ? nullptr : &target_pauses_[task.url.target];
  if (pause != nullptr && !pause->paused && !pause->closed) return false;
  const HostId host = task.host;
  frontier_.Pause(host, PausedBy::kTarget);
  (orphan ? orphans_ : target_pauses_[task.url.target].hosts).push_back(host);
  frontier_.Return(std::move(task), now, now);
  return true;
}

}  // namespace trawl::crawler
