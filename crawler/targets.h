#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "config/options.h"
#include "config/pause_rule.h"
#include "config/recrawl.h"
#include "config/time_window.h"
#include "crawler/frontier/frontier.h"
#include "crawler/item_rules.h"
#include "crawler/page_budget.h"
#include "crawler/scope.h"
#include "crawler/time_zone.h"

namespace trawl::crawler {

/// One crawl target, ready for use: its scope compiled, its seeds normalised, its own values or the sections'
/// in one place.
struct TargetPlan {
  config::Target target;
  Scope scope;
  std::vector<std::string> seeds;  ///< normalised
  HostPolicy policy{};
  std::uint32_t max_depth = 20;
  Duration timeout{};
  Bytes max_body{};
  config::Recrawl recrawl{};
  std::optional<config::TimeWindow> window{};  ///< of the day, in which it is fetched; none: always
  std::string zone_name{};                     ///< of the window; empty: the process's
  std::shared_ptr<const TimeZone> zone{};      ///< of that name
  std::optional<config::PauseRule> pause_on{};
  bool obey_robots = true;
  bool follow_nofollow = false;
  std::vector<std::string> sitemaps{};      ///< normalised; those of the configuration
  bool retired = false;                     ///< a reload has removed it: nothing of it is fetched
  std::string authorization{};              ///< the field's value; empty for none
  std::vector<std::string> auth_origins{};  ///< "https://example.org": where alone it is sent
};

/// All targets of a configuration. Runs on: event loop. Const after construction.
class Targets {
 public:
  /// Adds an error to `loaded` for each seed that is no crawlable URL, each expression that RE2 refuses, each
  /// time zone that there is not, and each item rule that does not compile.
  explicit Targets(config::Loaded& loaded);

  struct Place {
    std::uint16_t target = 0;
    ScopeVerdict verdict;  ///< of the first target asked, when none takes the URL
  };
  /// The target that a URL found on a page of `from` belongs to: `from` itself when it takes it, else the
  /// first that has it on its site. `hops` as Scope::Judge. A retired one keeps what nobody else takes: it is
  /// queued there, unfetched, and goes on when the target comes back.
  Place Find(std::uint16_t from, std::string_view url, const parser::UrlParts& parts,
             std::uint8_t hops = 1) const;
  /// The first target that has the URL on its site and takes it, retired ones left out.
  std::optional<std::uint16_t> OwnerOf(std::string_view url, const parser::UrlParts& parts) const;

  void Retire(std::uint16_t index) { plans_[index].retired = true; }
  const TargetPlan& operator[](std::uint16_t index) const { return plans_[index]; }
  std::uint16_t size() const { return static_cast<std::uint16_t>(plans_.size()); }
  std::vector<std::string> Names() const;
  const std::shared_ptr<const ItemRules>& items() const { return items_; }
  /// The item rules of the targets that are not retired.
  std::vector<config::ItemRule> CurrentRules() const;
  std::vector<PageBudget::Limits> PageLimits() const;
  std::vector<HostPolicy> Policies() const;
  /// By target: the first interval of its revisits; none where nothing is visited again.
  std::vector<std::optional<Duration>> RecrawlIntervals() const;
  /// What none of the targets would find too harsh.
  HostPolicy Gentlest() const;

 private:
  std::vector<TargetPlan> plans_;
  std::shared_ptr<const ItemRules> items_;
};

}  // namespace trawl::crawler
