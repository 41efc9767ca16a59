#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/load.h"
#include "crawler/engine.h"
#include "parser/document_kinds.h"
#include "parser/idna.h"
#include "parser/item_extractor.h"
#include "parser/wire_rules.h"
#include "storage/error.h"
#include "tests/support/fail_on_nth.h"
#include "tests/support/manual_clock.h"
#include "tests/support/synthetic_web.h"

namespace trawl::test {

/// Parses where it is called, through the wire and back, unless told what becomes of a page.
class InlineParser final : public crawler::PageParser {
 public:
  InlineParser() { parser::LoadIdnaTables(); }

  std::function<std::optional<Outcome>(const std::string& url)> fate;

  boost::asio::awaitable<crawler::ParseAnswer> Parse(parser::PageJob job) override {
    crawler::ParseAnswer answer;
    const std::optional<Outcome> told = fate ? fate(job.url) : std::nullopt;
    if (told) {
      answer.outcome = *told;
      answer.detail = "as the test says";
      co_return answer;
    }
    std::string frame;
    std::optional<parser::ItemExtractor> extractor;
    if (job.rules) {
      std::vector<parser::ItemRuleError> errors;
      extractor.emplace(parser::DecodeRules(job.rules->substr(parser::kFrameHeader)).value(), errors);
      job.extractor = &*extractor;
    }
    parser::EncodeAnswer(parser::ParseDocument(job, arena_), frame);
    arena_.Reset();
    answer.page = parser::DecodeAnswer({frame.begin() + parser::kFrameHeader, frame.end()}).value();
    co_return answer;
  }
  std::size_t queued_bytes() const override { return 0; }

 private:
  parser::Arena arena_{std::size_t{64} << 20};
};

/// A store before the store: writes can fail, or wait until they are let through, as the load can.
class TroubledStore final : public storage::Store {
 public:
  explicit TroubledStore(storage::Store& store) : store_(store) {}

  FailOnNth* failure = nullptr;
  bool holding = false;
  bool holding_load = false;  ///< which gives one id at once, and the rest with LetLoad

  void LetThrough() {
    holding = false;
    for (auto& [batch, done] : std::exchange(held_, {})) store_.Write(std::move(batch), std::move(done));
  }

  /// Of the batches that wait, how many are there of which `is` holds.
  template <class Is>
  std::ptrdiff_t Held(Is is) const {
    return std::count_if(held_.begin(), held_.end(), [&](const auto& held) { return is(held.first); });
  }

  void LetLoad() {
    holding_load = false;
    if (const auto load = std::exchange(held_load_, nullptr)) load();
  }

  Result<void> BeginRun(const storage::RunStart& run) override { return store_.BeginRun(run); }
  void SetTargets(std::vector<std::string> names, std::vector<config::ItemRule> rules,
                  Done<void> done) override {
    store_.SetTargets(std::move(names), std::move(rules), std::move(done));
  }
  void Write(storage::WriteBatch batch, Done<void> done) override {
    if (failure != nullptr && failure->Fails()) return done(storage::StoreErrc::kDiskFull);
    if (!holding) return store_.Write(std::move(batch), std::move(done));
    held_.emplace_back(std::move(batch), std::move(done));
  }
  std::size_t queued_bytes() const override { return store_.queued_bytes(); }
  void LoadFrontier(storage::FrontierSink& sink, Done<storage::FrontierTotals> done) override {
    if (!holding_load) return store_.LoadFrontier(sink, std::move(done));
    const UrlId one{1};
    sink.OnKnown({&one, 1});
    held_load_ = [this, &sink, done = std::move(done)] { store_.LoadFrontier(sink, done); };
  }
  void LoadQueue(HostId host, storage::QueueKey after, std::size_t limit,
                 Done<std::vector<storage::QueuedUrl>> done) override {
    store_.LoadQueue(host, after, limit, std::move(done));
  }
  void SetRecrawl(std::vector<std::optional<Duration>> intervals, Done<void> done) override {
    store_.SetRecrawl(std::move(intervals), std::move(done));
  }
  void LoadDue(Instant now, std::size_t limit, Done<storage::DueUrls> done) override {
    store_.LoadDue(now, limit, std::move(done));
  }
  void LoadRevisits(std::vector<UrlId> ids, Done<std::vector<storage::ScheduledVisit>> done) override {
    store_.LoadRevisits(std::move(ids), std::move(done));
  }
  void LoadRobots(std::string origin, Done<std::optional<storage::StoredRobots>> done) override {
    store_.LoadRobots(std::move(origin), std::move(done));
  }
  void LoadExcluded(std::vector<UrlId> ids, Done<std::vector<UrlId>> done) override {
    store_.LoadExcluded(std::move(ids), std::move(done));
  }
  void LoadExcludedSlice(std::vector<storage::SkipReason> reasons, std::uint64_t from,
                         Done<storage::ExcludedSlice> done) override {
    store_.LoadExcludedSlice(std::move(reasons), from, std::move(done));
  }
  Result<void> Close(const storage::RunEnd& end) override { return store_.Close(end); }

 private:
  storage::Store& store_;
  std::vector<std::pair<storage::WriteBatch, Done<void>>> held_;
  std::function<void()> held_load_;
};

/// A configuration for a web on loopback that is our own: no pauses, many connections, no retries.
inline config::Loaded OwnSite(const std::string& seed, const std::string& more = {}) {
  config::Loaded loaded = config::Load("crawl.private_addresses = 'allow'\nhttp.retries = 0\n" + more +
                                           "\n[politeness]\ndelay = '0s'\nip_delay = '0s'\nmax_latency_delay "
                                           "= '0s'\nconnections_per_host = 20\n"
                                           "[[target]]\nname = 'web'\nscope = 'any'\nseeds = ['" +
                                           seed + "']\n",
                                       "test");
  return loaded;
}

/// The clock of an engine, moved by the test.
struct EngineClock final : crawler::Clock {
  Instant Now() const override { return manual.Now(); }
  ManualClock manual;
};

/// One engine with everything it needs but the loop and the store.
struct EngineRig {
  /// `given`: its clock in place of the true one. `one_shot`: as Engine has it, `door`: as Fetcher.
  EngineRig(boost::asio::io_context& loop, config::Loaded configuration, storage::Store& store,
            crawler::Clock* given = nullptr, bool one_shot = true, crawler::SocketDoor* door = nullptr)
      : loaded(std::move(configuration)),
        targets(loaded),
        fetcher(loop.get_executor(), loaded.options, door),
        engine(loop.get_executor(), loaded.options, targets,
               {given != nullptr ? *given : clock, fetcher, parser, store}, one_shot) {
    boost::asio::co_spawn(loop, engine.Run(), [this](std::exception_ptr thrown, crawler::EndReason reason) {
      if (thrown) std::rethrow_exception(thrown);
      ended = reason;
    });
  }

  config::Loaded loaded;
  crawler::Targets targets;
  crawler::LoopClock clock;
  crawler::Fetcher fetcher;
  InlineParser parser;
  crawler::Engine engine;
  std::optional<crawler::EndReason> ended;
};

/// Runs the loop until every engine has ended, or `stop` says so.
template <class Stop>
void RunUntil(boost::asio::io_context& loop, Stop stop) {
  while (!stop() && loop.run_one() > 0) {
  }
}

/// Runs one crawl to its end.
inline crawler::EndReason Crawl(const config::Loaded& configuration, storage::Store& store) {
  boost::asio::io_context loop(1);
  EngineRig rig(loop, configuration, store);
  RunUntil(loop, [&] { return rig.ended.has_value(); });
  return rig.ended.value();
}

}  // namespace trawl::test
