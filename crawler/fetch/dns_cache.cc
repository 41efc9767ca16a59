#include "crawler/fetch/dns_cache.h"

#include <algorithm>

namespace trawl::crawler {

const DnsAnswer* DnsCache::Find(std::string_view name, Clock::time_point now) {
  const auto found = names_.find(name);
  if (found == names_.end()) return nullptr;
  const auto entry = found->second;
  if (now >= entry->end) {
    names_.erase(found);
    entries_.erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->answer;
}

void DnsCache::Store(std::string_view name, DnsAnswer answer, std::chrono::seconds life,
                     Clock::time_point now) {
  if (answer.addresses.empty() && !answer.absent) return;
  auto kept = answer.addresses.empty() ? kAbsentLife : std::clamp(life, kMinLife, kMaxLife);
  if (answer.partial) kept = std::min(kept, kPartialLife);
  const auto found = names_.find(name);
  if (found != names_.end()) {
    found->second->answer = std::move(answer);
    found->second->end = now + kept;
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  entries_.push_front(Entry{std::string(name), std::move(answer), now + kept});
  names_.emplace(entries_.front().name, entries_.begin());
  if (entries_.size() > max_names_) {
    names_.erase(entries_.back().name);
    entries_.pop_back();
  }
}

}  // namespace trawl::crawler
