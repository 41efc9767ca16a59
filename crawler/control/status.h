#pragma once

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
  std::vector<std::pair<std::string, std::string>> held{};  ///< targets that wait, and as what
  bool ready = true;  ///< false: what an earlier run left is still being read
  bool paused = false;
  bool stopping = false;
};

/// The answer to /status. Times in milliseconds or ISO-8601, sizes in bytes; "" as a reason means "could be
/// fetched now".
json::object StatusOf(const StatusInput& input);

/// "starting", "crawling", "paused", "disk_low" or "stopping".
std::string_view StateOf(const StatusInput& input);

/// Bytes of a file; 0 when there is none.
std::uint64_t FileBytes(const std::string& path);

}  // namespace trawl::crawler
