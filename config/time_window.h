#pragma once

#include <optional>
#include <string_view>

namespace trawl::config {

/// A part of each day, in minutes since midnight: `from` is in it, `to` is not. With from > to it reaches
/// over midnight.
struct TimeWindow {
  int from = 0;
  int to = 0;

  bool Contains(int minute) const {
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
  }
};

/// "22:00-06:00", to the minute; "24:00" ends a day. Nothing when it is none, or is no time at all.
std::optional<TimeWindow> ParseTimeWindow(std::string_view text);

}  // namespace trawl::config
