#include "crawler/discovery.h"

#include <string>
#include <utility>
#include <vector>

#include "config/load.h"
#include "parser/fingerprint.h"
#include "parser/url.h"
#include "tests/support/catch.h"

using namespace trawl;
using crawler::Discovery;
using storage::SkipReason;

namespace {

constexpr const char* kRoot = "http://a.test/";

/// A frontier of one target that goes one link deep.
struct DiscoveryRig {
  DiscoveryRig()
      : loaded(config::Load(std::string("[[target]]\nmax_depth = 1\nseeds = ['") + kRoot + "']\n", "test")),
        targets(loaded),
        discovery(frontier, targets, Discovery::LimitsOf(loaded.options.crawl)) {}

  /// What the store is told of the links of a page: the URL's path, or why it is left out.
  std::vector<std::string> Links(std::uint16_t depth, std::vector<parser::ParsedLink> links,
                                 const crawler::FollowRules& rules = {}) {
    crawler::Step step;
    parser::ParsedPage page;
    page.links = std::move(links);
    parser::UrlParts parts;
    REQUIRE(parser::SplitNormalized(kRoot, parts));
    discovery.Links(step, {parser::FingerprintUrl(kRoot), 0, depth}, parts, page, rules);
    CHECK(step.batch.links.size() == page.links.size());
    std::vector<std::string> told;
    for (const storage::NewUrl& url : step.batch.urls)
      told.push_back(std::string(url.url.substr(14)) + " " + std::to_string(static_cast<int>(url.skip)));
    return told;
  }

  config::Loaded loaded;
  crawler::Targets targets;
  crawler::Frontier frontier{1000};
  Discovery discovery;
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "What is left out but may yet be queued is told to the store once, and queued when a way leads there") {
  DiscoveryRig rig;
  const std::string depth = std::to_string(static_cast<int>(SkipReason::kDepth)),
                    not_page = std::to_string(static_cast<int>(SkipReason::kNotPage));
  const std::vector<parser::ParsedLink> links = {{"http://a.test/deep"},
                                                 {"http://a.test/logo.png", parser::LinkKind::kImage}};
  CHECK(rig.Links(1, links) == Told{"deep " + depth, "logo.png " + not_page});
  CHECK(rig.Links(1, links) == Told{});
  CHECK(rig.Links(0, links) == Told{"deep 0"});
  CHECK(rig.Links(0, links) == Told{});
  CHECK(rig.Links(0, {{"http://a.test/logo.png"}}) == Told{"logo.png 0"});
}

TEST_CASE(
    "Of a page that is a copy of another only that one is followed, and what else it names may yet be "
    "queued") {
  DiscoveryRig rig;
  const std::string duplicate = std::to_string(static_cast<int>(SkipReason::kDuplicate));
  const std::vector<parser::ParsedLink> links = {{"http://a.test/next"}, {"http://a.test/whole"}};
  crawler::FollowRules copy;
  copy.copy_of = "http://a.test/whole";
  CHECK(rig.Links(0, links, copy) == Told{"next " + duplicate, "whole 0"});
  CHECK(rig.Links(0, links) == Told{"next 0"});
}
