#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "tests/storage/backends.h"
#include "tests/support/catch.h"

// What somebody waits for does not wait behind what nobody waits for: of every backend.

using namespace trawl;
using namespace trawl::test;

namespace {

Batch HostWaits(const char* reason, std::uint8_t backoffs) {
  Batch batch;
  storage::HostState state;
  state.host = Host("a.test");
  state.name = batch.Text("a.test");
  state.waiting_for = reason;
  state.backoffs = backoffs;
  batch.batch.hosts.push_back(state);
  return batch;
}

/// Without syncs the writer itself answers, and is held there.
config::StorageOptions AnsweringWriter() {
  config::StorageOptions options;
  options.durability = config::Durability::kNormal;
  return options;
}

}  // namespace

TEST_CASE("An urgent batch overtakes those that wait, and what they say of its host is out of date") {
  EVERY_BACKEND;
  Fixture f(backend, AnsweringWriter());
  std::promise<void> entered, release, last;
  f.store->Write(std::move(Batch().Queued(1, 1).batch), [&](Result<void> done) {
    CHECK(done);
    entered.set_value();
    release.get_future().wait();
  });
  entered.get_future().wait();
  std::vector<std::string> order;  // the storage thread's until `last`
  const auto note = [&order](std::string name) {
    return [&order, name](Result<void> done) { order.push_back(done ? name : done.error().message()); };
  };
  f.store->Write(std::move(HostWaits("backoff", 3).batch), note("earlier"));
  Batch urgent = HostWaits("paused", 0);
  urgent.batch.urgent = true;
  f.store->Write(std::move(urgent.batch), note("urgent"));
  f.store->SetTargets({"site", "other", "third"}, {}, note("targets"));
  f.store->Write(std::move(Batch().Queued(2, 2).batch), [&last](Result<void>) { last.set_value(); });
  release.set_value();
  last.get_future().wait();

  CHECK(order == std::vector<std::string>{"urgent", "targets", "earlier"});
  CHECK(LoadNow(*f.store).HostNamed("a.test").waiting_for == "paused");
  CHECK(LoadNow(*f.store).HostNamed("a.test").backoffs == 0);

  REQUIRE(WriteNow(*f.store, HostWaits("delay", 1)));
  CHECK(LoadNow(*f.store).HostNamed("a.test").waiting_for == "delay");
}

TEST_CASE("An urgent batch that comes during a commit goes before the log is folded away") {
  Fixture f("sqlite", AnsweringWriter());
  const auto size = [&f] { return std::filesystem::file_size(f.options.path); };
  std::promise<void> entered, release, last;
  Batch large;
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
  large.Visited(1, 1).WithPage("large", std::string(std::size_t{40} << 20, 'x'));
  const std::uintmax_t before = size();
  f.store->Write(std::move(large.batch), [&](Result<void> done) {
    CHECK(done);
    entered.set_value();
    release.get_future().wait();
  });
  entered.get_future().wait();
  Batch pause = HostWaits("paused", 0);
  pause.batch.urgent = true;
  std::uintmax_t meanwhile = 0;
  f.store->Write(std::move(pause.batch), [&](Result<void>) { meanwhile = size(); });
  f.store->Write(std::move(Batch().Queued(3, 3).batch), [&last](Result<void>) { last.set_value(); });
  release.set_value();
  last.get_future().wait();
  CHECK(meanwhile == before);
  CHECK(size() > before + (std::size_t{39} << 20));
}
