#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "storage/free_space.h"
#include "storage/lane.h"

namespace trawl::crawler {

/// Says whether the disks that a crawl writes to (the database's, and that of its WARC files) have room, by
/// storage.min_free. A disk that was low is so until a tenth more than that is free: fetching does not start
/// and stop with every page. Runs on: event loop; asks the disks on a thread of its own, for that may block.
/// Owns the thread; borrows the options.
class DiskGuard {
 public:
  using Source = std::function<std::optional<storage::FreeSpace>(const std::string& path)>;

  struct State {
    bool low = false;
    std::string path;          ///< on the disk that has least room for what it needs
    std::uint64_t free = 0;    ///< bytes
    std::uint64_t needed = 0;  ///< while less is free, the disk is low
  };

  DiskGuard(boost::asio::any_io_executor loop, const config::StorageOptions& options,
            Source source = storage::FreeSpaceAt);
  ~DiskGuard() { lane_.Stop(); }

  /// Asks and waits: before the loop runs.
  void LookAndWait() { Take(Ask()); }
  /// Asks, unless an answer is still to come; then state() changes in some later turn of the loop.
  void Look();

  /// A disk that cannot be asked changes nothing.
  const State& state() const { return state_; }

 private:
  struct Answer {
    std::string path;
    storage::FreeSpace space;
  };
  std::vector<Answer> Ask() const;
  void Take(const std::vector<Answer>& answers);

  boost::asio::any_io_executor loop_;
  const config::StorageOptions& options_;
  const Source source_;
  const std::vector<std::string> paths_;
  State state_;
  bool asked_ = false;
  storage::Lane lane_{"disk"};  // last: its thread ends before what it uses
};

}  // namespace trawl::crawler
