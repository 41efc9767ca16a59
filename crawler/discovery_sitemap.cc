// What robots.txt, the configuration and sitemaps name.

#include <algorithm>
#include <string>
#include <utility>

#include "crawler/discovery.h"
#include "parser/fingerprint.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

using storage::SkipReason;
using Role = parser::SitemapEntry::Role;

/// Indexes that may name indexes; what the last one names may still be a sitemap.
constexpr int kMaxIndexes = 3;

/// The place between seeds and links that a sitemap's own priority, in hundredths, gives a URL.
std::uint8_t PriorityOf(const parser::SitemapEntry& entry) {
  constexpr int kSpan = kLastSitemapUrlPriority - kFirstSitemapUrlPriority;
  return static_cast<std::uint8_t>(kLastSitemapUrlPriority - entry.priority * kSpan / 100);
}

/// The longest is a year, which is longer than any interval.
storage::ChangeHint HintOf(parser::ChangeFrequency frequency) {
  using parser::ChangeFrequency;
  constexpr std::uint16_t kDay = 24;
  switch (frequency) {
    case ChangeFrequency::kNone:
      return {};
    case ChangeFrequency::kAlways:
    case ChangeFrequency::kHourly:
      return storage::ChangeHint(1);
    case ChangeFrequency::kDaily:
      return storage::ChangeHint(kDay);
    case ChangeFrequency::kWeekly:
      return storage::ChangeHint(7 * kDay);
    case ChangeFrequency::kMonthly:
      return storage::ChangeHint(30 * kDay);
    case ChangeFrequency::kYearly:
    case ChangeFrequency::kNever:
      return storage::ChangeHint(365 * kDay);
  }
  return {};
}

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kPage:
      return "item";
    case Role::kSitemap:
      return "sitemap";
    case Role::kAlternate:
      return "alternate";
    case Role::kImage:
      return "img";
    case Role::kVideo:
    case Role::kMedia:
      return "media";
  }
  return "";
}

}  // namespace

bool Discovery::SitemapSeed(Step& step, std::uint16_t target, std::string_view url) {
  const UrlId id = parser::FingerprintUrl(url);
  if (frontier_.Knows(id)) return false;
  const std::string_view kept = step.batch.text.Keep(url);
  parser::UrlParts parts;
  if (!parser::SplitNormalized(kept, parts)) return true;
  Found found{kept, parts, 0, 0, kSitemapPriority};
  found.sitemap = 1;
  Meet(step, id, found, {UrlId{}, target}, true);
  return true;
}

void Discovery::SitemapFile(Step& step, const FoundOn& from, std::string_view host, std::string_view url) {
  const UrlId id = parser::FingerprintUrl(url);
  if (frontier_.Knows(id)) return;
  const std::string_view kept = step.batch.text.Keep(url);
  parser::UrlParts parts;
  if (!parser::SplitNormalized(kept, parts)) return;
  Found found{kept, parts, from.depth, 0, kSitemapPriority};
  found.sitemap = static_cast<std::uint8_t>(std::min(from.sitemap + 1, 255));
  found.scope_waived = parts.host == host;
  found.hops = HopsFrom(from);
  SitemapUse& use = sitemap_use_[parser::FingerprintHost(parts.host)];
  if (from.sitemap > kMaxIndexes) {
    found.skip = SkipReason::kSitemapLimit;
    found.rule = "more than 3 indexes within each other";
  } else if (use.files >= limits_.sitemaps) {
    found.skip = SkipReason::kSitemapLimit;
    found.rule = step.batch.text.Keep("crawl.max_sitemaps = " + std::to_string(limits_.sitemaps));
  }
  if (Meet(step, id, found, from, false)) ++use.files;
}

void Discovery::Entries(Step& step, const FoundOn& from, std::string_view host,
                        std::span<const parser::SitemapEntry> entries, SitemapCounts& counts) {
  SitemapUse& use = sitemap_use_[parser::FingerprintHost(host)];
  const auto depth = static_cast<std::uint16_t>(from.depth + 1);
  for (const parser::SitemapEntry& entry : entries) {
    if (entry.role == Role::kSitemap) {
      ++counts.sitemaps;
      SitemapFile(step, {from.url, from.target, from.depth, 0, std::max<std::uint8_t>(from.sitemap, 1)}, host,
                  entry.url);
      continue;
    }
    if (entry.role != Role::kPage && entry.role != Role::kAlternate) {
      ++counts.media;
      continue;
    }
    ++counts.urls;
    const UrlId id = parser::FingerprintUrl(entry.url);
    if (frontier_.Knows(id)) continue;
    if (use.urls >= limits_.sitemap_urls) {
      ++counts.left;
      continue;
    }
    parser::UrlParts parts;
    const std::string_view kept = step.batch.text.Keep(entry.url);
    if (!parser::SplitNormalized(kept, parts)) continue;  // the decoder has let none through
    ++use.urls;
    Found found{kept, parts, depth, 0, PriorityOf(entry)};
    found.hops = HopsFrom(from);
    found.hint = HintOf(entry.frequency);
    // The items of a feed that was met as a page are links of that page.
    if (from.sitemap == 0)
      found.priority = static_cast<std::uint8_t>(std::min(kLinkPriority + depth, kRetryPriority - 1));
    counts.queued += Meet(step, id, found, from, false) ? 1 : 0;
  }
}

void Discovery::FeedLinks(Step& step, std::string_view host, const parser::Sitemap& sitemap) {
  for (const parser::SitemapEntry& entry : sitemap.entries) {
    if (step.batch.links.size() >= parser::kMaxLinks) return;
    parser::UrlParts parts;
    if (!parser::SplitNormalized(entry.url, parts)) continue;
    step.batch.links.push_back(
        {parser::FingerprintUrl(entry.url), RoleName(entry.role), "", "", parts.host != host});
  }
}

}  // namespace trawl::crawler
