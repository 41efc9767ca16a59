#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "storage/error.h"
#include "storage/memory_store.h"
#include "storage/query.h"
#include "tests/storage/backends.h"
#include "tests/support/catch.h"

// One suite for every backend of storage/open_store.cc: what store.h promises, nothing of how it is kept.

using namespace trawl;
using namespace trawl::test;
using storage::SkipReason;
using storage::StoreErrc;
using storage::UrlState;

TEST_CASE("An empty store loads as nothing, and numbering starts at one") {
  EVERY_BACKEND;
  Fixture f(backend);
  const Loaded loaded = LoadNow(*f.store);
  CHECK(loaded.known.empty());
  CHECK(loaded.hosts.empty());
  CHECK(loaded.totals.known == 0);
  CHECK(loaded.totals.next_seq == 1);
  CHECK(QueueNow(*f.store, "a.test")->empty());
}

TEST_CASE("What was acknowledged is there for the next reader") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1).Queued(2, 2).Queued(3, 3, "b.test");
  REQUIRE(WriteNow(*f.store, std::move(batch)));

  const Loaded loaded = LoadNow(*f.store);
  const std::set<UrlId> known(loaded.known.begin(), loaded.known.end());
  CHECK(known == std::set<UrlId>{Id(1), Id(2), Id(3)});
  CHECK(loaded.totals.known == 3);
  CHECK(loaded.totals.queued == 3);
  CHECK(loaded.totals.next_seq == 4);
  CHECK(loaded.HostNamed("a.test").queued == 2);
  CHECK(loaded.HostNamed("b.test").queued == 1);

  const auto rows = QueueNow(*f.store, "a.test");
  REQUIRE(rows->size() == 2);
  CHECK(rows->front().id == Id(1));
  CHECK(rows->front().url == "https://a.test/1");
  CHECK(rows->front().depth == 1);
  CHECK(rows->front().place.key == Key("a.test", 1));
}

TEST_CASE("The queue comes by priority, then by seq, behind the place asked for, up to the limit") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1, "a.test", 2)
      .Queued(2, 2, "a.test", 1)
      .Queued(3, 3, "a.test", 2)
      .Queued(4, 4, "a.test", 1);
  REQUIRE(WriteNow(*f.store, std::move(batch)));
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test")) == std::vector<std::uint64_t>{2, 4, 1, 3});
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test", Key("a.test", 4, 1))) == std::vector<std::uint64_t>{1, 3});
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test", Key("a.test", 2, 1), 2)) == std::vector<std::uint64_t>{4, 1});
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test", Key("a.test", 3, 2))).empty());
  CHECK(QueueNow(*f.store, "a.test", {}, 0)->empty());
}

TEST_CASE("A URL met again stays as it was, and takes no second place in the queue") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 9)));
  REQUIRE(WriteNow(*f.store, Batch().Excluded(1, SkipReason::kScope)));
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test")) == std::vector<std::uint64_t>{1});
  CHECK(LoadNow(*f.store).totals.known == 1);
}

TEST_CASE("The pages of each target and each host come back, a page twice fetched as one") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1).Queued(2, 2, "b.test").Queued(3, 3).Queued(4, 4);
  batch.batch.urls[1].target = 1;
  batch.batch.urls[3].target = storage::kNoTarget;
  REQUIRE(WriteNow(*f.store, batch));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).WithPage("one", "text")));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).WithPage("one", "text")));
  REQUIRE(WriteNow(*f.store, Batch().Visited(2, 2, Outcome::kOk, 200, "b.test").WithPage("two", "text")));
  REQUIRE(WriteNow(*f.store, Batch().Visited(3, 3).WithPage("three", "text")));
  REQUIRE(WriteNow(*f.store, Batch().Visited(4, 4).WithPage("four", "text")));
  const Loaded loaded = LoadNow(*f.store);
  CHECK(loaded.target_pages == std::map<std::uint16_t, std::uint64_t>{{0, 2}, {1, 1}});
  CHECK(loaded.HostNamed("a.test").pages == 3);
  CHECK(loaded.HostNamed("b.test").pages == 1);
}

TEST_CASE("A visited URL leaves the queue and stays known: its page is counted once") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1).Queued(2, 2)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).WithPage("one", "text").WithLink(2, "two")));
  Batch again;
  again.Visited(1, 1).WithPage("one", "text");
  REQUIRE(WriteNow(*f.store, std::move(again)));
  const Loaded loaded = LoadNow(*f.store);
  CHECK(loaded.totals.known == 2);
  CHECK(loaded.totals.queued == 1);
  CHECK(loaded.totals.pages == 1);
  CHECK(loaded.HostNamed("a.test").pages == 1);
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test")) == std::vector<std::uint64_t>{2});
}

TEST_CASE("A retry goes back to the queue at its new place, with its attempts and due time") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
  Batch retry;
  retry.Visited(1, 1, Outcome::kTimeout, 0);
  retry.batch.state = UrlState::kQueued;
  retry.batch.requeued = storage::QueuePlace{Key("a.test", 2, 5), At(60'000), 1};
  REQUIRE(WriteNow(*f.store, std::move(retry)));
  const auto rows = QueueNow(*f.store, "a.test");
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().id == Id(1));
  CHECK(rows->front().place.key == Key("a.test", 2, 5));
  CHECK(rows->front().place.attempts == 1);
  CHECK(rows->front().place.due == At(60'000));
}

TEST_CASE("A queued URL that has a page brings its validators for a conditional request") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
  Batch visit;
  visit.Visited(1, 1).WithPage("one", "text");
  visit.batch.state = UrlState::kQueued;
  visit.batch.requeued = storage::QueuePlace{Key("a.test", 2), At(0), 0};
  REQUIRE(WriteNow(*f.store, std::move(visit)));
  const auto rows = QueueNow(*f.store, "a.test");
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().etag == "\"e1\"");
  CHECK(rows->front().last_modified == "Wed, 21 Oct 2015 07:28:00 GMT");
}

TEST_CASE("A batch may add a URL and speak of it at once") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1);
  batch.Visited(1, 1, Outcome::kRobotsDenied, 0);
  batch.batch.state = UrlState::kExcluded;
  batch.batch.skip = SkipReason::kRobots;
  REQUIRE(WriteNow(*f.store, std::move(batch)));
  const Loaded loaded = LoadNow(*f.store);
  CHECK(loaded.totals.known == 1);
  CHECK(loaded.totals.queued == 0);
}

TEST_CASE("A batch about a URL that was never added is refused whole, and the next one is not") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch wrong;
  wrong.Visited(7, 1).WithPage("seven", "text").Queued(8, 2);
  const Result<void> refused = WriteNow(*f.store, std::move(wrong));
  REQUIRE(refused.has_error());
  CHECK(refused.error() == StoreErrc::kUnknownUrl);
  CHECK(LoadNow(*f.store).totals.known == 0);
  CHECK(WriteNow(*f.store, Batch().Queued(1, 1)));
}

TEST_CASE("Robots receipts and the state of hosts come back") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1);
  storage::RobotsReceipt receipt;
  receipt.origin = "https://a.test";
  receipt.host = Host("a.test");
  receipt.host_name = "a.test";
  receipt.status = 200;
  receipt.fetched_at = At(5);
  receipt.expires_at = At(86'400'005);
  receipt.crawl_delay = Duration(2500);
  receipt.body = "User-agent: *\nCrawl-delay: 2.5\n";
  batch.batch.robots = receipt;
  batch.batch.hosts.push_back(
      {Host("a.test"), "a.test", "127.0.0.9", Duration(2500), "retry-after", At(9000), 3});
  REQUIRE(WriteNow(*f.store, std::move(batch)));

  const auto robots = RobotsNow(*f.store, "https://a.test");
  REQUIRE(robots);
  CHECK(robots->origin == "https://a.test");
  CHECK(robots->body == "User-agent: *\nCrawl-delay: 2.5\n");
  CHECK(robots->expires_at == At(86'400'005));
  CHECK(robots->status == 200);
  CHECK_FALSE(RobotsNow(*f.store, "http://a.test"));
  const Loaded loaded = LoadNow(*f.store);
  const storage::StoredHost& host = loaded.HostNamed("a.test");
  CHECK(host.ip == "127.0.0.9");
  CHECK(host.delay == Duration(2500));
  CHECK(host.waiting_for == "retry-after");
  CHECK(host.blocked_until == At(9000));
  CHECK(host.backoffs == 3);
}

TEST_CASE("A robots.txt that cannot be renewed stays as it was, but for when it is asked for again") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch first, second;
  storage::RobotsReceipt receipt;
  receipt.origin = "https://a.test";
  receipt.host = Host("a.test");
  receipt.host_name = "a.test";
  receipt.status = 200;
  receipt.fetched_at = At(5);
  receipt.expires_at = At(100);
  receipt.body = "User-agent: *\nDisallow: /a\n";
  first.batch.robots = receipt;
  REQUIRE(WriteNow(*f.store, std::move(first)));
  receipt.status = 503;
  receipt.fetched_at = At(110);
  receipt.expires_at = At(400);
  receipt.body = "";
  receipt.renewal_error = "status 503";
  second.batch.robots = receipt;
  REQUIRE(WriteNow(*f.store, std::move(second)));
  const auto robots = RobotsNow(*f.store, "https://a.test");
  REQUIRE(robots);
  CHECK(robots->status == 200);
  CHECK(robots->fetched_at == At(5));
  CHECK(robots->expires_at == At(400));
  CHECK(robots->body == "User-agent: *\nDisallow: /a\n");
}

TEST_CASE("A sitemap in the queue comes back as one, as deep as it was") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1).Queued(2, 2);
  batch.batch.urls[1].sitemap = 3;
  REQUIRE(WriteNow(*f.store, std::move(batch)));
  const auto rows = QueueNow(*f.store, "a.test");
  REQUIRE(rows->size() == 2);
  CHECK(rows->at(0).sitemap == 0);
  CHECK(rows->at(1).sitemap == 3);
}

TEST_CASE("A URL left aside on a copy of a page is queued when it is met otherwise") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Excluded(1, SkipReason::kDuplicate)));
  CHECK(LoadNow(*f.store).known.empty());
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test")) == std::vector<std::uint64_t>{1});
  CHECK(LoadNow(*f.store).known == std::vector<UrlId>{Id(1)});
}

TEST_CASE("Batches commit in the order of the calls, whatever waits before them") {
  EVERY_BACKEND;
  config::StorageOptions options;
  options.commit_size = KiB(1);  // many groups
  Fixture f(backend, options);
  std::vector<int> order;  // storage thread only, until Close
  for (int i = 1; i <= 500; ++i) {
    Batch batch;
    batch.Queued(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i));
    f.store->Write(std::move(batch.batch), [&order, i](Result<void> result) {
      if (result) order.push_back(i);
    });
  }
  REQUIRE(f.store->Close({At(9999), "done"}));
  CHECK(order.size() == 500);
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(f.store->queued_bytes() == 0);
}

TEST_CASE("Queued bytes count what waits and fall to zero when it is answered") {
  EVERY_BACKEND;
  Fixture f(backend);
  CHECK(f.store->queued_bytes() == 0);
  // The answer of the first write holds the storage thread, so that the second one must wait.
  std::promise<void> hold;
  std::promise<void> held;
  f.store->Write(storage::WriteBatch(), [&](Result<void>) {
    held.set_value();
    hold.get_future().wait();
  });
  held.get_future().wait();
  Batch batch;
  batch.Queued(2, 2);
  const std::size_t bytes = batch.batch.bytes();
  CHECK(bytes > batch.batch.text.bytes());
  std::promise<void> answered;
  f.store->Write(std::move(batch.batch), [&](Result<void>) { answered.set_value(); });
  CHECK(f.store->queued_bytes() == bytes);
  hold.set_value();
  answered.get_future().wait();
  CHECK(f.store->queued_bytes() == 0);
}

TEST_CASE("Close answers every write that was queued before it") {
  EVERY_BACKEND;
  Fixture f(backend);
  std::atomic<int> answers{0};
  for (std::uint64_t i = 1; i <= 50; ++i) {
    Batch batch;
    batch.Queued(i, i);
    f.store->Write(std::move(batch.batch), [&answers](Result<void> result) { answers += result ? 1 : 0; });
  }
  REQUIRE(f.store->Close({At(9999), "done"}));
  CHECK(answers == 50);
}

TEST_CASE("Author and time of publication come with a page, the main content where it is to be kept") {
  EVERY_BACKEND;
  for (const bool keep : {false, true}) {
    config::StorageOptions options;
    options.main_content = keep;
    Fixture f(backend, options);
    const auto stored = [&f] {
      std::string told;
      if (auto* const memory = dynamic_cast<storage::MemoryStore*>(f.store.get())) {
        memory->Look([&told](const storage::MemoryRows& rows) {
          const auto& page = rows.pages.at(Id(1));
          told = page.main_text + "|" + page.author + "|" + page.published_at;
        });
        return told;
      }
      storage::Query(
          f.options.path,
          "SELECT coalesce(main_text, '') || '|' || coalesce(author, '') || '|' || coalesce(published_at, "
          "'') "
          "FROM pages",
          [](const std::vector<std::string>&) {},
          [&told](const std::vector<storage::Value>& row) {
            told = std::get<std::string>(row.at(0));
            return true;
          });
      return told;
    };
    REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
    REQUIRE(
        WriteNow(*f.store, Batch().Visited(1, 1).WithPage("t", "x").WithByline("A", "2024-01-31", "Main")));
    CHECK(stored() == (keep ? "Main|A|2024-01-31" : "|A|2024-01-31"));
    REQUIRE(WriteNow(*f.store, Batch().Visited(1, 2).WithPage("t", "y").WithByline("B", "", "New")));
    CHECK(stored() == (keep ? "New|B|" : "|B|"));
    REQUIRE(WriteNow(*f.store, Batch().Visited(1, 3).WithPage("t", "z")));
    CHECK(stored() == "||");
  }
}

TEST_CASE("Items and structured data come with a page, and later rules are taken") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
  Batch page;
  page.Visited(1, 1)
      .WithPage("t", "x")
      .WithItem("a", 1, "{\"f\":1}")
      .WithItem("a", 0, "{}")
      .WithStructured("json-ld", "1");
  CHECK(page.batch.bytes() > Batch().batch.bytes() + 2 * sizeof(storage::Item));
  REQUIRE(WriteNow(*f.store, page));
  Batch again;
  again.Visited(1, 7).WithPage("t", "x").WithItem("b", 1, "{}");
  REQUIRE(WriteNow(*f.store, again));
  std::promise<Result<void>> set;
  f.store->SetTargets({"site", "other", "third"}, {{.name = "b", .match = "", .each = "", .fields = {}}},
                      [&set](Result<void> done) { set.set_value(done); });
  CHECK(set.get_future().get());
  if (auto* const memory = dynamic_cast<storage::MemoryStore*>(f.store.get())) {
    memory->Look([](const storage::MemoryRows& rows) {
      const auto& row = rows.pages.at(Id(1));
      REQUIRE(row.items.size() == 1);
      CHECK(row.items[0] == std::tuple(std::string("b"), 1U, std::string("{}")));
      CHECK(row.structured.empty());
    });
  }
  CHECK(f.store->queued_bytes() == 0);
}
