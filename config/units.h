#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/bytes.h"
#include "config/instant.h"

namespace trawl::config {

/// "250ms", "1s", "1.5h", "5min", "7d": a decimal number and one unit of ms, s, m, min, h, d. "0" needs no
/// unit. Nothing when it is not that, is not whole milliseconds, or passes 100 years.
std::optional<Duration> ParseDuration(std::string_view text);

/// "512B", "64KiB", "1.5MiB", "2GiB", "1TiB": a decimal number and one unit. "0" needs no unit.
/// Nothing when it is not that, is not whole bytes, or passes 2^62.
std::optional<Bytes> ParseSize(std::string_view text);

/// The shortest exact spelling that the parser above reads back to the same value.
std::string FormatDuration(Duration duration);
std::string FormatSize(Bytes size);

}  // namespace trawl::config
