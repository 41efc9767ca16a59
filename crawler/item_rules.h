#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "parser/expression.h"

namespace trawl::crawler {

/// The item rules of all targets, as the parser processes get them and as the loop asks which of them a page
/// is for. Runs on: event loop. Const after construction; shared by the documents under way when a reload
/// brings other rules.
class ItemRules {
 public:
  /// Adds an error to `loaded` for each expression, selector, path or default that does not compile.
  explicit ItemRules(config::Loaded& loaded);

  /// The numbers of those rules of a target whose `match` the normalised URL matches.
  std::vector<std::uint16_t> Matching(std::uint16_t target, std::string_view url) const;
  /// Whether one rule does.
  bool Matches(std::uint16_t rule, std::string_view url) const;
  /// The number of a rule by its name.
  std::optional<std::uint16_t> Find(std::string_view name) const;

  std::uint16_t TargetOf(std::uint16_t rule) const { return places_[rule].target; }
  std::uint16_t size() const { return static_cast<std::uint16_t>(rules_.size()); }
  const config::ItemRule& operator[](std::uint16_t rule) const { return rules_[rule]; }
  /// The frame that brings them to a worker.
  const std::shared_ptr<const std::string>& frame() const { return frame_; }

 private:
  struct Place {
    std::uint16_t target;
    std::optional<parser::Expression> match;
  };

  std::vector<config::ItemRule> rules_;
  std::vector<Place> places_;
  std::shared_ptr<const std::string> frame_;
};

}  // namespace trawl::crawler
