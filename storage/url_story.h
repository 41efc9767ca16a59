#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/url_id.h"
#include "storage/query.h"

namespace trawl::storage {

/// Facts of one row under their names, in order; no row has none.
class Facts {
 public:
  Facts() = default;
  Facts(const std::vector<std::string>& names, const std::vector<Value>& values);

  bool empty() const { return facts_.empty(); }
  auto begin() const { return facts_.begin(); }
  auto end() const { return facts_.end(); }
  /// As text; empty for NULL and for a name that is not there.
  std::string Text(std::string_view name) const;
  std::int64_t Number(std::string_view name) const;  ///< 0 likewise

 private:
  std::vector<std::pair<std::string, Value>> facts_;
};

/// All that a database knows of one URL. Times are UTC, ISO 8601.
struct UrlStory {
  /// url, state ("queued", "done", "failed", "excluded"), reason, rule, target, depth, redirects, sitemap,
  /// hops, source, first_seen, visits; of one past storage.skipped_per_host state, reason, rule and visits
  /// alone. Empty: it was never met.
  Facts url;
  Facts queue;     ///< priority, due_at, attempts, ahead (URLs of its host that come before it)
  Facts schedule;  ///< due_at, interval_ms, misses; of a URL that is visited again
  Facts page;      ///< status, content_type, title, bytes, words, fetched_at, changed_at, truncated, noindex
  Facts
      host;  ///< host, ip, waiting_for, blocked_until, delay_ms, queued, pages, errors; of a URL not met too
  Facts robots;  ///< of the URL's origin: status, outcome, fetched_at, expires_at, renewal_error, body
  std::vector<Facts>
      visits;  ///< the last kMaxVisits, newest first: at, status, outcome, attempt, detail, leads_to
  bool visits_cut = false;  ///< the limits did not let all of them be found
  std::string config;       ///< of the last run, as TOML; secrets removed

  static constexpr int kMaxVisits = 20;
};

/// Looks a URL up, beside a running crawl: by its fingerprint, its host and its origin
/// ("https://example.org"). Blocks; earlier visits than the last are looked for in the order of visits.
/// Errors as of Query; `usage` means that the database has the tables of another version. `limits` are for
/// all of it; where they end the look for visits the rest is told.
QueryError LookUp(const std::string& path, UrlId id, HostId host, std::string_view origin, UrlStory& story,
                  const QueryLimits& limits = {});

}  // namespace trawl::storage
