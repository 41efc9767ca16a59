#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/instant.h"
#include "config/options.h"
#include "config/outcome.h"
#include "config/url_id.h"

// What crosses from the event loop to the storage threads and back: plain values, moved, never shared.
// Every string_view in a WriteBatch points into the batch's own BatchText (or to static text).

namespace trawl::storage {

/// Where a known URL stands. Exactly one at any time. Stored: never renumber.
enum class UrlState : std::uint8_t {
  kQueued = 0,    ///< waits to be fetched (also while it is in flight)
  kDone = 1,      ///< its last visit gave a document, a redirect or 304
  kFailed = 2,    ///< its last visit failed and no attempt is left
  kExcluded = 3,  ///< never to be fetched: see its skip reason
};

/// Why a URL was not fetched. Stored: never renumber.
enum class SkipReason : std::uint8_t {
  kNone = 0,
  kScope = 1,          ///< outside the target's scope
  kDenied = 2,         ///< a deny expression matches; rule holds it
  kNotAllowed = 3,     ///< allow expressions are given and none matches
  kDepth = 4,          ///< deeper than max_depth
  kPageLimit = 5,      ///< a page limit was reached
  kRobots = 6,         ///< robots.txt disallows it; rule holds the line
  kTooLong = 7,        ///< the URL is longer than crawl.max_url
  kRedirectLimit = 8,  ///< a chain of more than max_redirects
  kNofollow = 9,       ///< only found behind nofollow
  kNotPage = 10,       ///< a resource (image, script ...) that this crawl does not fetch
  kTrap = 11,          ///< repeated path segments or query pairs, or too many variants of a query
  kDuplicate = 12,     ///< only found on pages whose content their host repeats
  kSitemapLimit = 13,  ///< a sitemap past the limit of files or of nesting
  kHops = 14,          ///< more links away from the target's scope than external_hops
};

inline constexpr SkipReason kLastSkipReason = SkipReason::kHops;

/// A word for the `skipped` view, e.g. "scope".
std::string_view Name(SkipReason reason);

/// A QueuedUrl's target when the run's configuration no longer names it.
inline constexpr std::uint16_t kNoTarget = 0xffff;

/// Place of a URL in its host's queue; unique. Lower priority numbers and then lower seq come first.
struct QueueKey {
  HostId host{};
  std::uint8_t priority = 0;
  std::uint64_t seq = 0;  ///< given by the frontier, ever growing
  bool operator==(const QueueKey&) const = default;
};

struct QueuePlace {
  QueueKey key;
  Instant due{};  ///< not before
  std::uint8_t attempts = 0;
};

/// Reasons that speak of how a URL was met, not of the URL: it may yet be met in a way that is followed. Such
/// a row gives way to a queued one, and its id is not handed out as known.
inline constexpr bool MayYetBeQueued(SkipReason reason) {
  return reason == SkipReason::kDepth || reason == SkipReason::kNofollow || reason == SkipReason::kNotPage ||
         reason == SkipReason::kDuplicate || reason == SkipReason::kHops;
}

/// How often a URL is said to change, from 1 hour on; zero: nothing is said.
using ChangeHint = std::chrono::duration<std::uint16_t, std::ratio<3600>>;

/// A URL met for the first time. An excluded one past storage.skipped_per_host gets no row and is only
/// counted: its id is not handed out as known. When it is known the row that exists stays, but for two cases:
/// a queued URL takes the place of an excluded one whose reason MayYetBeQueued, and one that `insists` that
/// of any excluded one but where robots.txt said so.
struct NewUrl {
  UrlId id{};
  std::string_view url;  ///< normalised
  HostId host{};
  std::string_view host_name;
  std::uint16_t target = 0;  ///< index in RunStart::target_names
  std::uint16_t depth = 0;
  std::uint8_t redirects = 0;   ///< length of the redirect chain that led here
  std::uint8_t sitemap = 0;     ///< 0: a page; else a sitemap, this many indexes deep, from 1
  std::optional<UrlId> source;  ///< page, sitemap or redirect that named it; none for a seed
  UrlState state = UrlState::kQueued;
  SkipReason skip = SkipReason::kNone;  ///< with kExcluded
  std::string_view rule;                ///< with kExcluded: the expression or line
  std::optional<QueuePlace> queue;      ///< with kQueued
  ChangeHint hint{};                    ///< by the sitemap that named it
  std::uint8_t hops = 0;                ///< links away from the target's scope; 0: within
  bool insists = false;
};

/// By which rules of the configuration the excluded URLs of a reason were judged last: a fingerprint of them.
struct Judgement {
  SkipReason reason = SkipReason::kNone;
  std::uint64_t rules = 0;
  bool operator==(const Judgement&) const = default;
};

/// One try at a URL.
struct Visit {
  UrlId url{};
  HostId host{};
  Instant at{};  ///< start
  Outcome outcome = Outcome::kOk;
  std::string_view detail;   ///< what exactly failed, for people; empty when ok
  std::uint16_t status = 0;  ///< 0: no answer
  std::uint8_t attempt = 1;
  std::string_view ip;
  std::string_view protocol;  ///< "http/1.1"
  std::uint64_t bytes_wire = 0;
  std::uint64_t bytes_body = 0;
  /// Milliseconds spent in each step; none: the step did not happen (e.g. a reused connection).
  std::optional<std::uint32_t> dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms, parse_ms;
};

/// What the last good visit of a URL gave. Replaces the earlier one.
struct Page {
  UrlId url{};
  std::uint16_t status = 200;
  std::string_view content_type, charset, language, title, description, canonical, text, etag, last_modified;
  std::string_view main_text;        ///< the main content; empty: none was read
  std::string_view author;           ///< as the page says
  std::string_view language_source;  ///< static text: "declared", "detected"; empty without a language
  std::uint64_t simhash = 0;         ///< 0: of too little text
  std::string_view published_at;     ///< ISO 8601, a date alone or a moment in UTC; empty: not known
  std::uint32_t words = 0;
  std::uint16_t depth = 0;
  std::uint64_t bytes = 0;  ///< decoded body
  std::uint64_t content_hash = 0;
  Instant fetched_at{};
  bool truncated = false;   ///< the body or its links were cut by a limit, or came incomplete
  bool noindex = false;     ///< it asks search engines to leave it out
  std::uint32_t links = 0;  ///< found, also where storage.links keeps none
};

struct Link {
  UrlId target{};
  std::string_view kind;  ///< static text: "a", "img" ...
  std::string_view rel;
  std::string_view anchor;
  bool external = false;  ///< other host than the page
};

/// What an item rule has read off the page.
struct Item {
  std::string_view rule;       ///< its name
  std::uint32_t position = 1;  ///< among the page's items of the rule; 0: it found none, and `data` is empty
  std::string_view data;       ///< a JSON object
  std::string_view defaulted;  ///< names of fields that have their default, with spaces between
};

/// Something that the page says in machine-readable form.
struct StructuredData {
  std::string_view kind;  ///< static text: "json-ld", "opengraph" ...
  std::string_view data;  ///< JSON
};

struct Redirect {
  UrlId target{};
  std::uint16_t status = 0;
};

/// One exchange as it went over the wire, but for codings of the body.
struct Exchange {
  std::string_view url;
  std::string_view request;   ///< head as sent, with its empty line
  std::string_view response;  ///< head, with its empty line; its fields tell of `body` as it is here
  std::string_view body;      ///< decoded of transfer and content codings
  bool truncated = false;     ///< the body was cut by a limit, or came incomplete
};

/// What robots.txt of one origin said, kept as the receipt of what was obeyed.
struct RobotsReceipt {
  std::string_view origin;  ///< "https://example.org"
  HostId host{};
  std::string_view host_name;
  Outcome outcome = Outcome::kOk;
  std::uint16_t status = 0;
  Instant fetched_at{};
  Instant expires_at{};
  std::optional<Duration> crawl_delay;
  std::string_view body;
  /// Not empty: it could not be renewed and serves on, for people why. Then only this and expires_at change
  /// in what is stored of the origin.
  std::string_view renewal_error;
};

/// What the frontier knows of a host, for the `hosts` view and for a restart.
struct HostState {
  HostId host{};
  std::string_view name;
  std::string_view ip;
  Duration delay{};  ///< in force now
  std::string_view
      waiting_for;  ///< static text: "delay", "robots", "retry-after", "backoff", "parked", "" ...
  std::optional<Instant> blocked_until;
  std::uint8_t backoffs = 0;  ///< consecutive answers of 429/503, network errors
};

/// A URL's next visit, long after its last one.
struct Revisit {
  Instant due{};
  Duration interval{};      ///< between the last visit and this one
  std::uint8_t misses = 0;  ///< last visits in a row that found 404 or 410
  /// For a conditional request, of what leaves no page: a sitemap that was read whole.
  std::string_view etag = {}, last_modified = {};
};

/// A sitemap is visited again after this at the latest: it tells which pages are worth a visit.
inline constexpr Duration kSitemapAgain = std::chrono::hours(24);

/// A URL that waits for its revisit.
struct ScheduledVisit {
  UrlId url{};
  Instant visited{};  ///< its last visit
  Instant due{};
};

/// A URL's revisit that comes earlier than scheduled; without effect when it has none or is in the queue.
struct Advance {
  UrlId url{};
  Instant due{};
};

/// A URL whose revisit is due: it leaves the schedule and waits in the queue. Without a place it only leaves.
struct Promotion {
  UrlId url{};
  std::optional<QueuePlace> place;
};

/// A cookie of a target, by target, domain, path, name and host_only (RFC 6265bis section 5.7).
struct CookieRow {
  std::uint16_t target = 0;  ///< index in RunStart::target_names
  std::string_view domain, path, name, value;
  bool host_only = true, secure = false, http_only = false;
  std::uint8_t same_site = 0;
  Instant created{};
  std::optional<Instant> expires;  ///< none: kept as long as the database
  bool removed = false;            ///< the stored one goes
};

/// A target that waits until somebody or its time lets it go.
struct TargetPause {
  std::uint16_t target = 0;        ///< index in RunStart::target_names
  bool paused = true;              ///< in a batch, false: the stored one goes
  std::string reason{};            ///< why it has paused by itself; empty: an operator has
  std::optional<Instant> until{};  ///< then it goes on by itself
  bool operator==(const TargetPause&) const = default;
};

/// Owns the text that a WriteBatch points to. Views stay valid when it is moved.
class BatchText {
 public:
  BatchText() = default;
  BatchText(BatchText&& other) noexcept { *this = std::move(other); }
  BatchText& operator=(BatchText&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    adopted_ = std::move(other.adopted_);
    open_ = std::exchange(other.open_, nullptr);  // which is in a block that is not its own any more
    room_ = std::exchange(other.room_, 0);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }

  /// Keeps a copy and gives the view of it. Short texts stand together in blocks.
  std::string_view Keep(std::string_view text);
  /// Takes over a buffer that views already point into.
  void Adopt(std::vector<char> buffer);
  /// Of memory, with what blocks have left: the limits of what may wait count them.
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::vector<char>> adopted_;
  char* open_ = nullptr;  // where the last block has room
  std::size_t room_ = 0, bytes_ = 0;
};

/// Everything that one event of the crawl changes: commits whole or not at all.
struct WriteBatch {
  BatchText text;
  std::vector<NewUrl> urls;
  std::optional<Visit> visit;
  std::optional<Page> page;
  std::vector<Link> links;                 ///< of `page`; replace its earlier ones
  std::vector<Item> items;                 ///< of `page`; likewise
  std::vector<StructuredData> structured;  ///< of `page`; likewise
  std::optional<Redirect> redirect;        ///< of `visit`
  std::optional<Exchange> exchange;        ///< of `visit`; kept where storage.bodies says so
  /// The visited URL leaves this place in the queue ...
  std::optional<QueueKey> leaves;
  /// ... and goes into this state; kQueued needs `requeued`.
  std::optional<UrlState> state;
  SkipReason skip = SkipReason::kNone;  ///< with state kExcluded
  std::string_view rule;
  UrlId subject{};  ///< the URL that leaves/state/skip are about
  std::optional<QueuePlace> requeued;
  /// With state kDone or kFailed: when it is visited again. Without it a URL that has left the queue is not,
  /// and needs a promotion without a place if it was scheduled before.
  std::optional<Revisit> revisit;
  /// With a visit: the page that the URL has, if any, is not there any more. It is marked, not deleted.
  bool gone = false;
  std::vector<Promotion> promotions;
  std::vector<Advance> advances;
  std::vector<Judgement> judgements;
  std::vector<CookieRow> cookies;
  std::vector<TargetPause> pauses;
  std::optional<RobotsReceipt> robots;
  std::vector<HostState> hosts;
  /// Somebody waits for it: it is committed before batches that were handed over earlier and are not yet
  /// begun. What it says of a host is newer than what they say, and stands.
  bool urgent = false;
  std::uint64_t order = 0;  ///< the how-manieth batch of this run it is; the store's to set

  /// Memory held, for the bounds of queues.
  std::size_t bytes() const;
};

/// What earlier visits left of a URL that is to be fetched again.
struct Earlier {
  Duration interval{};             ///< that led to this visit; zero: it was not scheduled
  std::uint64_t content_hash = 0;  ///< of the stored page
  std::uint8_t misses = 0;         ///< see Revisit
  bool has_page = false;
  bool operator==(const Earlier&) const = default;
};

/// A row of the queue as a restart or refill reads it.
struct QueuedUrl {
  UrlId id{};
  QueuePlace place;
  std::string url;
  std::uint16_t target = 0;  ///< index in this run's RunStart::target_names, or kNoTarget
  std::uint16_t depth = 0;
  std::uint8_t redirects = 0;
  std::uint8_t sitemap = 0;         ///< as NewUrl::sitemap
  ChangeHint hint{};                ///< as NewUrl::hint
  std::uint8_t hops = 0;            ///< as NewUrl::hops
  std::string etag, last_modified;  ///< of the stored page or the sitemap, for a conditional request
  std::optional<Earlier> earlier;   ///< none for a URL that has neither a page nor a schedule
};

/// URLs whose revisit is due, the longest due first. Their places are not given yet.
struct DueUrls {
  std::vector<QueuedUrl> urls;
  std::optional<Instant> next;  ///< when the first of all others is due
};

/// An excluded URL, to be judged anew.
struct ExcludedUrl {
  UrlId id{};
  std::string url;
  SkipReason skip = SkipReason::kNone;
  std::string rule;
  std::uint16_t target = 0;  ///< as QueuedUrl::target
  std::uint16_t depth = 0;
  std::uint8_t redirects = 0, sitemap = 0, hops = 0;  ///< as in NewUrl
  std::optional<UrlId> source;
};

/// Some of the excluded URLs, in the order of their discovery.
struct ExcludedSlice {
  std::vector<ExcludedUrl> urls;
  std::optional<std::uint64_t> next;  ///< where to go on; none: these were the last
};

/// A host as a restart reads it.
struct StoredHost {
  HostId host{};
  std::string name;
  std::string ip;
  Duration delay{0};        ///< in force when it was last written
  std::uint64_t pages = 0;  ///< stored pages, for max_pages_per_host
  std::uint64_t queued = 0;
  std::optional<Instant> blocked_until;
  std::string waiting_for;
  std::uint8_t backoffs = 0;
};

/// A robots.txt as it was kept.
struct StoredRobots {
  std::string origin;
  Outcome outcome = Outcome::kOk;
  std::uint16_t status = 0;
  Instant fetched_at{}, expires_at{};
  std::string body;
};

/// A cookie as a restart reads it.
struct StoredCookie {
  std::uint16_t target = 0;
  std::string domain, path, name, value;
  bool host_only = true, secure = false, http_only = false;
  std::uint8_t same_site = 0;
  Instant created{};
  std::optional<Instant> expires;
};

/// One run of the program over a database.
struct RunStart {
  Instant at{};
  std::string version;
  std::string config;                     ///< as given, secrets removed
  std::vector<std::string> target_names;  ///< index = NewUrl::target; empty name allowed
  std::vector<config::ItemRule> rules{};  ///< whose items will be written: each gets its view
};

struct RunEnd {
  Instant at{};
  std::string reason;  ///< "done", "stopped", "max_pages", "max_duration", "waiting" ...
};

}  // namespace trawl::storage
