#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/storage/crawl.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace trawl::test {

/// A store of one backend of storage/open_store.cc, in its first run.
struct Fixture {
  explicit Fixture(const std::string& path, config::StorageOptions with = {}) : options(std::move(with)) {
    options.path = path == "sqlite" ? (folder / "trawl.db").string() : path;
    storage::OpenedStore opened = storage::OpenStore(options);
    INFO(opened.error);
    REQUIRE(opened.store);
    store = std::move(opened.store);
    REQUIRE(store->BeginRun(StartOfRun({"site", "other"})));
  }

  TempDir folder;
  config::StorageOptions options;
  std::unique_ptr<storage::Store> store;
};

inline std::vector<std::uint64_t> SeqsOf(const std::vector<storage::QueuedUrl>& rows) {
  std::vector<std::uint64_t> seqs;
  for (const storage::QueuedUrl& row : rows) seqs.push_back(row.place.key.seq);
  return seqs;
}

}  // namespace trawl::test

#define EVERY_BACKEND                                         \
  const std::string backend = GENERATE("sqlite", ":memory:"); \
  INFO("backend " << backend)
