#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/url_id.h"

namespace trawl::crawler {

/// How many pages the crawl, a target and each of its hosts may still bring. Runs on: event loop. Owns the
/// counts. A page counts from its fetch on, so that fetches under way cannot pass a limit together.
class PageBudget {
 public:
  /// Of one target, in pages; 0 is no limit.
  struct Limits {
    std::uint64_t pages = 0;
    std::uint64_t pages_per_host = 0;
  };
  /// `crawl`: pages of all targets together; 0 is no limit.
  PageBudget(std::uint64_t crawl, std::vector<Limits> limits)
      : crawl_limit_(crawl), limits_(std::move(limits)), targets_(limits_.size()) {}

  /// Other limits, for as many targets or more.
  void SetLimits(std::uint64_t crawl, std::vector<Limits> limits) {
    crawl_limit_ = crawl;
    limits_ = std::move(limits);
    targets_.resize(limits_.size());
  }

  enum class Answer {
    kYes,    ///< taken: Give must follow
    kLater,  ///< what is under way may use the rest up, or may not
    kNo,     ///< used up
  };
  /// What Take would say now, of any target and host.
  Answer AskCrawl() const { return Judge(crawl_limit_, crawl_); }
  /// What Take would say now.
  Answer Ask(std::uint16_t target, HostId host) const;
  /// The limit that makes Ask say no, as the configuration writes it.
  std::string Reached(std::uint16_t target) const;
  Answer Take(std::uint16_t target, HostId host);
  /// The fetch that was taken has ended; `page`: it brought one.
  void Give(std::uint16_t target, HostId host, bool page);
  std::uint64_t pages(std::uint16_t target) const { return targets_[target].used; }
  /// Pages of an earlier run.
  void RestoreCrawl(std::uint64_t pages) { crawl_.used += pages; }
  void RestoreTarget(std::uint16_t target, std::uint64_t pages) { targets_[target].used += pages; }
  void RestoreHost(HostId host, std::uint64_t pages) { hosts_[host].used += pages; }

 private:
  struct Count {
    std::uint64_t used = 0;
    std::uint64_t under_way = 0;
  };
  static Answer Judge(std::uint64_t limit, const Count& count);

  std::uint64_t crawl_limit_;
  Count crawl_;
  std::vector<Limits> limits_;
  std::vector<Count> targets_;
  std::unordered_map<HostId, Count> hosts_;
};

}  // namespace trawl::crawler
