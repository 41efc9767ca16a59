#include "crawler/fetch/cookie_jar.h"

#include <algorithm>
#include <tuple>

namespace trawl::crawler {
namespace {

bool Expired(const Cookie& cookie, Instant now) {
  return cookie.expires && *cookie.expires <= now;
}

bool SamePlace(const Cookie& a, const Cookie& b) {
  return a.name == b.name && a.path == b.path && a.host_only == b.host_only;
}

/// Takes the first label off; false when it was the last.
bool TakeLabel(std::string_view& host) {
  const std::size_t dot = host.find('.');
  if (dot == host.npos || host.front() == '[') return false;
  host.remove_prefix(dot + 1);
  return true;
}

}  // namespace

void CookieJar::Set(std::string_view field, const CookiePlace& from, Instant now,
                    std::vector<CookieChange>& changes) {
  std::optional<Cookie> cookie = ParseSetCookie(field, from, now);
  if (!cookie) return;
  // Section 5.7, steps 13 and 16: an insecure place neither sets secure cookies nor covers one.
  if (!from.secure && (cookie->secure || ShadowsSecure(*cookie))) return;
  const auto found = domains_.find(cookie->domain);
  if (found != domains_.end()) {
    std::vector<Entry>& entries = found->second.entries;
    const auto old = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return SamePlace(entry.cookie, *cookie); });
    if (old != entries.end()) {
      if (Expired(*cookie, now)) {
        Remove(found->second, static_cast<std::size_t>(old - entries.begin()), changes);
        if (entries.empty()) Drop(found);
        return;
      }
      cookie->created = old->cookie.created;  // step 23
      CountSecure(old->cookie, -1);
      CountSecure(*cookie, 1);
      old->cookie = *cookie;
      old->used = ++uses_;
      changes.push_back({std::move(*cookie), false});
      return;
    }
  }
  if (Expired(*cookie, now)) return;
  MakeRoom(DomainOf(cookie->domain), now, changes);
  Put(std::move(*cookie), changes);
}

void CookieJar::Restore(Cookie cookie) {
  std::vector<CookieChange> ignored;
  if (size_ < kMaxCookies && DomainOf(cookie.domain).entries.size() < kMaxPerDomain)
    Put(std::move(cookie), ignored);
}

CookieJar::Domain& CookieJar::DomainOf(const std::string& name) {
  const auto found = domains_.find(name);
  if (found != domains_.end()) {
    used_domains_.splice(used_domains_.begin(), used_domains_, found->second.place);
    return found->second;
  }
  used_domains_.push_front(name);
  Domain& domain = domains_[name];
  domain.place = used_domains_.begin();
  return domain;
}

void CookieJar::Put(Cookie cookie, std::vector<CookieChange>& changes) {
  changes.push_back({cookie, false});
  CountSecure(cookie, 1);
  Domain& domain = DomainOf(cookie.domain);
  ++uses_;
  domain.entries.push_back({std::move(cookie), uses_, uses_});
  ++size_;
}

void CookieJar::Remove(Domain& domain, std::size_t at, std::vector<CookieChange>& changes) {
  const auto entry = domain.entries.begin() + static_cast<std::ptrdiff_t>(at);
  CountSecure(entry->cookie, -1);
  changes.push_back({std::move(entry->cookie), true});
  domain.entries.erase(entry);
  --size_;
}

/// Before a further cookie of the domain: what has expired goes, then the longest unused, insecure ones first
/// (section 5.7, step 24).
void CookieJar::MakeRoom(Domain& domain, Instant now, std::vector<CookieChange>& changes) {
  if (domain.entries.size() >= kMaxPerDomain || size_ >= kMaxCookies) {
    for (std::size_t i = domain.entries.size(); i-- > 0;) {
      if (Expired(domain.entries[i].cookie, now)) Remove(domain, i, changes);
    }
  }
  if (domain.entries.size() >= kMaxPerDomain) {
    const auto least =
        std::min_element(domain.entries.begin(), domain.entries.end(), [](const Entry& a, const Entry& b) {
          return a.cookie.secure != b.cookie.secure ? b.cookie.secure : a.used < b.used;
        });
    Remove(domain, static_cast<std::size_t>(least - domain.entries.begin()), changes);
  }
  while (size_ >= kMaxCookies && used_domains_.size() > 1) {
    const auto last = domains_.find(used_domains_.back());
    while (!last->second.entries.empty()) Remove(last->second, last->second.entries.size() - 1, changes);
    Drop(last);
  }
}

void CookieJar::Drop(Domains::iterator domain) {
  used_domains_.erase(domain->second.place);
  domains_.erase(domain);
}

void CookieJar::CountSecure(const Cookie& cookie, int by) {
  if (!cookie.secure) return;
  const auto found = secure_names_.try_emplace(cookie.name, 0).first;
  found->second += by;
  if (found->second == 0) secure_names_.erase(found);
}

/// Whether a secure cookie of that name is there for a host and path that this one would be sent to as well.
bool CookieJar::ShadowsSecure(const Cookie& cookie) const {
  if (!secure_names_.contains(cookie.name)) return false;
  for (const auto& [name, domain] : domains_) {
    if (!DomainMatches(name, cookie.domain) && !DomainMatches(cookie.domain, name)) continue;
    for (const Entry& entry : domain.entries) {
      if (entry.cookie.secure && entry.cookie.name == cookie.name &&
          PathMatches(cookie.path, entry.cookie.path))
        return true;
    }
  }
  return false;
}

std::string CookieJar::Header(const CookiePlace& to, Instant now) {
  std::vector<Entry*> found;
  std::string_view suffix = to.host;
  for (bool whole = true;; whole = false) {
    const auto domain = domains_.find(suffix);
    if (domain != domains_.end()) {
      for (Entry& entry : domain->second.entries) {
        const Cookie& cookie = entry.cookie;
        if (cookie.host_only && !whole) continue;
        if (Expired(cookie, now) || (cookie.secure && !to.secure)) continue;
        if (PathMatches(to.path, cookie.path)) found.push_back(&entry);
      }
      if (!found.empty()) used_domains_.splice(used_domains_.begin(), used_domains_, domain->second.place);
    }
    if (!TakeLabel(suffix)) break;
  }
  std::sort(found.begin(), found.end(), [](const Entry* a, const Entry* b) {
    const std::size_t a_path = a->cookie.path.size(), b_path = b->cookie.path.size();
    if (a_path != b_path) return a_path > b_path;
    return std::tie(a->cookie.created, a->born) < std::tie(b->cookie.created, b->born);
  });
  std::string header;
  for (Entry* const entry : found) {
    const Cookie& cookie = entry->cookie;
    if (header.size() + cookie.name.size() + cookie.value.size() + 3 > kMaxHeader) continue;
    if (!header.empty()) header += "; ";
    header.append(cookie.name).append("=").append(cookie.value);
    entry->used = ++uses_;
  }
  return header;
}

}  // namespace trawl::crawler
