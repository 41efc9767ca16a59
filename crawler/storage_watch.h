#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/disk_guard.h"
#include "storage/store.h"

namespace trawl::crawler {

inline constexpr std::string_view kTroubleNames[] = {"disk_low", "database_locked", "log_pinned"};

/// What keeps storage from its work and passes without a restart, for an operator to see to.
struct Trouble {
  std::string_view name;  ///< of kTroubleNames
  std::string sentence;   ///< what it is and what to do
};

/// Looks after what a crawl is stored on, and tells once when trouble begins and when it is over. Runs on:
/// event loop. Owns the guard of the disks; borrows the store.
class StorageWatch {
 public:
  /// Begins a trouble, or is `over`: then the sentence says so.
  using Tell = std::function<void(const Trouble& trouble, bool over)>;

  StorageWatch(boost::asio::any_io_executor loop, const config::StorageOptions& options,
               const storage::Store& store, Tell tell, DiskGuard::Source source = storage::FreeSpaceAt);

  /// Before the loop runs: asks the disks at once.
  void Start();
  /// Now and then: takes what has changed, and asks the disks anew.
  void Look();

  const DiskGuard::State& disk() const { return disk_.state(); }
  // As of the last Look.
  bool disk_low() const;
  const std::vector<Trouble>& troubles() const { return troubles_; }

 private:
  void Compare();

  const std::string database_;
  const storage::Store& store_;
  const Tell tell_;
  DiskGuard disk_;
  std::vector<Trouble> troubles_;
};

}  // namespace trawl::crawler
