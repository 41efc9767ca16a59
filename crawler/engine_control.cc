// What an operator asks of a running crawl.

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/url_rules.h"
#include "parser/fingerprint.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// An operator who has asked waits for the disk no longer than this.
constexpr std::chrono::milliseconds kKeepWait(50);

}  // namespace

void Engine::Resume() {
  paused_ = false;
  Wake();
}

void Engine::SetDiskLow(bool low) {
  if (disk_low_ == low) return;
  disk_low_ = low;
  Wake();
}

Awaitable<std::optional<Engine::Kept>> Engine::PauseHost(std::string name, bool pause) {
  const HostId host = parser::FingerprintHost(name);
  if (!frontier_.KnowsHost(host)) co_return std::nullopt;
  if (pause) {
    frontier_.Pause(host, PausedBy::kOperator);
  } else {
    frontier_.Resume(host, PausedBy::kOperator);
  }
  Step step;
  step.batch.urgent = true;
  storage::HostState state = frontier_.State(host, parts_.clock.Now());
  state.name = step.batch.text.Keep(name);
  state.ip = step.batch.text.Keep(state.ip);
  step.batch.hosts.push_back(state);
  co_return co_await Keep(std::move(step));
}

/// A write, and who waits for it. Shared, for either may end first.
struct Engine::Keeping {
  explicit Keeping(const asio::any_io_executor& loop) : timer(loop) {}

  std::optional<bool> stored;
  asio::steady_timer timer;
};

Awaitable<Engine::Kept> Engine::Keep(Step step) {
  const auto keeping = std::make_shared<Keeping>(loop_);
  keeping->timer.expires_after(kKeepWait);
  if (!gate_.Spawn(WriteFor(keeping, std::move(step)))) co_return Kept::kFailed;
  if (!keeping->stored) co_await keeping->timer.async_wait(kAwait);
  if (!keeping->stored) co_return Kept::kUnderway;
  co_return *keeping->stored ? Kept::kStored : Kept::kFailed;
}

Awaitable<void> Engine::WriteFor(std::shared_ptr<Keeping> keeping, Step step) {
  keeping->stored = co_await Write(std::move(step));
  keeping->timer.cancel();
}

std::optional<storage::HostState> Engine::host(std::string_view name) const {
  const HostId host = parser::FingerprintHost(name);
  if (!frontier_.KnowsHost(host)) return std::nullopt;
  return frontier_.State(host, parts_.clock.Now());
}

Awaitable<bool> Engine::NameTargets(std::vector<std::string> names, std::vector<config::ItemRule> rules) {
  const Result<void> known = co_await storage_.SetTargets(std::move(names), std::move(rules));
  if (!known) {
    storage_error_ = known.error().message();
    End(EndReason::kStorageFailed);
  }
  co_return known.has_value();
}

Awaitable<bool> Engine::TakeNewTargets() {
  budget_.SetLimits(options_.crawl.max_pages, targets_.PageLimits());
  target_pauses_.resize(targets_.size());
  FollowSchedules();
  frontier_.ChangePolicies(targets_.Policies(), parts_.clock.Now());
  for (HostId host : std::exchange(orphans_, {})) frontier_.Resume(host, PausedBy::kTarget);
  bool seeded = co_await SetRecrawl();
  if (seeded) seeded = co_await AddSeeds();
  if (seeded) StartRejudging();
  Wake();
  co_return seeded;
}

Awaitable<std::vector<Engine::Added>> Engine::Add(std::vector<std::string> urls,
                                                  std::optional<std::uint16_t> target,
                                                  std::uint8_t priority) {
  std::vector<Added> answers;
  std::vector<Insisted> known;
  std::vector<std::size_t> known_at;  // among the answers
  Step step;
  step.batch.urgent = true;
  parser::NormalizeOptions normalize = UrlRules(options_.url);
  normalize.max_length = options_.crawl.max_url.count;
  for (const std::string& text : urls) {
    const Result<parser::Url> parsed = parser::Url::Parse(text);
    const Result<std::string> url =
        parsed ? parser::Normalize(*parsed, normalize) : Result<std::string>(parsed.error());
    parser::UrlParts parts;
    if (!url || !parser::SplitNormalized(*url, parts)) {
      answers.push_back(Added::kNotCrawlable);
      continue;
    }
    const std::optional<std::uint16_t> owner = target ? target : targets_.OwnerOf(*url, parts);
    // The scope of a target that was named is waived; its schemes and ports are not.
    const bool outside =
        !owner || targets_[*owner].scope.JudgeOrigin(parts).skip != storage::SkipReason::kNone;
    if (outside) {
      answers.push_back(Added::kOutside);
      continue;
    }
    const std::size_t before = step.pending.size();
    if (!discovery_.Seed(step, *owner, *url, priority)) {
      known.push_back({*url, *owner, priority});
      known_at.push_back(answers.size());
    }
    answers.push_back(step.pending.size() > before ? Added::kQueued : Added::kKnown);
  }
  if (!step.pending.empty()) {
    const bool written = co_await Write(std::move(step));
    if (!written) co_return std::vector<Added>();
  }
  std::vector<UrlId> ids;
  for (const Insisted& one : known) ids.push_back(parser::FingerprintUrl(one.url));
  const std::vector<UrlId> queued = co_await Insist(std::move(known));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (std::find(queued.begin(), queued.end(), ids[i]) != queued.end())
      answers[known_at[i]] = Added::kQueued;
  }
  if (ending_ == EndReason::kStorageFailed) answers.clear();
  co_return answers;
}

}  // namespace trawl::crawler
