#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crawler/frontier/frontier.h"
#include "crawler/frontier/seen.h"
#include "crawler/near_copies.h"
#include "crawler/robots_tag.h"
#include "crawler/targets.h"
#include "crawler/traps.h"
#include "parser/sitemap.h"
#include "parser/wire.h"
#include "storage/records.h"

namespace trawl::crawler {

/// Priorities of the queue: lower comes first. Retries wait behind everything that is new.
inline constexpr std::uint8_t kSeedPriority = 10;
inline constexpr std::uint8_t kSitemapPriority = 11;          ///< of the files; behind them their URLs:
inline constexpr std::uint8_t kFirstSitemapUrlPriority = 12;  ///< where the sitemap says 1.0
inline constexpr std::uint8_t kLastSitemapUrlPriority = 19;   ///< where it says 0.0
inline constexpr std::uint8_t kLinkPriority = 20;             ///< plus the depth
inline constexpr std::uint8_t kRecrawlPriority = 25;          ///< before what is new and lies deep
inline constexpr std::uint8_t kRetryPriority = 200;

/// What a link was found by.
struct FoundOn {
  UrlId url{};
  std::uint16_t target = 0;
  std::uint16_t depth = 0;
  std::uint8_t redirects = 0;
  std::uint8_t sitemap = 0;  ///< as storage::NewUrl::sitemap
  std::uint8_t hops = 0;     ///< as storage::NewUrl::hops
};

/// The hops of what is found there, should it be off the site.
inline std::uint8_t HopsFrom(const FoundOn& from) {
  return static_cast<std::uint8_t>(std::min(from.hops + 1, Scope::kOnSiteOnly - 1));
}

/// How a page is followed.
struct FollowRules {
  bool nofollow = false;      ///< the whole page asks not to be followed, and is listened to
  bool link_nofollow = true;  ///< links that ask for it are listened to
  std::string_view rule;      ///< static text: what said nofollow of the whole page
  std::uint64_t content = 0;  ///< what its content is counted by; 0: not
  std::uint64_t kind = 0;     ///< what its near copies have in common with it; used with `content`
  std::string_view copy_of;   ///< the URL whose copy the page says it is; only that one is followed then
};

/// As the page at `url` and its X-Robots-Tag ask for it, where the crawl listens to them.
FollowRules FollowRulesOf(const parser::ParsedPage& page, const RobotsTag& tag, std::string_view url,
                          bool follow_nofollow, bool respect_canonical);

/// What came of the entries of a sitemap or feed.
struct SitemapCounts {
  std::size_t urls = 0;      ///< pages and alternates named
  std::size_t sitemaps = 0;  ///< further sitemaps named
  std::size_t media = 0;     ///< images, videos and enclosures, which are no pages
  std::size_t queued = 0;    ///< new, and within scope and limits
  std::size_t left = 0;      ///< past crawl.max_sitemap_urls: neither queued nor stored
  std::size_t forward = 0;   ///< visited before, and due earlier than they were
};

/// A URL that a batch queues, kept for the frontier until the batch is committed.
struct PendingUrl {
  std::string host_name;
  storage::QueuedUrl url;
};

/// A batch in the making, and what the frontier gets once it is committed.
struct Step {
  storage::WriteBatch batch;
  std::vector<PendingUrl> pending;
};

/// Turns what was met into rows: scope, depth and limits say whether a URL is queued or excluded, the seen
/// set whether it is new. Runs on: event loop. Borrows frontier and targets. A step that it filled must be
/// written before the loop does anything else: the seen set knows its URLs from then on.
class Discovery {
 public:
  struct Limits {
    std::uint32_t redirects = 10;  ///< in a row
    std::size_t url = 2048;        ///< bytes of a URL that is queued
    std::uint32_t repeats = 3;     ///< these as in config::CrawlOptions
    std::uint32_t path_depth = 0;
    std::uint64_t query_variants = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t near_duplicates = 0;
    std::uint64_t sitemaps = 0;
    std::uint64_t sitemap_urls = 0;
  };
  static Limits LimitsOf(const config::CrawlOptions& options);
  Discovery(Frontier& frontier, const Targets& targets, Limits limits)
      : frontier_(frontier), targets_(targets), limits_(limits) {}

  /// A URL that starts a target, whatever its scope says. False, and nothing of it, when it is known.
  bool Seed(Step& step, std::uint16_t target, std::string_view url, std::uint8_t priority = kSeedPriority);
  /// The same of one that is known and excluded: it takes the place of its row. `sitemap`: as SitemapSeed.
  void SeedAnew(Step& step, std::uint16_t target, std::string_view url, std::uint8_t priority, bool sitemap);
  /// An excluded URL as it is judged today: a row where that differs. `from` is one of today's targets.
  void Rejudge(Step& step, std::uint16_t from, const storage::ExcludedUrl& url);
  /// The links of a page, as rows of the batch, and the URLs that are new. `page`'s text must live as long as
  /// the batch.
  void Links(Step& step, const FoundOn& from, const parser::UrlParts& page_parts,
             const parser::ParsedPage& page, const FollowRules& rules);
  /// The target of a redirect of a URL of `host`; its id.
  UrlId Redirect(Step& step, const FoundOn& from, std::string_view host, std::string_view url);
  // Sitemaps (discovery_sitemap.cc).
  /// A sitemap that a target's configuration lists, whatever its scope says. False, and nothing of it, when
  /// it is known.
  bool SitemapSeed(Step& step, std::uint16_t target, std::string_view url);
  /// A sitemap that robots.txt or another sitemap of `host` names; `from.sitemap` is how deep that one is.
  /// On the same host it only has to pass the deny expressions, elsewhere the whole scope.
  void SitemapFile(Step& step, const FoundOn& from, std::string_view host, std::string_view url);
  /// Entries of a sitemap or feed at `from`, which stands on `host`; adds to `counts`.
  void Entries(Step& step, const FoundOn& from, std::string_view host,
               std::span<const parser::SitemapEntry> entries, SitemapCounts& counts);

  /// What a feed or sitemap that was met as a page names, as links of that page.
  void FeedLinks(Step& step, std::string_view host, const parser::Sitemap& sitemap);

  /// Of a URL of this run's pages: the limit by which it is left out, since nearly all pages that differ from
  /// it in the values of their query or the dates in their path alone were copies; empty when they were not.
  /// A limit that is learned: max_duplicates of them, and four times as many as said something new.
  std::string FindCopiedPattern(const parser::UrlParts& parts) const;

  /// What a committed step queued goes to the frontier.
  void Commit(std::vector<PendingUrl> pending);

 private:
  struct Found {
    std::string_view url;
    const parser::UrlParts& parts;
    std::uint16_t depth = 0;
    std::uint8_t redirects = 0;
    std::uint8_t priority = 0;
    storage::SkipReason skip = storage::SkipReason::kNone;  ///< decided before scope is asked
    std::string_view rule = {};                             ///< with `skip`
    std::uint8_t sitemap = 0;
    bool scope_waived = false;  ///< but for the deny expressions
    bool insists = false;       ///< as storage::NewUrl::insists
    storage::ChangeHint hint{};
    std::uint8_t hops = 0;  ///< as Scope::Judge
  };
  struct SitemapUse {
    std::uint64_t files = 0, urls = 0;
  };
  bool IsNews(const storage::NewUrl& row);
  bool Meet(Step& step, UrlId id, const Found& found, const FoundOn& from, bool seed);
  void Queue(Step& step, storage::NewUrl& row, std::uint8_t priority);
  void JudgePlace(Step& step, const Found& found, const FoundOn& from, storage::NewUrl& row);
  void JudgeTrap(Step& step, const Found& found, storage::NewUrl& row);
  std::string FindRepeated(const parser::UrlParts& parts, const parser::ParsedPage& page,
                           const FollowRules& rules);

  Frontier& frontier_;
  const Targets& targets_;
  Limits limits_;
  ApproximateCounts variants_, contents_;
  ApproximateCounts copied_variants_, new_variants_;  ///< pages, by their pattern
  NearCopies near_copies_;
  Seen aside_;  ///< excluded URLs that may yet be queued, and whose row this run has written
  std::unordered_map<HostId, SitemapUse> sitemap_use_;
};

/// What the pages of a host that say the same are counted by.
std::uint64_t ContentKey(HostId host, const parser::ParsedPage& page);

/// What near copies of a host have in common beside their text: title and number of links. Pages of a list,
/// or of a gallery, mostly tell themselves apart by their titles.
std::uint64_t KindKey(HostId host, const parser::ParsedPage& page);

/// Whether a link leads to a document that a crawl visits, rather than to a part of this page (an image, a
/// script).
bool LeadsToPage(const parser::ParsedLink& link);

}  // namespace trawl::crawler
