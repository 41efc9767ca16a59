#pragma once

#include <array>
#include <cstdint>

namespace trawl::crawler {

/// How many durations were at most as long as each of some bounds: what Prometheus makes quantiles of.
class Histogram {
 public:
  /// Milliseconds.
  static constexpr std::array<double, 16> kBounds = {1,   2,    5,    10,   20,    50,    100,   200,
                                                     500, 1000, 2000, 5000, 10000, 20000, 60000, 300000};

  void Add(double ms) {
    std::size_t place = 0;
    while (place < kBounds.size() && ms > kBounds[place]) ++place;
    ++counts_[place];
    sum_ms_ += ms;
  }

  /// Of those longer than the bound before, and at most as long as bound `place`; the last has no bound.
  std::uint64_t count(std::size_t place) const { return counts_[place]; }
  double sum_ms() const { return sum_ms_; }

 private:
  std::array<std::uint64_t, kBounds.size() + 1> counts_{};
  double sum_ms_ = 0;
};

}  // namespace trawl::crawler
