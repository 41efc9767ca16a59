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

TEST_CASE("AReloadStoresNamesAndItemRulesOnlyWhereTheyHaveChanged") {
  const test::TempDir dir;
  config::Sources sources;
  sources.file = (dir / "trawl.toml").string();
  const std::string first = "[[target]]\nname = 'a'\nseeds = ['http://a.test/']\n";
  const std::string item = "[[target.item]]\nname = 'product'\nfields.title = 'h1'\n";
  const auto write = [&](const std::string& text) { std::ofstream(sources.file) << text; };
  write(first + item);
  const config::Loaded loaded = LoadConfig(sources);
  REQUIRE(loaded.errors.empty());
  config::Loaded copy = loaded;
  const Targets targets(copy);
  const Configured configured{sources, loaded.options.crawl.max_fetches};
  const auto renames = [&](const std::string& text) {
    write(text);
    const ReloadPlan plan = PlanReload(loaded.options, targets, configured);
    REQUIRE(plan.good);
    return plan.renames;
  };
  CHECK_FALSE(renames(first + item));
  CHECK_FALSE(renames(first + "max_depth = 3\nallow = ['/a/']\n" + item));
  CHECK(renames(first));
  CHECK(renames(first + item + "fields.price = '.price'\n"));
  CHECK(renames(first + item + "[[target]]\nname = 'b'\nseeds = ['http://b.test/']\n"));
  CHECK(renames("[[target]]\nname = 'b'\nseeds = ['http://b.test/']\n"));
}
