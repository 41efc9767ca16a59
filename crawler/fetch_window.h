#pragma once

#include <algorithm>
#include <cstdint>

#include "config/instant.h"

namespace trawl::crawler {

/// How many pages may be under way, so that they come about as fast as they are parsed and stored. With more,
/// thousands come at once and wait in memory. It works as TCP's window does with what a path carries: a page
/// that is stored lets one more begin; the window doubles with each round of fetches up to what was found to
/// be enough, then grows slowly until pages pile up; then it becomes what the rate of storing and the time of
/// a fetch multiply to (Little's law). Runs on: event loop; pure: time is an argument.
class FetchWindow {
 public:
  /// Where it begins, too: a crash costs what is under way.
  static constexpr double kLeast = 64;
  /// Fetched pages that wait to be parsed and stored, beyond which they pile up. Enough to keep the parsers
  /// and one group of commits busy.
  static constexpr std::uint64_t kPile = 64;
  /// Of a round, beyond what was enough.
  static constexpr double kGrowth = 0.25;
  /// Of a pile, over which the rate of storing is measured: two rounds of fetches, within these bounds.
  static constexpr Duration kLeastMeasured{20}, kMostMeasured{500};

  /// `under_way`: from the beginning of a page's fetch until it is stored.
  bool HasRoom(std::uint64_t under_way) const { return static_cast<double>(under_way) < size_ + kPile; }

  /// A fetch has ended that took so long.
  void Fetched(Duration took) {
    const auto ms = static_cast<double>(std::max<Duration::rep>(took.count(), 0));
    mean_ms_ = mean_ms_ < 0 ? ms : mean_ms_ + (ms - mean_ms_) / 64;
  }

  /// A page is parsed and stored. `waiting`: fetched pages that are not yet; `limit`: crawl.max_fetches.
  void Stored(std::uint64_t waiting, std::uint64_t limit, Instant now) {
    const bool piled = waiting >= kPile;
    const double growth = size_ < enough_ ? 1 : piled ? 0 : kGrowth;
    size_ = std::min(size_ + growth, static_cast<double>(limit));
    if (!piled) piled_ = 0;
    if (!piled || piled_++ == 0) since_ = now;
    const Duration rounds(static_cast<Duration::rep>(2 * std::max(mean_ms_, 0.0)));
    if (now - since_ < std::clamp(rounds, kLeastMeasured, kMostMeasured)) return;
    enough_ = std::max(kLeast,
                       static_cast<double>(piled_) * mean_ms_ / static_cast<double>((now - since_).count()));
    size_ = std::min(size_, enough_);
    piled_ = 0;
  }

  std::uint64_t size() const { return static_cast<std::uint64_t>(size_); }

 private:
  double size_ = kLeast;
  double enough_ = 1e9;
  double mean_ms_ = -1;  ///< of a fetch
  Instant since_{};
  std::uint64_t piled_ = 0;  ///< pages stored since then, while others were piled up
};

}  // namespace trawl::crawler
