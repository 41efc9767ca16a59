#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "crawler/frontier/frontier.h"
#include "crawler/targets.h"
#include "parser/wire.h"
#include "storage/records.h"

namespace trawl::crawler {

/// Priorities of the queue: lower comes first. Retries wait behind everything that is new.
inline constexpr std::uint8_t kSeedPriority = 10;
inline constexpr std::uint8_t kLinkPriority = 20;  ///< plus the depth
inline constexpr std::uint8_t kRetryPriority = 200;

/// What a link was found by.
struct FoundOn {
  UrlId url{};
  std::uint16_t target = 0;
  std::uint16_t depth = 0;
  std::uint8_t redirects = 0;
};

/// A URL that a batch queues, kept for the frontier until the batch is committed.
struct PendingUrl {
  std::string host_name;
  storage::QueuedUrl url;
};

/// A batch in the making, and what the frontier gets once it is committed.
struct Step {
  storage::WriteBatch batch;
  std::vector<PendingUrl> pending;
};

/// Turns what was met into rows: scope, depth and limits say whether a URL is queued or excluded, the seen
/// set whether it is new. Runs on: event loop. Borrows frontier and targets. A step that it filled must be
/// written before the loop does anything else: the seen set knows its URLs from then on.
class Discovery {
 public:
  struct Limits {
    std::uint32_t redirects = 10;  ///< in a row
    std::size_t url = 2048;        ///< bytes of a URL that is queued
  };
  Discovery(Frontier& frontier, const Targets& targets, Limits limits)
      : frontier_(frontier), targets_(targets), limits_(limits) {}

  /// A URL that starts a target, whatever its scope says; nothing when it is known.
  void Seed(Step& step, std::uint16_t target, std::string_view url, std::uint8_t priority = kSeedPriority);
  /// The links of a page, as rows of the batch, and the URLs that are new. `page`'s text must live as long as
  /// the batch.
  void Links(Step& step, const FoundOn& from, const parser::UrlParts& page_parts,
             const parser::ParsedPage& page);
  /// The target of a redirect; its id.
  UrlId Redirect(Step& step, const FoundOn& from, std::string_view url);
  /// What a committed step queued goes to the frontier.
  void Commit(std::vector<PendingUrl> pending);

 private:
  struct Found {
    std::string_view url;
    const parser::UrlParts& parts;
    std::uint16_t depth = 0;
    std::uint8_t redirects = 0;
    std::uint8_t priority = 0;
    storage::SkipReason skip = storage::SkipReason::kNone;  ///< decided before scope is asked
  };
  void Meet(Step& step, UrlId id, const Found& found, const FoundOn& from, bool seed);

  Frontier& frontier_;
  const Targets& targets_;
  Limits limits_;
};

/// Whether a link leads to a document that a crawl visits, rather than to a part of this page (an image, a
/// script).
bool LeadsToPage(const parser::ParsedLink& link);

}  // namespace trawl::crawler
