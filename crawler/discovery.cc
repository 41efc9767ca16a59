#include "crawler/discovery.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "parser/ascii.h"
#include "parser/fingerprint.h"

namespace trawl::crawler {
namespace {

using storage::SkipReason;

/// Relations of <link> that name a document of its own; the others name parts of the page (stylesheet, icon,
/// preload ...).
constexpr std::array<std::string_view, 23> kPageRelations = {
    "alternate", "amphtml", "author", "bookmark", "canonical", "contents", "copyright", "first",
    "glossary",  "help",    "home",   "index",    "last",      "license",  "next",      "prev",
    "previous",  "search",  "start",  "toc",      "top",       "up",       "chapter"};

bool NamesPage(std::string_view rel) {
  bool page = false;
  for (std::size_t at = 0; at < rel.size();) {
    const std::size_t end = std::min(rel.find_first_of(" \t\n\f\r", at), rel.size());
    const std::string word = parser::AsciiLowered(rel.substr(at, end - at));
    if (word == "stylesheet") return false;
    page = page || std::find(kPageRelations.begin(), kPageRelations.end(), word) != kPageRelations.end();
    at = end + 1;
  }
  return page;
}

}  // namespace

bool LeadsToPage(const parser::ParsedLink& link) {
  switch (link.kind) {
    case parser::LinkKind::kAnchor:
    case parser::LinkKind::kArea:
    case parser::LinkKind::kFrame:
    case parser::LinkKind::kMetaRefresh:
      return true;
    case parser::LinkKind::kLink:
      return NamesPage(link.rel);
    default:
      return false;
  }
}

std::uint64_t ContentKey(HostId host, const parser::ParsedPage& page) {
  std::string content(page.title);
  content.append(" ").append(std::to_string(page.content_hash));
  content.append(" ").append(std::to_string(page.links_found));
  content.append(" ").append(std::to_string(static_cast<std::uint64_t>(host)));
  return parser::HashContent(content);
}

std::uint64_t KindKey(HostId host, const parser::ParsedPage& page) {
  std::string kind(page.title);
  kind.append(" ").append(std::to_string(page.links_found));
  kind.append(" ").append(std::to_string(static_cast<std::uint64_t>(host)));
  return parser::HashContent(kind);
}

FollowRules FollowRulesOf(const parser::ParsedPage& page, const RobotsTag& tag, std::string_view url,
                          bool follow_nofollow, bool respect_canonical) {
  FollowRules rules;
  rules.link_nofollow = !follow_nofollow;
  rules.nofollow = !follow_nofollow && (page.nofollow || tag.nofollow);
  rules.rule = tag.nofollow ? "X-Robots-Tag: nofollow" : "meta robots: nofollow";
  if (respect_canonical && page.canonical != url) rules.copy_of = page.canonical;
  return rules;
}

Discovery::Limits Discovery::LimitsOf(const config::CrawlOptions& options) {
  return {options.max_redirects,       options.max_url.count,      options.max_repeats,
          options.max_path_depth,      options.max_query_variants, options.max_duplicates,
          options.max_near_duplicates, options.max_sitemaps,       options.max_sitemap_urls};
}

/// Whether a URL that nothing else keeps out belongs to a target, and how deep it may be.
void Discovery::JudgePlace(Step& step, const Found& found, const FoundOn& from, storage::NewUrl& row) {
  Targets::Place place{from.target, {}};
  if (found.scope_waived) {
    place.verdict = targets_[from.target].scope.JudgeDenied(found.url, found.parts);
  } else {
    place = targets_.Find(from.target, found.url, found.parts, found.hops);
  }
  row.skip = place.verdict.skip;
  // The rule belongs to the scope, which a reload may replace while the batch waits.
  if (row.skip != SkipReason::kNone) row.rule = step.batch.text.Keep(place.verdict.rule);
  if (place.verdict.off_site) row.hops = found.hops;
  row.target = place.target;
  const std::uint32_t max_depth = targets_[place.target].max_depth;
  if (row.skip == SkipReason::kNone && found.depth > max_depth) {
    row.skip = SkipReason::kDepth;
    row.rule = step.batch.text.Keep("max_depth = " + std::to_string(max_depth));
  }
}

/// Whether a URL looks like one of those that a site makes without end.
void Discovery::JudgeTrap(Step& step, const Found& found, storage::NewUrl& row) {
  std::string rule = FindRepetition(found.parts.target, limits_.repeats);
  if (rule.empty()) rule = FindDeepPath(found.parts.target, limits_.path_depth);
  if (rule.empty()) rule = FindCopiedPattern(found.parts);
  if (rule.empty() && limits_.query_variants > 0) {
    if (const std::uint64_t pattern = VariantPattern(found.parts.host, found.parts.target)) {
      if (variants_.Count(pattern) >= limits_.query_variants) {
        rule = "crawl.max_query_variants = " + std::to_string(limits_.query_variants);
      } else {
        variants_.Add(pattern);
      }
    }
  }
  if (rule.empty()) return;
  row.skip = SkipReason::kTrap;
  row.rule = step.batch.text.Keep(rule);
}

std::string Discovery::FindCopiedPattern(const parser::UrlParts& parts) const {
  if (limits_.duplicates == 0) return {};
  const std::uint64_t pattern = VariantPattern(parts.host, parts.target);
  if (pattern == 0) return {};
  const std::uint64_t copied = copied_variants_.Count(pattern);
  if (copied < limits_.duplicates || copied < 4 * std::uint64_t{new_variants_.Count(pattern)}) return {};
  return "crawl.max_duplicates = " + std::to_string(limits_.duplicates) + ", of pages of its pattern";
}

/// Gives the row a place in the queue.
void Discovery::Queue(Step& step, storage::NewUrl& row, std::uint8_t priority) {
  row.queue = storage::QueuePlace{frontier_.NewPlace(row.host, priority), Instant{}, 0};
  PendingUrl pending{std::string(row.host_name), {}};
  pending.url.id = row.id;
  pending.url.place = *row.queue;
  pending.url.url = row.url;
  pending.url.target = row.target;
  pending.url.depth = row.depth;
  pending.url.redirects = row.redirects;
  pending.url.sitemap = row.sitemap;
  pending.url.hint = row.hint;
  pending.url.hops = row.hops;
  step.pending.push_back(std::move(pending));
}

/// Adds the row; true when it is queued. From then on the URL is known, but one that another way may yet
/// lead to.
bool Discovery::Meet(Step& step, UrlId id, const Found& found, const FoundOn& from, bool seed) {
  storage::NewUrl row;
  row.id = id;
  row.url = found.url;
  row.host = parser::FingerprintHost(found.parts.host);
  row.host_name = found.parts.host;
  row.target = from.target;
  row.depth = found.depth;
  row.redirects = found.redirects;
  row.sitemap = found.sitemap;
  row.rule = found.rule;
  row.insists = found.insists;
  row.hint = found.hint;
  if (!seed && from.url != UrlId{}) row.source = from.url;
  row.skip = found.skip;
  if (found.url.size() > limits_.url) {
    row.skip = SkipReason::kTooLong;
    row.rule = step.batch.text.Keep("crawl.max_url = " + std::to_string(limits_.url));
  } else if (row.skip == SkipReason::kRedirectLimit) {
    row.rule = step.batch.text.Keep("crawl.max_redirects = " + std::to_string(limits_.redirects));
  }
  if (row.skip == SkipReason::kNone && !seed) {
    JudgePlace(step, found, from, row);
  } else if (!seed && from.hops > 0) {
    row.hops = found.hops;  // of one that is judged anew when a limit allows more
  }
  // Who lists a URL in a sitemap vouches for it.
  if (row.skip == SkipReason::kNone && !seed && from.sitemap == 0) JudgeTrap(step, found, row);
  const bool queued = row.skip == SkipReason::kNone;
  if (queued) {
    Queue(step, row, found.priority);
  } else {
    row.state = storage::UrlState::kExcluded;
  }
  if (!storage::MayYetBeQueued(row.skip)) frontier_.Discover(id);
  if (IsNews(row)) step.batch.urls.push_back(row);
  return queued;
}

/// Whether the store can learn from a row. An excluded URL that may yet be queued is not known and is met
/// again with every page that names it; its first row stands.
bool Discovery::IsNews(const storage::NewUrl& row) {
  return row.insists || !storage::MayYetBeQueued(row.skip) || aside_.Insert(row.id);
}

bool Discovery::Seed(Step& step, std::uint16_t target, std::string_view url, std::uint8_t priority) {
  const UrlId id = parser::FingerprintUrl(url);
  if (frontier_.Knows(id)) return false;
  const std::string_view kept = step.batch.text.Keep(url);
  parser::UrlParts parts;
  if (parser::SplitNormalized(kept, parts))
    Meet(step, id, {kept, parts, 0, 0, priority}, {UrlId{}, target}, true);
  return true;
}

void Discovery::SeedAnew(Step& step, std::uint16_t target, std::string_view url, std::uint8_t priority,
                         bool sitemap) {
  const std::string_view kept = step.batch.text.Keep(url);
  parser::UrlParts parts;
  if (!parser::SplitNormalized(kept, parts)) return;
  Found found{kept, parts, 0, 0, sitemap ? kSitemapPriority : priority};
  found.sitemap = sitemap ? 1 : 0;
  found.insists = true;
  Meet(step, parser::FingerprintUrl(url), found, {UrlId{}, target}, true);
}

void Discovery::Rejudge(Step& step, std::uint16_t from, const storage::ExcludedUrl& url) {
  const std::string_view kept = step.batch.text.Keep(url.url);
  parser::UrlParts parts;
  if (!parser::SplitNormalized(kept, parts)) return;
  const auto priority = static_cast<std::uint8_t>(std::min(kLinkPriority + url.depth, kRetryPriority - 1));
  Found found{kept, parts, url.depth, url.redirects, url.sitemap > 0 ? kSitemapPriority : priority};
  found.sitemap = url.sitemap;
  found.insists = true;
  found.hops = std::max<std::uint8_t>(url.hops, 1);
  if (url.redirects > limits_.redirects) found.skip = SkipReason::kRedirectLimit;
  Meet(step, url.id, found, {url.source.value_or(UrlId{}), from, url.depth, 0, url.sitemap}, false);
  // What stands as it stood is not written again; of a sitemap it is not known which scope it was spared.
  const storage::NewUrl& row = step.batch.urls.back();
  const bool excluded = row.state == storage::UrlState::kExcluded;
  if (excluded && (url.sitemap > 0 || (row.skip == url.skip && row.rule == url.rule)))
    step.batch.urls.pop_back();
}

/// The limit that keeps the links of this page from being followed, as so many pages with its content, or
/// nearly so, were followed already; empty when none does.
std::string Discovery::FindRepeated(const parser::UrlParts& parts, const parser::ParsedPage& page,
                                    const FollowRules& rules) {
  if (rules.content == 0) return {};
  if (limits_.duplicates == 0 && limits_.near_duplicates == 0) return {};
  const std::uint32_t copies = contents_.Count(rules.content);
  if (const std::uint64_t pattern = VariantPattern(parts.host, parts.target))
    (copies > 0 ? copied_variants_ : new_variants_).Add(pattern);
  if (limits_.duplicates > 0 && copies >= limits_.duplicates)
    return "crawl.max_duplicates = " + std::to_string(limits_.duplicates);
  contents_.Add(rules.content);
  // What is the same counts as that alone.
  if (limits_.near_duplicates == 0 || copies > 0 || page.simhash == 0) return {};
  const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>(limits_.near_duplicates, UINT32_MAX));
  if (near_copies_.Meet(rules.kind, page.simhash, most) < most) return {};
  return "crawl.max_near_duplicates = " + std::to_string(limits_.near_duplicates);
}

void Discovery::Links(Step& step, const FoundOn& from, const parser::UrlParts& page_parts,
                      const parser::ParsedPage& page, const FollowRules& rules) {
  step.batch.links.reserve(page.links.size());
  const auto depth = static_cast<std::uint16_t>(from.depth + 1);
  const auto priority = static_cast<std::uint8_t>(std::min(kLinkPriority + depth, kRetryPriority - 1));
  std::string_view duplicate;
  if (std::string limit = FindRepeated(page_parts, page, rules); !limit.empty())
    duplicate = step.batch.text.Keep(limit);
  if (!rules.copy_of.empty()) duplicate = step.batch.text.Keep("canonical: " + std::string(rules.copy_of));
  for (const parser::ParsedLink& link : page.links) {
    const UrlId id = parser::FingerprintUrl(link.url);
    parser::UrlParts parts;
    if (!parser::SplitNormalized(link.url, parts)) continue;  // the decoder has let none through
    step.batch.links.push_back({id, Name(link.kind), link.rel, link.anchor, parts.host != page_parts.host});
    const bool nofollow = rules.nofollow || (rules.link_nofollow && link.nofollow);
    // What is only named as a resource, behind nofollow or on one copy too many is not decided for good: a
    // later link may lead there.
    const bool copied = !duplicate.empty() && link.url != rules.copy_of;
    const SkipReason aside = !LeadsToPage(link) ? SkipReason::kNotPage
                             : nofollow         ? SkipReason::kNofollow
                             : copied           ? SkipReason::kDuplicate
                                                : SkipReason::kNone;
    if (aside != SkipReason::kNone) {
      if (frontier_.Knows(id)) continue;
      storage::NewUrl row;
      row.id = id;
      row.url = link.url;
      row.host = parser::FingerprintHost(parts.host);
      row.host_name = parts.host;
      row.target = from.target;
      row.depth = depth;
      row.source = from.url;
      row.state = storage::UrlState::kExcluded;
      row.skip = aside;
      if (aside == SkipReason::kNofollow) row.rule = rules.nofollow ? rules.rule : "rel=nofollow";
      if (aside == SkipReason::kDuplicate) row.rule = duplicate;
      if (IsNews(row)) step.batch.urls.push_back(row);
      continue;
    }
    if (frontier_.Knows(id)) continue;
    Found found{link.url, parts, depth, 0, priority};
    found.hops = HopsFrom(from);
    Meet(step, id, found, from, false);
  }
}

UrlId Discovery::Redirect(Step& step, const FoundOn& from, std::string_view host, std::string_view url) {
  const UrlId id = parser::FingerprintUrl(url);
  if (frontier_.Knows(id)) return id;
  const std::string_view kept = step.batch.text.Keep(url);
  parser::UrlParts parts;
  if (!parser::SplitNormalized(kept, parts)) return id;
  const auto redirects = static_cast<std::uint8_t>(std::min(from.redirects + 1, 255));
  const SkipReason skip = redirects > limits_.redirects ? SkipReason::kRedirectLimit : SkipReason::kNone;
  const auto priority = static_cast<std::uint8_t>(std::min(kLinkPriority + from.depth, kRetryPriority - 1));
  Found found{kept, parts, from.depth, redirects, priority, skip};
  found.hops = std::max<std::uint8_t>(from.hops, 1);
  if (from.sitemap > 0) {
    found.priority = kSitemapPriority;
    found.sitemap = from.sitemap;
    found.scope_waived = parts.host == host;
  }
  Meet(step, id, found, from, false);
  return id;
}

void Discovery::Commit(std::vector<PendingUrl> pending) {
  for (PendingUrl& found : pending) {
    frontier_.Add(found.host_name, targets_[found.url.target].policy, std::move(found.url));
  }
}

}  // namespace trawl::crawler
