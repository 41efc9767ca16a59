#include "crawler/robots_cache.h"

#include <algorithm>
#include <utility>

namespace trawl::crawler {

const RobotsEntry* RobotsCache::Find(std::string_view origin, Instant now) const {
  const auto found = entries_.find(std::string(origin));
  if (found == entries_.end() || found->second.expires_at <= now) return nullptr;
  return &found->second;
}

void RobotsCache::Put(const std::string& origin, RobotsEntry entry) {
  entries_[origin] = std::move(entry);
}

std::optional<std::string> RobotsCache::TakeStored(std::string_view origin, Instant now, RobotsEntry& entry) {
  const auto found = stored_.find(std::string(origin));
  if (found == stored_.end() || found->second.entry.expires_at <= now) return std::nullopt;
  Stored stored = std::move(found->second);
  stored_.erase(found);
  entry = std::move(stored.entry);
  return std::move(stored.body);
}

std::optional<RobotsCache::Copy> RobotsCache::TakeStale(std::string_view origin, Instant now) {
  std::optional<Copy> copy;
  const std::string key(origin);
  if (const auto known = entries_.find(key);
      known != entries_.end() && known->second.meaning == RobotsEntry::Meaning::kRules) {
    copy = Copy{std::move(known->second), std::nullopt};
    entries_.erase(known);
  } else if (const auto stored = stored_.find(key); stored != stored_.end()) {
    copy = Copy{std::move(stored->second.entry), std::move(stored->second.body)};
    stored_.erase(stored);
  }
  if (copy) copy->entry.expires_at = now + kFailureLifetime;
  return copy;
}

void RobotsCache::PutStored(std::string origin, RobotsEntry entry, std::string body) {
  stored_[std::move(origin)] = {std::move(entry), std::move(body)};
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
