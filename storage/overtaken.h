#pragma once

#include <cstdint>
#include <unordered_map>

#include "config/url_id.h"

namespace trawl::storage {

/// Which words about hosts are out of date: those of batches that an urgent batch has overtaken. Runs on:
/// storage thread.
class Overtaken {
 public:
  /// Whether a batch, the `order`-th that was handed over, is the newest that says something of the host.
  bool IsNewest(HostId host, std::uint64_t order, bool urgent) {
    const auto said = newest_.find(host);
    if (said != newest_.end() && order < said->second) return false;
    if (urgent) {
      newest_[host] = order;
    } else if (said != newest_.end()) {
      newest_.erase(said);  // whatever follows comes in order
    }
    return true;
  }

 private:
  std::unordered_map<HostId, std::uint64_t> newest_;  ///< of an urgent batch; one entry for each such host
};

}  // namespace trawl::storage
