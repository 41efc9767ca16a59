#include "crawler/discovery.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

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
    std::string word(rel.substr(at, end - at));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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

void Discovery::Meet(Step& step, UrlId id, const Found& found, const FoundOn& from, bool seed) {
  storage::NewUrl row;
  row.id = id;
  row.url = found.url;
  row.host = parser::FingerprintHost(found.parts.host);
  row.host_name = found.parts.host;
  row.target = from.target;
  row.depth = found.depth;
  row.redirects = found.redirects;
  if (!seed) row.source = from.url;
  row.skip = found.url.size() > limits_.url ? SkipReason::kTooLong : found.skip;
  if (row.skip == SkipReason::kNone && !seed) {
    const Targets::Place place = targets_.Find(from.target, found.url, found.parts);
    row.skip = place.verdict.skip;
    row.rule = place.verdict.rule;
    row.target = place.target;
    if (row.skip == SkipReason::kNone && found.depth > targets_[place.target].max_depth)
      row.skip = SkipReason::kDepth;
  }
  if (row.skip != SkipReason::kNone) {
    row.state = storage::UrlState::kExcluded;
    // The expression belongs to the scope, which a reload may replace while the batch waits.
    if (!row.rule.empty()) row.rule = step.batch.text.Keep(std::string(row.rule));
  } else {
    row.queue = storage::QueuePlace{frontier_.NewPlace(row.host, found.priority), Instant{}, 0};
    PendingUrl pending{std::string(row.host_name), {}};
    pending.url.id = id;
    pending.url.place = *row.queue;
    pending.url.url = found.url;
    pending.url.target = row.target;
    pending.url.depth = row.depth;
    pending.url.redirects = row.redirects;
    step.pending.push_back(std::move(pending));
  }
  step.batch.urls.push_back(row);
}

void Discovery::Seed(Step& step, std::uint16_t target, std::string_view url, std::uint8_t priority) {
  const UrlId id = parser::FingerprintUrl(url);
  if (!frontier_.Discover(id)) return;
  const std::string_view kept = step.batch.text.Keep(std::string(url));
  parser::UrlParts parts;
  if (!parser::SplitNormalized(kept, parts)) return;
  Meet(step, id, {kept, parts, 0, 0, priority, SkipReason::kNone}, {UrlId{}, target, 0, 0}, true);
}

void Discovery::Links(Step& step, const FoundOn& from, const parser::UrlParts& page_parts,
                      const parser::ParsedPage& page) {
  step.batch.links.reserve(page.links.size());
  const auto depth = static_cast<std::uint16_t>(from.depth + 1);
  const auto priority = static_cast<std::uint8_t>(std::min(kLinkPriority + depth, kRetryPriority - 1));
  for (const parser::ParsedLink& link : page.links) {
    const UrlId id = parser::FingerprintUrl(link.url);
    parser::UrlParts parts;
    if (!parser::SplitNormalized(link.url, parts)) continue;  // the decoder has let none through
    step.batch.links.push_back({id, Name(link.kind), link.rel, link.anchor, parts.host != page_parts.host});
    const bool follow = !page.nofollow && !link.nofollow;
    const bool leads = LeadsToPage(link);
    // What is only named as a resource, or behind nofollow, is not decided for good: a later link may lead
    // there.
    if (!leads || !follow) {
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
      row.skip = leads ? SkipReason::kNofollow : SkipReason::kNotPage;
      step.batch.urls.push_back(row);
      continue;
    }
    if (!frontier_.Discover(id)) continue;
    Meet(step, id, {link.url, parts, depth, 0, priority, SkipReason::kNone}, from, false);
  }
}

UrlId Discovery::Redirect(Step& step, const FoundOn& from, std::string_view url) {
  const UrlId id = parser::FingerprintUrl(url);
  if (!frontier_.Discover(id)) return id;
  const std::string_view kept = step.batch.text.Keep(std::string(url));
  parser::UrlParts parts;
  if (!parser::SplitNormalized(kept, parts)) return id;
  const auto redirects = static_cast<std::uint8_t>(std::min(from.redirects + 1, 255));
  const SkipReason skip = redirects > limits_.redirects ? SkipReason::kRedirectLimit : SkipReason::kNone;
  const auto priority = static_cast<std::uint8_t>(std::min(kLinkPriority + from.depth, kRetryPriority - 1));
  Meet(step, id, {kept, parts, from.depth, redirects, priority, skip}, from, false);
  return id;
}

void Discovery::Commit(std::vector<PendingUrl> pending) {
  for (PendingUrl& found : pending) {
    frontier_.Add(found.host_name, targets_[found.url.target].policy, std::move(found.url));
  }
}

}  // namespace trawl::crawler
