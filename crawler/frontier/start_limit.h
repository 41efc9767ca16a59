#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "config/instant.h"
#include "config/url_id.h"
#include "crawler/frontier/line.h"

namespace trawl::crawler {

/// A limit that several hosts share, because they are one address or one registrable domain: their fetches
/// start apart. Hosts that are otherwise ready stand in line for it, so that a thousand of them cost one turn
/// each, not a look at all of them for each start. Runs on: event loop. Owns the line.
struct StartLimit {
  std::string name;
  Instant next = Instant::min();  ///< no host of it starts before
  Instant turn = Instant::max();  ///< where it stands in the schedule; max: nowhere
  Line<HostId> line;
  /// Whose turn it is, on its way through the line of those that are ready: nobody starts before it.
  std::optional<HostId> granted;

  bool crowded() const { return granted.has_value() || !line.empty(); }

  void Start(HostId host, Instant now, Duration apart) {
    previous_ = next;
    starter_ = host;
    next = std::max(next, now + apart);
  }
  /// The latest start, if it is of `host`, did happen.
  void Keep(HostId host) {
    if (starter_ == host) starter_.reset();
  }
  /// The start of `host` did not happen; without effect when another has started since, or it is kept.
  void Undo(HostId host) {
    if (starter_ != host) return;
    next = previous_;
    starter_.reset();
  }

 private:
  Instant previous_ = Instant::min();
  std::optional<HostId> starter_;
};

}  // namespace trawl::crawler
