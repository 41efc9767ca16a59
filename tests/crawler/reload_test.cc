#include "crawler/reload.h"

#include <fstream>
#include <string>
#include <vector>

#include "crawler/load_config.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using namespace trawl::crawler;

TEST_CASE("OfTheFetchesAReloadComparesWhatWasConfiguredNotWhatTheProcessCanOpen") {
  const test::TempDir dir;
  config::Sources sources;
  sources.file = (dir / "trawl.toml").string();
  const auto write = [&](int fetches) {
    std::ofstream(sources.file) << "crawl.max_fetches = " << fetches
                                << "\n[[target]]\nseeds = ['http://127.0.0.1/']\n";
  };
  write(5000);
  config::Loaded loaded = LoadConfig(sources);
  REQUIRE(loaded.errors.empty());
  const Targets targets(loaded);
  config::Options& running = loaded.options;
  const Configured configured{sources, running.crawl.max_fetches};
  running.crawl.max_fetches = 100;

  CHECK(PlanReload(running, targets, configured).lines == std::vector<std::string>{"nothing has changed"});
  write(100);
  ReloadPlan plan = PlanReload(running, targets, configured);
  REQUIRE(plan.good);
  CHECK(plan.lines == std::vector<std::string>{"crawl.max_fetches: changed; it counts after a restart"});
  ApplyReload(std::move(plan.options), running);
  CHECK(running.crawl.max_fetches == 100);
}
