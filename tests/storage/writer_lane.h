#pragma once

#include <memory>
#include <utility>

#include "storage/sqlite/open_database.h"
#include "storage/sqlite/writer.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

namespace trawl::test {

/// A writer alone, without the threads of a store: idle moments come when the test says so, and time is its
/// own if it gives a clock.
struct WriterLane : Database {
  explicit WriterLane(config::StorageOptions given = {},
                      storage::sqlite::LockWait::Clock clock = std::chrono::steady_clock::now) {
    given.path = options.path;
    options = std::move(given);
    std::string error;
    db = storage::sqlite::OpenForWriting(options, "", error);
    REQUIRE(error == "");
    writer = std::make_unique<storage::sqlite::Writer>(*db, options, std::move(clock));
    writer->BeginRun(StartOfRun());
  }
  /// Applies and commits.
  Result<void> Put(const Batch& batch) {
    const Result<void> applied = writer->Apply(batch.batch);
    writer->Commit();
    if (!applied) return applied;
    if (writer->error()) return writer->error();
    return {};
  }
  void Visit(std::uint64_t number, std::int64_t ms, Outcome outcome = Outcome::kOk) {
    Batch batch;
    batch.Queued(number, number)
        .Visited(number, number, outcome, outcome == Outcome::kOk ? 200 : 301, "a.test", ms);
    if (outcome == Outcome::kOk) batch.WithPage("page", "text");
    if (outcome == Outcome::kRedirect) batch.batch.redirect = storage::Redirect{Id(1), 301};
    REQUIRE(Put(batch));
  }
  int Tidy() {
    int steps = 0;
    while (writer->Tidy()) ++steps;
    REQUIRE_FALSE(writer->error());
    return steps;
  }
  std::unique_ptr<storage::sqlite::Connection> db;
  std::unique_ptr<storage::sqlite::Writer> writer;
};

}  // namespace trawl::test
