#pragma once

#include <cstdint>
#include <map>

#include "config/outcome.h"
#include "crawler/histogram.h"
#include "storage/records.h"

namespace trawl::crawler {

/// What the visits of this run came to, and how long each stage of them took.
struct Tally {
  std::map<Outcome, std::uint64_t> outcomes;
  Histogram dns, connect, tls, first_byte, fetch;
  Histogram parse;   ///< in the worker
  Histogram commit;  ///< from handing a batch over until it is committed

  /// A visit adds to the stages that it had.
  void Count(const storage::Visit& visit) {
    ++outcomes[visit.outcome];
    const auto add = [](Histogram& histogram, const std::optional<std::uint32_t>& ms) {
      if (ms) histogram.Add(*ms);
    };
    add(dns, visit.dns_ms);
    add(connect, visit.connect_ms);
    add(tls, visit.tls_ms);
    add(first_byte, visit.first_byte_ms);
    add(fetch, visit.total_ms);
  }
};

}  // namespace trawl::crawler
