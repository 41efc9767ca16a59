#include "crawler/page_budget.h"

#include <algorithm>

namespace trawl::crawler {

PageBudget::Answer PageBudget::Judge(std::uint64_t limit, const Count& count) {
  if (limit == 0) return Answer::kYes;
  if (count.used >= limit) return Answer::kNo;
  return count.used + count.under_way >= limit ? Answer::kLater : Answer::kYes;
}

PageBudget::Answer PageBudget::Ask(std::uint16_t target, HostId host) const {
  const Answer of_target = Judge(limits_[target].pages, targets_[target]);
  const auto found = hosts_.find(host);
  const Answer of_host =
      found == hosts_.end() ? Answer::kYes : Judge(limits_[target].pages_per_host, found->second);
  return std::max({AskCrawl(), of_target, of_host});  // the strictest one stands furthest down
}

std::string PageBudget::Reached(std::uint16_t target) const {
  const Limits& limits = limits_[target];
  if (AskCrawl() == Answer::kNo) return "crawl.max_pages = " + std::to_string(crawl_limit_);
  if (Judge(limits.pages, targets_[target]) == Answer::kNo)
    return "max_pages = " + std::to_string(limits.pages);
  return "max_pages_per_host = " + std::to_string(limits.pages_per_host);
}

PageBudget::Answer PageBudget::Take(std::uint16_t target, HostId host) {
  const Answer answer = Ask(target, host);
  if (answer == Answer::kYes) {
    ++crawl_.under_way;
    ++targets_[target].under_way;
    ++hosts_[host].under_way;
  }
  return answer;
}

void PageBudget::Give(std::uint16_t target, HostId host, bool page) {
  for (Count* count : {&crawl_, &targets_[target], &hosts_[host]}) {
    --count->under_way;
    count->used += page;
  }
}

}  // namespace trawl::crawler
