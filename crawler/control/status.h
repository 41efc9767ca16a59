#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/options.h"
#include "crawler/cli/json.h"
#include "crawler/control/history.h"
#include "crawler/engine.h"
#include "crawler/parse_pool.h"
#include "crawler/storage_watch.h"

namespace trawl::crawler {

/// What a daemon knows of itself at one moment.
struct StatusInput {
  const config::Options& options;
  Progress progress;
  const Tally& tally;
  const Histogram& lag;  ///< how late the event loop was, looked at ten times a second
  std::map<WaitReason, Frontier::Waiting> waiting;
  PoolCounts parser;
  Sample now;
  const History& history;
  const StorageWatch& storage;
  std::chrono::microseconds last_commit;
  std::vector<std::pair<std::string, std::string>> held{};  ///< targets that wait, and as what
  std::string_view state = "crawling";                      ///< as StateOf
  bool paused = false;
};

/// The answer to /status. Times in milliseconds or ISO-8601, sizes in bytes; "" as a reason means "could be
/// fetched now".
json::object StatusOf(const StatusInput& input);

/// What is under way, by the stage that it is at, in their order: those of kFetchStageNames, "parsing",
/// "storing".
std::vector<std::pair<std::string_view, std::uint64_t>> StagesOf(const Progress& progress);

/// "starting", "crawling", "paused", "disk_low" or "stopping".
std::string_view StateOf(const Engine& engine, const StorageWatch& storage, bool stopping);

/// Bytes of a file; 0 when there is none.
std::uint64_t FileBytes(const std::string& path);

}  // namespace trawl::crawler
