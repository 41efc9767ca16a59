#pragma once

#include <string>
#include <utility>

#include "config/outcome.h"

namespace trawl::crawler {

/// Why a fetch ended before its time: the outcome to record and a sentence for people. kOk: nothing failed.
struct FetchFailure {
  Outcome outcome = Outcome::kOk;
  std::string detail;

  FetchFailure() = default;
  FetchFailure(Outcome what, std::string why) : outcome(what), detail(std::move(why)) {}
  explicit operator bool() const { return outcome != Outcome::kOk; }
};

}  // namespace trawl::crawler
