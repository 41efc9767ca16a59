#include "crawler/frontier/retry.h"

#include <algorithm>

#include "crawler/fetch/dns_cache.h"

namespace trawl::crawler {
namespace {

struct Rule {
  Outcome outcome;
  bool retry;    ///< a further attempt may end differently
  bool failed;   ///< without one, the URL has failed
  bool trouble;  ///< the network or the host is at fault, not this URL
};

constexpr Rule kRules[] = {
    {Outcome::kOk, false, false, false},
    {Outcome::kNotModified, false, false, false},
    {Outcome::kRedirect, false, false, false},
    {Outcome::kHttpError, false, false, false},  // by status: see RetryStatus
    {Outcome::kDnsFailed, true, true, true},
    {Outcome::kConnectFailed, true, true, true},
    {Outcome::kTlsFailed, true, true, true},
    {Outcome::kConnectionLost, true, true, true},
    {Outcome::kIncomplete, true, false, false},
    {Outcome::kTimeout, true, true, true},
    {Outcome::kTooSlow, true, true, false},
    {Outcome::kTooLarge, false, true, false},
    {Outcome::kMalformed, false, true, false},
    {Outcome::kDecodeFailed, false, true, false},
    {Outcome::kProxyFailed, true, true, false},
    {Outcome::kRefusedPrivate, false, true, false},
    {Outcome::kRobotsDenied, false, true, false},
    {Outcome::kRobotsUnreachable, true, true, true},
    {Outcome::kParseCrashed, false, true, false},
    {Outcome::kParseTimeout, false, true, false},
    {Outcome::kParseLimit, false, true, false},
};

/// Statuses that a later attempt may change (the list in use at Scrapy).
bool RetryStatus(std::uint16_t status) {
  constexpr std::uint16_t kStatuses[] = {408, 429, 500, 502, 503, 504, 522, 524};
  return std::find(std::begin(kStatuses), std::end(kStatuses), status) != std::end(kStatuses);
}

/// `first` doubled `times` times, at most `most`, give or take a tenth: hosts must not come back all at once.
Duration Backoff(Duration first, unsigned times, Duration most, std::mt19937_64& random) {
  Duration wait = first;
  for (unsigned i = 0; i < times && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  std::uniform_int_distribution<Duration::rep> jitter(-wait.count() / 10, wait.count() / 10);
  return wait + Duration(jitter(random));
}

}  // namespace

RetryDecision DecideRetry(const RetryInput& visit, const config::HttpOptions& http,
                          const config::PolitenessOptions& politeness, std::mt19937_64& random) {
  const Rule* rule = std::find_if(std::begin(kRules), std::end(kRules),
                                  [&](const Rule& row) { return row.outcome == visit.outcome; });
  RetryDecision decision;
  decision.host_in_trouble = rule->trouble;
  decision.failed = rule->failed;
  bool retry = rule->retry;
  if (visit.outcome == Outcome::kHttpError) retry = RetryStatus(visit.status);

  const bool asked_to_wait = visit.status == 429 || visit.status == 503;
  if (asked_to_wait) {
    decision.host_wait = visit.retry_after ? std::min(*visit.retry_after, politeness.max_retry_after)
                                           : Backoff(politeness.backoff, visit.host_backoffs,
                                                     politeness.max_retry_after, random);
  }
  if (retry && visit.attempt <= http.retries) {
    decision.retry = true;
    decision.url_wait = Backoff(http.retry_wait, visit.attempt - 1u, politeness.max_retry_after, random);
    // Sooner, the cache would say it again. What the last attempt hears is believed.
    if (visit.absent) decision.url_wait += DnsCache::kAbsentLife;
  }
  return decision;
}

}  // namespace trawl::crawler
