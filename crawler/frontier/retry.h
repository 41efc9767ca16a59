#pragma once

#include <optional>
#include <random>

#include "config/instant.h"
#include "config/options.h"
#include "config/outcome.h"

namespace trawl::crawler {

/// What follows from a visit, for its URL and for its host.
struct RetryDecision {
  bool retry = false;                 ///< the URL goes back to the queue, else it is finished
  Duration url_wait{0};               ///< with retry: not before now + this
  bool failed = false;                ///< without retry: the URL ends as failed, else as done
  bool host_in_trouble = false;       ///< counts as one of the consecutive network errors that park a host
  std::optional<Duration> host_wait;  ///< the whole host waits, as the server asked or by back-off
};

struct RetryInput {
  Outcome outcome = Outcome::kOk;
  std::uint16_t status = 0;
  std::uint8_t attempt = 1;             ///< this one included
  std::uint8_t host_backoffs = 0;       ///< earlier consecutive ones of this host
  std::optional<Duration> retry_after;  ///< as the server asked
  bool absent = false;                  ///< the name servers know of no such name
};

/// The one table of policy for failures: which outcomes are tried again, and which hold the host back.
RetryDecision DecideRetry(const RetryInput& visit, const config::HttpOptions& http,
                          const config::PolitenessOptions& politeness, std::mt19937_64& random);

}  // namespace trawl::crawler
