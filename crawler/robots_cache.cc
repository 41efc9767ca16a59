#include "crawler/robots_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace trawl::crawler {

namespace {

std::size_t BytesOf(const std::string& origin, const RobotsEntry& entry) {
  std::size_t bytes = sizeof(RobotsEntry) + origin.size() + entry.detail.size();
  for (const parser::RobotsRule& rule : entry.rules.rules) bytes += sizeof rule + rule.pattern.size();
  for (const std::string& sitemap : entry.rules.sitemaps) bytes += sizeof sitemap + sitemap.size();
  return bytes;
}

}  // namespace

const RobotsEntry* RobotsCache::Find(std::string_view origin, Instant now) {
  const auto found = places_.find(origin);
  if (found == places_.end() || found->second->entry.expires_at <= now) return nullptr;
  held_.splice(held_.begin(), held_, found->second);
  return &found->second->entry;
}

void RobotsCache::Drop(std::list<Held>::iterator held) {
  bytes_ -= held->bytes;
  places_.erase(held->origin);
  held_.erase(held);
}

void RobotsCache::Put(const std::string& origin, RobotsEntry entry) {
  if (const auto found = places_.find(origin); found != places_.end()) Drop(found->second);
  const std::size_t bytes = BytesOf(origin, entry);
  held_.push_front({origin, std::move(entry), bytes});
  places_.emplace(held_.front().origin, held_.begin());
  bytes_ += bytes;
  // What was put just now stays, however large: it is asked for next.
  while (bytes_ > max_bytes_ && held_.size() > 1) Drop(std::prev(held_.end()));
}

std::optional<RobotsEntry> RobotsCache::TakeStale(std::string_view origin, Instant now) {
  const auto found = places_.find(origin);
  if (found == places_.end() || found->second->entry.meaning != RobotsEntry::Meaning::kRules)
    return std::nullopt;
  RobotsEntry entry = std::move(found->second->entry);
  Drop(found->second);
  entry.expires_at = now + kFailureLifetime;
  return entry;
}

RobotsEntry RobotsCache::EntryOf(const storage::StoredRobots& stored) {
  RobotsEntry entry = Judge(stored.outcome, stored.status, "", stored.fetched_at);
  entry.expires_at = stored.expires_at;
  return entry;
}

std::string RobotsCache::Receipt(const parser::RobotsRules& rules, const parser::RobotsVerdict& verdict) {
  std::string receipt = "robots.txt line " + std::to_string(verdict.line);
  const auto rule = std::find_if(rules.rules.begin(), rules.rules.end(),
                                 [&](const parser::RobotsRule& r) { return r.line == verdict.line; });
  if (rule != rules.rules.end()) receipt += (rule->allow ? ": Allow: " : ": Disallow: ") + rule->pattern;
  return receipt;
}

RobotsEntry RobotsCache::Judge(Outcome outcome, std::uint16_t status, std::string detail, Instant now) {
  RobotsEntry entry;
  entry.outcome = outcome;
  entry.status = status;
  entry.detail = std::move(detail);
  entry.expires_at = now + kLifetime;
  const bool answered = status != 0;
  if (answered && status >= 200 && status < 300) {
    // A body that was cut or came incomplete still holds the rules that did come.
    entry.meaning = RobotsEntry::Meaning::kRules;
  } else if (answered && status >= 300 && status < 500 && status != 429) {
    entry.meaning = RobotsEntry::Meaning::kAllowAll;
  } else {
    entry.meaning = RobotsEntry::Meaning::kDisallowAll;
    entry.expires_at = now + kFailureLifetime;
  }
  return entry;
}

}  // namespace trawl::crawler
