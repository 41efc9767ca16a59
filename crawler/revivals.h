#pragma once

#include <cstddef>
#include <unordered_set>

#include "config/url_id.h"

namespace trawl::crawler {

/// Excluded URLs on their way back: read from the store, judged, written. Several of these may be under way,
/// and what one has read may be out of date when it writes; so each URL is only one's. Runs on: event loop.
class Revivals {
 public:
  /// Before the store is read.
  void Begin() { ++under_way_; }
  /// False: another that is under way has taken it.
  bool Take(UrlId id) { return taken_.insert(id).second; }
  /// What was taken is committed, or given up.
  void End() {
    if (--under_way_ == 0) taken_.clear();
  }

 private:
  std::size_t under_way_ = 0;
  std::unordered_set<UrlId> taken_;
};

}  // namespace trawl::crawler
