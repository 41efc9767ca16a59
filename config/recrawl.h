#pragma once

#include <optional>
#include <string_view>

#include "config/instant.h"

namespace trawl::config {

/// When what was fetched is fetched again.
struct Recrawl {
  enum class Kind { kNever, kFixed, kAdaptive };
  Kind kind = Kind::kNever;
  Duration interval{};  ///< with kFixed
};

/// "" or "never", "adaptive", or a duration of 1 ms to 10 years. Nothing when it is none of these.
std::optional<Recrawl> ParseRecrawl(std::string_view text);

}  // namespace trawl::config
