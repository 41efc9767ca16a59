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
  explicit DiscoveryRig(const std::string& target = "max_depth = 1", const std::string& crawl = "")
      : loaded(config::Load("[crawl]\n" + crawl + "\n[[target]]\n" + target + "\nseeds = ['" + kRoot + "']\n",
                            "test")),
        targets(loaded),
        discovery(frontier, targets, Discovery::LimitsOf(loaded.options.crawl)) {}

  /// What the store is told of the links of a page: the URL's path, or why it is left out.
  std::vector<std::string> Links(std::uint16_t depth, std::vector<parser::ParsedLink> links,
                                 const crawler::FollowRules& rules = {}, std::uint8_t hops = 0) {
    crawler::Step step;
    parser::ParsedPage page;
    page.links = std::move(links);
    parser::UrlParts parts;
    REQUIRE(parser::SplitNormalized(kRoot, parts));
    discovery.Links(step, {parser::FingerprintUrl(kRoot), 0, depth, 0, 0, hops}, parts, page, rules);
    CHECK(step.batch.links.size() == page.links.size());
    std::vector<std::string> told;
    queued_hops.clear();
    for (const crawler::PendingUrl& pending : step.pending) queued_hops.push_back(pending.url.hops);
    for (const storage::NewUrl& url : step.batch.urls)
      told.push_back(std::string(url.url.substr(14)) + " " + std::to_string(static_cast<int>(url.skip)));
    return told;
  }

  /// Meets a page of a.test with this title and simhash, and a content and a link of its own unless `content`
  /// is given: the rule that keeps the link from being followed, or "" when it is.
  std::string Meet(std::string_view title, std::uint64_t simhash, std::uint64_t content = 0) {
    crawler::Step step;
    parser::ParsedPage page;
    const std::string link = "http://a.test/" + std::to_string(++met);
    page.links = {{link}};
    page.links_found = 1;
    page.title = title;
    page.simhash = simhash;
    page.content_hash = content != 0 ? content : met;
    parser::UrlParts parts;
    REQUIRE(parser::SplitNormalized(kRoot, parts));
    crawler::FollowRules rules;
    const HostId host = parser::FingerprintHost("a.test");
    rules.content = crawler::ContentKey(host, page);
    rules.kind = crawler::KindKey(host, page);
    discovery.Links(step, {parser::FingerprintUrl(kRoot), 0, 0}, parts, page, rules);
    REQUIRE(step.batch.urls.size() == 1);
    const storage::NewUrl& row = step.batch.urls[0];
    CHECK((row.skip == SkipReason::kDuplicate) == !row.rule.empty());
    return std::string(row.rule);
  }

  std::vector<int> queued_hops;  ///< of the last call of Links
  std::uint64_t met = 1000;
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

TEST_CASE("Hops are counted along the path, begin anew on the site, and a shorter way may yet be found") {
  DiscoveryRig rig("external_hops = 2");
  using Hops = std::vector<int>;
  const std::string hops = std::to_string(static_cast<int>(SkipReason::kHops));
  CHECK(rig.Links(0, {{"http://b.test/one"}, {"http://a.test/in"}}) == Told{"one 0", "in 0"});
  CHECK(rig.queued_hops == Hops{1, 0});
  CHECK(rig.Links(1, {{"http://b.test/two"}, {"http://a.test/back"}}, {}, 1) == Told{"two 0", "back 0"});
  CHECK(rig.queued_hops == Hops{2, 0});
  CHECK(rig.Links(2, {{"http://c.test/far"}}, {}, 2) == Told{"far " + hops});
  CHECK(rig.Links(0, {{"http://c.test/far"}}, {}, 0) == Told{"far 0"});
  CHECK(rig.queued_hops == Hops{1});
}

TEST_CASE("A redirect off the site is a hop, one within it and one elsewhere are none") {
  DiscoveryRig rig("external_hops = 1");
  const auto hops = [&](const std::string& url, std::uint8_t from) {
    crawler::Step step;
    rig.discovery.Redirect(step, {parser::FingerprintUrl(kRoot), 0, 1, 0, 0, from}, "a.test", url);
    return step.pending.empty() ? -1 : static_cast<int>(step.pending[0].url.hops);
  };
  CHECK(hops("http://a.test/x", 0) == 0);
  CHECK(hops("http://b.test/x", 0) == 1);
  CHECK(hops("http://b.test/y", 1) == 1);
}

TEST_CASE("A URL that was left out for its hops is taken when the configuration lets it") {
  DiscoveryRig rig("external_hops = 3");
  storage::ExcludedUrl url;
  url.url = "http://c.test/far";
  url.id = parser::FingerprintUrl(url.url);
  url.skip = SkipReason::kHops;
  url.hops = 3;
  crawler::Step step;
  rig.discovery.Rejudge(step, 0, url);
  REQUIRE(step.pending.size() == 1);
  CHECK(step.pending[0].url.hops == 3);
}

TEST_CASE("A URL that is too long keeps how far off the site it is, for when the limit allows more") {
  DiscoveryRig rig("external_hops = 3", "max_url = '100B'");
  crawler::Step step;
  const std::string far = "http://b.test/" + std::string(100, 'x');
  rig.discovery.Redirect(step, {parser::FingerprintUrl(kRoot), 0, 1, 0, 0, 2}, "c.test", far);
  REQUIRE(step.batch.urls.size() == 1);
  CHECK(step.batch.urls[0].skip == SkipReason::kTooLong);
  CHECK(step.batch.urls[0].hops == 2);
}

TEST_CASE("Near copies of a page are followed as often as is allowed") {
  DiscoveryRig rig("max_depth = 1", "max_near_duplicates = 3");
  const std::string cut = "crawl.max_near_duplicates = 3";
  constexpr std::uint64_t kText = 0x0123456789ABCDEF;
  CHECK(rig.Meet("Not found", kText) == "");
  CHECK(rig.Meet("Not found", kText ^ 0b1) == "");
  CHECK(rig.Meet("Not found", kText ^ 0b10110) == "");
  CHECK(rig.Meet("Not found", kText ^ (std::uint64_t{0b111} << 61)) == cut);
  CHECK(rig.Meet("Not found", kText) == cut);
  // Under another title, or with too little text to tell.
  for (int i = 0; i < 10; ++i) {
    CHECK(rig.Meet("Page " + std::to_string(i), kText) == "");
    CHECK(rig.Meet("Not found", 0) == "");
  }
  CHECK(rig.Meet("Not found", kText) == cut);
  // A bit too far away: one that is not alike.
  CHECK(rig.Meet("Not found", kText ^ 0b1111) == "");
  CHECK(rig.Meet("Not found", kText) == "");
  CHECK(rig.Meet("Not found", kText) == cut);
}

TEST_CASE("Of URLs that differ in a value alone no more are taken once nearly all were copies") {
  DiscoveryRig rig("max_depth = 5", "max_duplicates = 3");
  const auto parts = [](const std::string& url) {
    parser::UrlParts split;
    REQUIRE(parser::SplitNormalized(url, split));
    return split;
  };
  const auto visit = [&](const std::string& url, std::uint64_t content) {
    crawler::Step step;
    parser::ParsedPage page;
    page.content_hash = content;
    crawler::FollowRules rules;
    rules.content = crawler::ContentKey(parser::FingerprintHost("a.test"), page);
    rig.discovery.Links(step, {parser::FingerprintUrl(url), 0, 0}, parts(url), page, rules);
  };
  const std::string list = "http://a.test/list?page=", sorted = "http://a.test/list?sort=";
  for (int n = 0; n < 4; ++n) {
    visit(sorted + std::to_string(n), 77);
    CHECK(rig.discovery.FindCopiedPattern(parts("http://a.test/list?sort=9")) == "");
  }
  visit(sorted + "4", 77);
  const std::string cut = "crawl.max_duplicates = 3, of pages of its pattern";
  CHECK(rig.discovery.FindCopiedPattern(parts("http://a.test/list?sort=9")) == cut);
  CHECK(rig.discovery.FindCopiedPattern(parts("http://a.test/list?page=9")) == "");
  CHECK(rig.discovery.FindCopiedPattern(parts("http://a.test/list")) == "");
  CHECK(rig.Links(0, {{"http://a.test/list?sort=9"}, {"http://a.test/list?page=9"}}) ==
        Told{"list?sort=9 " + std::to_string(static_cast<int>(SkipReason::kTrap)), "list?page=9 0"});
  // What is new now and then is worth the copies beside it.
  for (int n = 0; n < 40; ++n) visit(list + std::to_string(n), n % 4 == 0 ? 1000 + n : 5);
  CHECK(rig.discovery.FindCopiedPattern(parts("http://a.test/list?page=99")) == "");
}

TEST_CASE("Exact copies count as such, and the limit of near ones can be switched off") {
  DiscoveryRig exact("max_depth = 1", "max_duplicates = 0\nmax_near_duplicates = 2");
  for (int i = 0; i < 10; ++i) CHECK(exact.Meet("t", 5, 77) == "");
  DiscoveryRig both("max_depth = 1", "max_duplicates = 2\nmax_near_duplicates = 1");
  CHECK(both.Meet("t", 5, 77) == "");
  CHECK(both.Meet("t", 5, 77) == "");
  CHECK(both.Meet("t", 5, 77) == "crawl.max_duplicates = 2");
  CHECK(both.Meet("t", 5, 78) == "crawl.max_near_duplicates = 1");
  DiscoveryRig off("max_depth = 1", "max_near_duplicates = 0");
  for (int i = 0; i < 100; ++i) CHECK(off.Meet("t", 5) == "");
}
