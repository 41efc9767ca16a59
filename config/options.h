#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/bytes.h"
#include "config/instant.h"

// Every knob of Trawl: one struct per section of the configuration file, the field's default beside it. What
// a knob trades, its allowed range and its spelling stand once in config/knobs.cc; config/trawl.toml is the
// manual.

namespace trawl::config {

using namespace std::chrono_literals;

enum class PrivateAddresses { kRefuse, kAllow };
enum class RobotsPolicy { kObey, kIgnore };
enum class Durability { kFull, kNormal };
enum class LinkStorage { kAll, kExternal, kNone };
enum class BodyStorage { kNone, kWarc };
enum class SandboxPolicy { kRequire, kPrefer };
enum class ScopeKind { kPrefix, kHost, kDomain, kAny };
/// What a field of an item is made into.
enum class FieldType { kText, kNumber, kInteger, kBoolean, kDate, kUrl, kJson, kHtml };

struct CrawlOptions {
  std::uint32_t max_fetches = 10000;
  std::uint64_t max_pages = 0;   ///< 0: no limit
  std::uint32_t max_depth = 20;  ///< links away from a seed
  Duration max_duration = 0s;    ///< 0: no limit
  Duration patience = 2min;      ///< one-shot crawl: longest wait for a host that is blocked
  PrivateAddresses private_addresses = PrivateAddresses::kRefuse;
  Bytes memory_max = GiB(1);       ///< bodies, parser queue and write queue together
  std::uint32_t max_links = 5000;  ///< links followed of one page
  std::uint32_t max_redirects = 10;
  Bytes max_url = {2048};  ///< longest normalised URL that is queued
  bool follow_nofollow = false;
  bool respect_canonical = false;
  std::uint32_t max_repeats = 3;      ///< of one path segment, or one query pair, in a URL; 0: no limit
  std::uint32_t max_path_depth = 32;  ///< segments of a URL's path; 0: no limit
  std::uint64_t max_query_variants =
      10'000;  ///< URLs of one path but for dates and the same parameters; 0: no limit
  std::uint64_t max_duplicates =
      50;  ///< pages of a host with the same content that are followed; 0: no limit
  std::uint64_t max_near_duplicates = 50;      ///< the same of nearly the same content; 0: no limit
  std::uint32_t max_sitemaps = 1000;           ///< sitemap files of one host
  std::uint64_t max_sitemap_urls = 1'000'000;  ///< URLs taken from the sitemaps of one host
  Duration min_revisit = 1h;  ///< between two visits of a URL that a sitemap or feed says has changed
};

/// How URLs are told apart beyond what never changes the resource.
struct UrlOptions {
  bool sort_query = false;
  bool drop_tracking = false;
  std::vector<std::string> tracking_parameters = {
      "utm_*",  "gclid",  "gbraid", "wbraid", "dclid",  "fbclid", "msclkid", "yclid",  "twclid",
      "ttclid", "igshid", "mc_cid", "mc_eid", "_hsenc", "_hsmi",  "mkt_tok", "vero_id"};
  bool drop_session_ids = false;
  bool fold_trailing_slash = false;
  bool fold_index_page = false;
};

struct HttpOptions {
  std::string user_agent = "trawl/0.1";
  std::string contact;  ///< URL or mail address, added to the user agent
  std::vector<std::pair<std::string, std::string>> headers;
  Duration timeout = 60s;  ///< the whole fetch
  Duration connect_timeout = 10s;
  Duration tls_timeout = 10s;
  Duration first_byte_timeout = 20s;
  Duration idle_timeout = 30s;  ///< how long an unused kept-alive connection stays open
  Bytes min_rate = {100};       ///< bytes a second, over min_rate_window
  Duration min_rate_window = 30s;
  Bytes max_body = MiB(10);  ///< decoded; more is cut and flagged
  Bytes max_headers = KiB(64);
  std::uint32_t max_header_fields = 200;
  std::string proxy;           ///< a list with commas; empty: the environment's; "none"
  std::string source_address;  ///< one of each family at most, with a comma; empty: the kernel's choice
  bool cookies = true;
  std::uint32_t retries = 2;  ///< further attempts after the first
  Duration retry_wait = 10s;  ///< before the first retry; doubles each time
};

struct PolitenessOptions {
  Duration delay = 1s;
  std::uint32_t connections_per_host = 1;
  Duration ip_delay = 250ms;
  Duration domain_delay = 0s;
  Duration max_latency_delay = 30s;  ///< the wait of at least one latency is cut here
  RobotsPolicy robots = RobotsPolicy::kObey;
  Duration max_retry_after = 24h;
  Duration backoff = 60s;        ///< 429 and 503 without Retry-After: first wait, doubles to max_retry_after
  std::uint32_t park_after = 5;  ///< consecutive network errors that park a host
  Duration park = 30min;
};

struct DnsOptions {
  std::vector<std::string> servers;  ///< "address" or "address:port"; empty: the system's
  std::vector<std::pair<std::string, std::string>> hosts;  ///< name -> address, before any look-up
  Duration timeout = 5s;
  std::uint32_t tries = 2;
};

struct TlsOptions {
  bool verify = true;
  std::string ca_file;  ///< empty: the system's trust store
};

struct ParserOptions {
  std::uint32_t workers = 0;  ///< 0: as many as cores
  Bytes memory_max = MiB(256);
  Duration cpu_max = 2s;
  Duration wall_max = 10s;
  SandboxPolicy sandbox = SandboxPolicy::kRequire;
  std::string program;  ///< empty: the trawl-parser beside the running program
};

struct StorageOptions {
  std::string path = "trawl.db";
  Durability durability = Durability::kFull;
  LinkStorage links = LinkStorage::kAll;
  bool text = true;
  bool main_content = false;  ///< the main content of pages apart from the rest
  bool full_text = false;     ///< an index of words, for trawl search
  BodyStorage bodies = BodyStorage::kNone;
  Bytes warc_size = GiB(1);                  ///< of one WARC file; then the next begins
  std::uint64_t skipped_per_host = 100'000;  ///< rows of URLs left out of one host; 0: no limit
  Duration keep_visits = 0s;                 ///< older visits go, but for the last of a URL; 0: none does
  bool structured = true;                    ///< JSON-LD, microdata, OpenGraph and the like
  Duration commit_age = 200ms;               ///< longest wait of a batch for its group's commit
  Bytes commit_size = MiB(24);               ///< a group this large commits at once
  Bytes queue_max = MiB(64);                 ///< waiting batches; beyond it fetching slows
  std::uint32_t readers = 2;
  Bytes min_free = GiB(1);           ///< less free on the disk, and fetching pauses
  std::uint32_t min_free_share = 5;  ///< the same in percent of the disk
};

/// How a daemon is talked to.
struct ControlOptions {
  std::string socket;      ///< path; empty: in $RUNTIME_DIRECTORY, else beside the database
  std::string dashboard;   ///< "address:port"; empty: off
  std::string token_file;  ///< empty: beside the database
  bool expose = false;     ///< lets the dashboard listen on an address that is not loopback
};

/// When, and what then.
struct ScheduleOptions {
  std::string time_zone;               ///< IANA name; empty: that of the process (TZ)
  std::vector<std::string> on_finish;  ///< program and arguments, after a one-shot crawl; empty: none
  Duration on_finish_timeout = 1min;
};

/// What a target may set for itself; an empty field means the section's value.
struct TargetPoliteness {
  std::optional<Duration> delay;
  std::optional<std::uint32_t> connections_per_host;
  std::optional<Duration> ip_delay;
  std::optional<Duration> domain_delay;
  std::optional<RobotsPolicy> robots;
  bool operator==(const TargetPoliteness&) const = default;
};

struct TargetHttp {
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Duration> timeout;
  std::optional<Bytes> max_body;
  std::string proxy;           ///< empty: the section's
  std::string user, password;  ///< sent to the origins of the target's seeds (RFC 7617)
  std::string bearer_token;    ///< in place of them (RFC 6750)
  bool operator==(const TargetHttp&) const = default;
};

/// Where the sitemaps of a target come from: what its hosts' robots.txt name, or a list.
struct SitemapSources {
  bool robots = true;             ///< the Sitemap lines of robots.txt
  std::vector<std::string> urls;  ///< with `robots` false: these alone
  bool operator==(const SitemapSources&) const = default;
};

/// Where one field of an item comes from, and what it becomes. One of css, meta and jsonld is given.
struct ItemField {
  std::string name{};    ///< letters, digits and '_'; a column of the view
  std::string css{};     ///< selector, inside the item's element
  std::string xpath{};   ///< XPath 1.0, from the item's element
  std::string meta{};    ///< name or property of a <meta> of the page
  std::string jsonld{};  ///< path into the page's JSON-LD, "Product.offers.price"
  std::string attr{};    ///< with css: the attribute that is taken in place of the text
  std::string regex{};   ///< RE2; its first group, or without one the match, is taken of the text
  FieldType type = FieldType::kText;
  bool list = false;                      ///< all that is found, not the first
  bool required = false;                  ///< an item without it is no row of item_<rule>
  std::optional<std::string> fallback{};  ///< key "default": in place of what the page does not give
  bool operator==(const ItemField&) const = default;
};

/// What is read off the pages of a target: rows of the view item_<name>.
struct ItemRule {
  std::string name{};
  std::string match{};  ///< RE2, anywhere in the normalised URL; empty: every page
  std::string each{};   ///< selector, an item for each element; empty: one item a page
  std::vector<ItemField> fields{};
  bool operator==(const ItemRule&) const = default;
};

struct Target {
  std::string name;
  std::vector<std::string> seeds;
  ScopeKind scope = ScopeKind::kHost;
  std::vector<std::string> allow;  ///< regular expressions (RE2): when any is given, a URL must match one
  std::vector<std::string> deny;   ///< regular expressions (RE2): a match keeps a URL out, also of allow
  std::vector<std::string> schemes = {"http", "https"};  ///< at least one
  std::vector<std::string> ports;                        ///< "443" or "8000-8999"; empty: every one
  std::uint32_t external_hops = 0;  ///< links that are followed away from what the scope takes
  std::optional<std::uint32_t> max_depth;
  std::uint64_t max_pages = 0;           ///< 0: no limit
  std::uint64_t max_pages_per_host = 0;  ///< 0: no limit
  SitemapSources sitemaps;
  std::optional<bool> follow_nofollow;
  std::string recrawl;                        ///< see config/recrawl.h
  std::string window;                         ///< see config/time_window.h
  std::string time_zone;                      ///< IANA name; empty: schedule.time_zone
  std::string pause_on;                       ///< see config/pause_rule.h
  Duration pause_for = 0s;                    ///< after pause_on; 0: until resumed
  std::vector<std::string> private_networks;  ///< CIDRs that may be fetched though private
  TargetPoliteness politeness;
  TargetHttp http;
  std::vector<ItemRule> items;
  bool operator==(const Target&) const = default;
};

struct Options {
  CrawlOptions crawl;
  UrlOptions url;
  HttpOptions http;
  PolitenessOptions politeness;
  DnsOptions dns;
  TlsOptions tls;
  ParserOptions parser;
  StorageOptions storage;
  ControlOptions control;
  ScheduleOptions schedule;
  std::vector<Target> targets;
};

}  // namespace trawl::config
