#include "crawler/judgements.h"

#include <string>
#include <string_view>

#include "parser/fingerprint.h"

namespace trawl::crawler {
namespace {

using storage::SkipReason;

/// Values one after the other, told apart by their lengths.
class Sheet {
 public:
  Sheet& Text(std::string_view text) {
    written_.append(std::to_string(text.size())).append(":").append(text);
    return *this;
  }
  Sheet& Number(std::uint64_t number) { return Text(std::to_string(number)); }
  Sheet& List(const std::vector<std::string>& texts) {
    Number(texts.size());
    for (const std::string& text : texts) Text(text);
    return *this;
  }
  std::uint64_t Fingerprint() const { return parser::HashContent(written_); }

 private:
  std::string written_;
};

}  // namespace

std::vector<storage::Judgement> JudgementsOf(const config::Options& options, const Targets& targets) {
  Sheet places, pages;
  pages.Number(options.crawl.max_pages);
  for (std::uint16_t i = 0; i < targets.size(); ++i) {
    const TargetPlan& plan = targets[i];
    if (plan.retired) continue;
    const config::Target& target = plan.target;
    places.Text(target.name).Number(static_cast<std::uint64_t>(target.scope)).List(plan.seeds);
    places.List(target.allow).List(target.deny).Number(plan.max_depth);
    places.List(target.schemes).List(target.ports).Number(target.external_hops);
    pages.Text(target.name).Number(target.max_pages).Number(target.max_pages_per_host);
  }
  Sheet traps, length, redirects;
  traps.Number(options.crawl.max_repeats).Number(options.crawl.max_query_variants);
  traps.Number(options.crawl.max_path_depth);
  length.Number(options.crawl.max_url.count);
  redirects.Number(options.crawl.max_redirects);
  const std::uint64_t by_place = places.Fingerprint();
  // Whatever a change lets pass the scope is judged by depth next, so these five go together.
  return {{SkipReason::kScope, by_place},
          {SkipReason::kDenied, by_place},
          {SkipReason::kNotAllowed, by_place},
          {SkipReason::kDepth, by_place},
          {SkipReason::kHops, by_place},
          {SkipReason::kPageLimit, pages.Fingerprint()},
          {SkipReason::kTooLong, length.Fingerprint()},
          {SkipReason::kRedirectLimit, redirects.Fingerprint()},
          {SkipReason::kTrap, traps.Fingerprint()}};
}

}  // namespace trawl::crawler
