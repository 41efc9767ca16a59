#pragma once

#include <cstdint>
#include <deque>

#include "config/instant.h"

namespace trawl::crawler {

/// What a crawl looked like at one moment.
struct Sample {
  Instant at{};
  std::uint64_t pages = 0, visits = 0, errors = 0, bytes_wire = 0;  ///< sums of the run
  std::uint64_t in_flight = 0, parsing = 0, queued = 0, known = 0;
  std::uint64_t storage_bytes = 0;  ///< waiting for the disk
  std::uint64_t memory = 0;         ///< resident bytes of this process
  std::uint64_t parser_memory = 0;  ///< of the parser processes together, as of the last second
  double loop_lag_ms = 0;           ///< the latest the loop was since the last sample
};

/// The last ten minutes, a sample a second, and the rates they give. Runs on: event loop.
class History {
 public:
  static constexpr std::size_t kSamples = 600;

  void Add(const Sample& sample);
  const std::deque<Sample>& samples() const { return samples_; }

  struct Rates {
    double pages = 0, bytes = 0, errors = 0;  ///< a second
  };
  /// Over the last `span` of samples.
  Rates Over(Duration span) const;

 private:
  std::deque<Sample> samples_;
};

}  // namespace trawl::crawler
