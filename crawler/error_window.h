#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "config/pause_rule.h"

namespace trawl::crawler {

/// How many of the last fetches of a target have failed, by its rule. Without a rule it counts nothing.
class ErrorWindow {
 public:
  /// Another rule than before begins anew.
  void SetRule(const std::optional<config::PauseRule>& rule) {
    if (rule == rule_) return;
    rule_ = rule;
    Clear();
  }

  /// One more fetch has ended. True when the rule says that it is too much.
  bool Add(bool failed) {
    if (!rule_) return false;
    if (last_.size() < rule_->fetches) {
      last_.push_back(failed);
    } else {
      failed_ -= last_[oldest_] ? 1 : 0;
      last_[oldest_] = failed;
      oldest_ = (oldest_ + 1) % last_.size();
    }
    failed_ += failed ? 1 : 0;
    return last_.size() == rule_->fetches &&
           std::uint64_t{failed_} * 100 >= std::uint64_t{rule_->percent} * rule_->fetches;
  }

  void Clear() {
    last_.clear();
    oldest_ = 0;
    failed_ = 0;
  }
  std::uint32_t failed() const { return failed_; }
  std::size_t fetches() const { return last_.size(); }

 private:
  std::optional<config::PauseRule> rule_;
  std::vector<bool> last_;  ///< a ring once it is full
  std::size_t oldest_ = 0;
  std::uint32_t failed_ = 0;  ///< of last_
};

}  // namespace trawl::crawler
