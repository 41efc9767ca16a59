#include "config/knobs.h"

#include "config/checks.h"

namespace trawl::config {
namespace {

constexpr std::string_view kRefuseAllow[] = {"refuse", "allow"};
constexpr std::string_view kObeyIgnore[] = {"obey", "ignore"};
constexpr std::string_view kFullNormal[] = {"full", "normal"};
constexpr std::string_view kLinks[] = {"all", "external", "none"};
constexpr std::string_view kNoneWarc[] = {"none", "warc"};
constexpr std::string_view kRequirePrefer[] = {"require", "prefer"};
constexpr std::string_view kFieldTypes[] = {"text", "number", "integer", "boolean",
                                            "date", "url",    "json",    "html"};
constexpr std::string_view kScopes[] = {"prefix", "host", "domain", "any"};

constexpr std::int64_t kNoMaximum = INT64_MAX;
constexpr CountKind kLimit{0, kNoMaximum};
constexpr auto kYear = 365 * 24h;

template <class Member>
struct OwnerOf;
template <class Owner, class Field>
struct OwnerOf<Field Owner::*> {
  using Type = Owner;
};
template <auto Member>
using Owner = typename OwnerOf<decltype(Member)>::Type;

template <auto Field>
Slot At(Owner<Field>& owner) {
  return &(owner.*Field);
}
template <auto Section, auto Field>
Slot At(Owner<Section>& owner) {
  return &(owner.*Section.*Field);
}

using O = Options;
using T = Target;

// clang-format off
const Knob<Options> kOptionKnobs[] = {
    {"crawl.max_fetches", CountKind{1, 1'000'000}, At<&O::crawl, &CrawlOptions::max_fetches>,
     "Fetches in flight at once; each costs a socket and up to some tens of KiB, and politeness limits each host on its own."},
    {"crawl.max_pages", kLimit, At<&O::crawl, &CrawlOptions::max_pages>,
     "Pages stored before the crawl ends, over all targets and runs of this database; 0 is no limit."},
    {"crawl.max_depth", CountKind{0, 65535}, At<&O::crawl, &CrawlOptions::max_depth>,
     "Links away from a seed; deeper finds more, and more of the endless pages that calendars and filters make."},
    {"crawl.max_duration", TimeKind{0s, kYear}, At<&O::crawl, &CrawlOptions::max_duration>,
     "Time after which a crawl ends cleanly, to be resumed by the same command; 0 is no limit."},
    {"crawl.patience", TimeKind{0s, 30 * 24h}, At<&O::crawl, &CrawlOptions::patience>,
     "Longest a one-shot crawl waits when only blocked hosts are left; longer finishes more of slow sites."},
    {"crawl.private_addresses", ChoiceKind{kRefuseAllow}, At<&O::crawl, &CrawlOptions::private_addresses>,
     "Whether private, loopback, link-local and reserved addresses may be fetched; allow it only for a network of your own."},
    {"crawl.memory_max", SizeKind{MiB(16), GiB(1024)}, At<&O::crawl, &CrawlOptions::memory_max>,
     "Bytes of bodies, parser queue and write queue together; when they are used up, fetching slows instead of growing."},
    {"crawl.max_links", CountKind{0, 5000}, At<&O::crawl, &CrawlOptions::max_links>,
     "Links followed of one page; the rest is counted and left, and the page is flagged."},
    {"crawl.max_redirects", CountKind{0, 100}, At<&O::crawl, &CrawlOptions::max_redirects>,
     "Redirects followed in a row before the chain is given up."},
    {"crawl.max_url", SizeKind{{64}, KiB(8)}, At<&O::crawl, &CrawlOptions::max_url>,
     "Longest normalised URL that is queued; very long ones are mostly traps."},
    {"crawl.follow_nofollow", FlagKind{}, At<&O::crawl, &CrawlOptions::follow_nofollow>,
     "Whether links are followed although their rel, a robots meta or X-Robots-Tag says nofollow; those left out stand in the view skipped."},
    {"crawl.respect_canonical", FlagKind{}, At<&O::crawl, &CrawlOptions::respect_canonical>,
     "Whether a page that names another URL as its canonical one is taken for a copy: it is stored, and of its links only that one is followed."},
    {"crawl.max_repeats", CountKind{0, 1000}, At<&O::crawl, &CrawlOptions::max_repeats>,
     "How often one path segment, or one parameter with the same value, may stand in a URL; more are mostly relative links that grow for ever. 0 is no limit."},
    {"crawl.max_path_depth", CountKind{0, 1000}, At<&O::crawl, &CrawlOptions::max_path_depth>,
     "Segments of a URL's path; where there are more, relative links mostly grow for ever. 0 is no limit."},
    {"crawl.max_query_variants", kLimit, At<&O::crawl, &CrawlOptions::max_query_variants>,
     "URLs of a host, in one run, that differ only in the values of their query or the dates in their path; filters, sort orders and calendars make endless ones. 0 is no limit."},
    {"crawl.max_duplicates", kLimit, At<&O::crawl, &CrawlOptions::max_duplicates>,
     "Pages of a host with the same content, in one run, whose links are followed, and after which no more URLs are fetched that differ only as max_query_variants says, where most were copies; a server that answers everything with the same page is endless. 0 is no limit."},
    {"crawl.max_near_duplicates", kLimit, At<&O::crawl, &CrawlOptions::max_near_duplicates>,
     "The same for pages that say nearly the same under one title with as many links, as a counter or a date leaves them; of that kind those that do not are taken off the count. 0 is no limit."},
    {"crawl.max_sitemaps", CountKind{0, 1'000'000}, At<&O::crawl, &CrawlOptions::max_sitemaps>,
     "Sitemap files fetched of one host in one run; an index may name fifty thousand."},
    {"crawl.max_sitemap_urls", kLimit, At<&O::crawl, &CrawlOptions::max_sitemap_urls>,
     "URLs taken from the sitemaps of one host in one run; the rest is counted and left."},
    {"crawl.min_revisit", TimeKind{0s, kYear}, At<&O::crawl, &CrawlOptions::min_revisit>,
     "Shortest time between two visits of a URL that recrawl would visit later, and of which a sitemap or feed says that it has changed."},

    {"url.sort_query", FlagKind{}, At<&O::url, &UrlOptions::sort_query>,
     "Whether ?b=2&a=1 and ?a=1&b=2 are one URL; few sites give the order of parameters a meaning."},
    {"url.drop_tracking", FlagKind{}, At<&O::url, &UrlOptions::drop_tracking>,
     "Whether the parameters of url.tracking_parameters are taken out of URLs; spares a fetch for every campaign that links to a page."},
    {"url.tracking_parameters", ListKind{CheckParameterName}, At<&O::url, &UrlOptions::tracking_parameters>,
     "Names of query parameters that url.drop_tracking takes out, in any case; one that ends in * stands for all that begin so."},
    {"url.drop_session_ids", FlagKind{}, At<&O::url, &UrlOptions::drop_session_ids>,
     "Whether session ids (jsessionid, PHPSESSID, sid and the like) are taken out of path and query; a site that needs them in every URL then answers otherwise."},
    {"url.fold_trailing_slash", FlagKind{}, At<&O::url, &UrlOptions::fold_trailing_slash>,
     "Whether /a/ and /a are one URL, the one without; relative links of the two differ, so only for sites where both are the same page."},
    {"url.fold_index_page", FlagKind{}, At<&O::url, &UrlOptions::fold_index_page>,
     "Whether /a/index.html (also .htm, .php and default.asp) is the URL /a/; wrong where the two differ."},

    {"http.user_agent", TextKind{CheckUserAgent}, At<&O::http, &HttpOptions::user_agent>,
     "Sent with every request; its first word up to the slash is the name that robots.txt rules are looked up for."},
    {"http.contact", TextKind{CheckFieldValue}, At<&O::http, &HttpOptions::contact>,
     "A URL or mail address added to the user agent, so that a site's operator can write to you before blocking you; "
     "a crawl of the public web does not start without."},
    {"http.headers", PairsKind{CheckHeader}, At<&O::http, &HttpOptions::headers>,
     "Further header fields of every request, such as Accept-Language.", true},
    {"http.timeout", TimeKind{100ms, 1h}, At<&O::http, &HttpOptions::timeout>,
     "A whole fetch, from the look-up of the name to the last byte; longer keeps more slow pages and more connections."},
    {"http.connect_timeout", TimeKind{50ms, 10min}, At<&O::http, &HttpOptions::connect_timeout>,
     "Until a TCP connection stands."},
    {"http.tls_timeout", TimeKind{50ms, 10min}, At<&O::http, &HttpOptions::tls_timeout>,
     "Until the TLS handshake is done."},
    {"http.first_byte_timeout", TimeKind{50ms, 1h}, At<&O::http, &HttpOptions::first_byte_timeout>,
     "From the request sent to the first byte of the answer."},
    {"http.idle_timeout", TimeKind{0s, 1h}, At<&O::http, &HttpOptions::idle_timeout>,
     "How long an unused connection is kept for the host's next request; longer saves handshakes and costs open sockets."},
    {"http.min_rate", SizeKind{{0}, GiB(1)}, At<&O::http, &HttpOptions::min_rate>,
     "Bytes a second below which an answer is given up after http.min_rate_window; 0 never gives up."},
    {"http.min_rate_window", TimeKind{1s, 1h}, At<&O::http, &HttpOptions::min_rate_window>,
     "How long an answer may stay below http.min_rate."},
    {"http.max_body", SizeKind{KiB(1), MiB(64)}, At<&O::http, &HttpOptions::max_body>,
     "Decoded bytes kept of one answer; what is longer is cut there and flagged."},
    {"http.max_headers", SizeKind{KiB(1), MiB(1)}, At<&O::http, &HttpOptions::max_headers>,
     "Bytes of an answer's header; more is refused."},
    {"http.max_header_fields", CountKind{10, 10000}, At<&O::http, &HttpOptions::max_header_fields>,
     "Fields of an answer's header; more is refused."},
    {"http.proxy", TextKind{CheckProxy}, At<&O::http, &HttpOptions::proxy>,
     "Proxies that requests go through in turn: http://, https://, socks5:// or socks5h://, separated by commas; empty takes the environment's (http_proxy, https_proxy, all_proxy, no_proxy), \"none\" takes none. Only with socks5:// are names looked up, and private ones refused, on this side.", true},
    {"http.source_address", TextKind{CheckSourceAddress}, At<&O::http, &HttpOptions::source_address>,
     "Address of this machine that connections come from, or one of each family separated by a comma; with one family given the other is not used."},
    {"http.cookies", FlagKind{}, At<&O::http, &HttpOptions::cookies>,
     "Whether cookies are kept and sent back, each target with its own; some sites answer with endless redirects without."},
    {"http.retries", CountKind{0, 20}, At<&O::http, &HttpOptions::retries>,
     "Further attempts after one that failed for a reason that may pass; they come at lower priority."},
    {"http.retry_wait", TimeKind{0s, 24h}, At<&O::http, &HttpOptions::retry_wait>,
     "Before the first retry; doubles each time."},

    {"politeness.delay", TimeKind{0s, 24h}, At<&O::politeness, &PolitenessOptions::delay>,
     "Pause of a host after the end of its last answer; below 1s only for sites that are yours or agreed to it."},
    {"politeness.connections_per_host", CountKind{1, 10000}, At<&O::politeness, &PolitenessOptions::connections_per_host>,
     "Fetches of one host at once; more than 1 only for sites that are yours or agreed to it."},
    {"politeness.ip_delay", TimeKind{0s, 24h}, At<&O::politeness, &PolitenessOptions::ip_delay>,
     "Pause between fetches of hosts that share an address, as thousands of small sites on one server do."},
    {"politeness.domain_delay", TimeKind{0s, 24h}, At<&O::politeness, &PolitenessOptions::domain_delay>,
     "Pause between fetches of hosts of one registrable domain, for sites that put every shop or user on a subdomain; 0 is none."},
    {"politeness.max_latency_delay", TimeKind{0s, 24h}, At<&O::politeness, &PolitenessOptions::max_latency_delay>,
     "A host rests at least as long as its last answer took, which spares one that struggles, up to this; 0 turns it off."},
    {"politeness.robots", ChoiceKind{kObeyIgnore}, At<&O::politeness, &PolitenessOptions::robots>,
     "Whether robots.txt is obeyed; ignore it only for sites that are yours or agreed to it."},
    {"politeness.max_retry_after", TimeKind{0s, 30 * 24h}, At<&O::politeness, &PolitenessOptions::max_retry_after>,
     "Longest wait that a server's Retry-After, or a growing backoff, can ask for."},
    {"politeness.backoff", TimeKind{0s, 24h}, At<&O::politeness, &PolitenessOptions::backoff>,
     "First wait after 429 or 503 without Retry-After; doubles up to politeness.max_retry_after."},
    {"politeness.park_after", CountKind{1, 1'000'000}, At<&O::politeness, &PolitenessOptions::park_after>,
     "Network errors of a host in a row that park it."},
    {"politeness.park", TimeKind{0s, 30 * 24h}, At<&O::politeness, &PolitenessOptions::park>,
     "How long a parked host is left alone."},

    {"dns.servers", ListKind{CheckServer}, At<&O::dns, &DnsOptions::servers>,
     "Name servers to ask instead of the system's; a resolver on this machine spares others a crawler's many questions."},
    {"dns.hosts", PairsKind{CheckHostEntry}, At<&O::dns, &DnsOptions::hosts>,
     "Addresses of names, taken before any look-up, as in /etc/hosts."},
    {"dns.timeout", TimeKind{100ms, 1min}, At<&O::dns, &DnsOptions::timeout>,
     "One question to one name server."},
    {"dns.tries", CountKind{1, 10}, At<&O::dns, &DnsOptions::tries>,
     "Rounds over the name servers before the look-up counts as failed."},

    {"tls.verify", FlagKind{}, At<&O::tls, &TlsOptions::verify>,
     "Whether certificates are checked; without, anyone between you and the site can change what you store."},
    {"tls.ca_file", TextKind{CheckAnything}, At<&O::tls, &TlsOptions::ca_file>,
     "A PEM file of trusted authorities, in place of the system's."},

    {"parser.workers", CountKind{0, 256}, At<&O::parser, &ParserOptions::workers>,
     "Parser processes; 0 is one for each core, more than cores only costs memory."},
    {"parser.memory_max", SizeKind{MiB(16), GiB(64)}, At<&O::parser, &ParserOptions::memory_max>,
     "Address space of one parser process; a document that needs more ends as parse_limit."},
    {"parser.cpu_max", TimeKind{10ms, 10min}, At<&O::parser, &ParserOptions::cpu_max>,
     "CPU time for one document; more ends as parse_timeout."},
    {"parser.wall_max", TimeKind{10ms, 1h}, At<&O::parser, &ParserOptions::wall_max>,
     "Time from handing a document to a parser process to its answer; more ends as parse_timeout."},
    {"parser.sandbox", ChoiceKind{kRequirePrefer}, At<&O::parser, &ParserOptions::sandbox>,
     "Whether parsing is refused where the kernel has no system call filter; \"prefer\" then goes on behind the other walls."},
    {"parser.program", TextKind{CheckAnything}, At<&O::parser, &ParserOptions::program>,
     "Path of trawl-parser; empty takes the one beside the running program."},

    {"storage.path", TextKind{CheckNotEmpty}, At<&O::storage, &StorageOptions::path>,
     "The SQLite database; a local disk, since SQLite's locks do not hold on a network file system."},
    {"storage.durability", ChoiceKind{kFullNormal}, At<&O::storage, &StorageOptions::durability>,
     "full survives a power cut to the last commit; normal may lose the last seconds to one, never to a crash, and spares the disk."},
    {"storage.links", ChoiceKind{kLinks}, At<&O::storage, &StorageOptions::links>,
     "Which links become rows of the view links; they are most of a database's rows."},
    {"storage.text", FlagKind{}, At<&O::storage, &StorageOptions::text>,
     "Whether the visible text of pages is stored; it is most of a database's bytes."},
    {"storage.main_content", FlagKind{}, At<&O::storage, &StorageOptions::main_content>,
     "Whether the main content of pages (the article without navigation, side columns and footers) is stored beside the text, as main_text of the view pages; every page then needs the tree of its HTML, which makes reading it fourteen times as dear: some 1.7 ms of CPU for 28 KB."},
    {"storage.full_text", FlagKind{}, At<&O::storage, &StorageOptions::full_text>,
     "Whether words of titles, descriptions and texts are indexed, for trawl search; costs about half of what the text does, and as much writing."},
    {"storage.bodies", ChoiceKind{kNoneWarc}, At<&O::storage, &StorageOptions::bodies>,
     "Whether requests and answers are kept whole, in WARC files beside the database; they are most of what a crawl can store."},
    {"storage.warc_size", SizeKind{MiB(1), GiB(1024)}, At<&O::storage, &StorageOptions::warc_size>,
     "Size at which a WARC file ends and the next begins."},
    {"storage.skipped_per_host", kLimit, At<&O::storage, &StorageOptions::skipped_per_host>,
     "URLs of one host that are left out and have a row in the view skipped; of further ones the view skip_counts keeps the number alone, by reason and rule. 0 is no limit."},
    {"storage.keep_visits", TimeKind{0s, 100 * kYear}, At<&O::storage, &StorageOptions::keep_visits>,
     "Age at which rows of the view visits are deleted, but for the last of each URL and that of its page; 0 keeps all."},
    {"storage.structured", FlagKind{}, At<&O::storage, &StorageOptions::structured>,
     "Whether what pages say for programs (JSON-LD, OpenGraph, Twitter cards, Dublin Core, rel= links, microdata) becomes rows of the view structured; costs next to nothing, but that pages with microdata need a tree."},
    {"storage.commit_age", TimeKind{0s, 1min}, At<&O::storage, &StorageOptions::commit_age>,
     "Longest a result waits for others to share its commit; longer means fewer, larger commits and more to fetch again after a crash."},
    {"storage.commit_size", SizeKind{KiB(4), GiB(1)}, At<&O::storage, &StorageOptions::commit_size>,
     "Results that commit at once without waiting for storage.commit_age."},
    {"storage.queue_max", SizeKind{KiB(64), GiB(64)}, At<&O::storage, &StorageOptions::queue_max>,
     "Results that may wait for the disk; beyond it fetching slows."},
    {"storage.readers", CountKind{1, 64}, At<&O::storage, &StorageOptions::readers>,
     "Threads that read the database while one writes."},
    {"storage.min_free", SizeKind{{0}, GiB(1 << 20)}, At<&O::storage, &StorageOptions::min_free>,
     "With less than this free on a disk that the crawl writes to, fetching pauses until there is a tenth more; 0 never pauses for it."},
    {"storage.min_free_share", CountKind{0, 50}, At<&O::storage, &StorageOptions::min_free_share>,
     "The same as a share of the disk, in percent: whichever is more counts."},

    {"control.socket", TextKind{CheckAnything}, At<&O::control, &ControlOptions::socket>,
     "The Unix socket of a daemon, for trawl status and the like; empty is control.sock in the service's runtime folder, else beside the database."},
    {"control.dashboard", TextKind{CheckListener}, At<&O::control, &ControlOptions::dashboard>,
     "Address and port of the daemon's web page and metrics, such as 127.0.0.1:8642; empty is off."},
    {"control.token_file", TextKind{CheckAnything}, At<&O::control, &ControlOptions::token_file>,
     "File that holds the word which opens the dashboard, made when it is not there; empty is beside the database."},
    {"control.expose", FlagKind{}, At<&O::control, &ControlOptions::expose>,
     "Lets the dashboard listen on an address that is not loopback, unencrypted; only behind a proxy of your own that adds TLS."},

    {"schedule.time_zone", TextKind{CheckTimeZone}, At<&O::schedule, &ScheduleOptions::time_zone>,
     "The time zone of windows, such as \"Europe/Berlin\"; empty is that of the process (the environment variable TZ, else the system's)."},
    {"schedule.on_finish", ListKind{CheckNotEmpty}, At<&O::schedule, &ScheduleOptions::on_finish>,
     "A program and its arguments that \"trawl crawl\" runs when it has ended, without a shell; TRAWL_DATABASE, TRAWL_END_REASON and counts stand in its environment. Empty is none."},
    {"schedule.on_finish_timeout", TimeKind{100ms, 24h}, At<&O::schedule, &ScheduleOptions::on_finish_timeout>,
     "How long schedule.on_finish may take; then it is killed."},
};

const Knob<Target> kTargetKnobs[] = {
    {"name", TextKind{CheckTargetName}, At<&T::name>,
     "What the target is called in the views and messages; by default the host of its first seed."},
    {"seeds", ListKind{CheckSeed}, At<&T::seeds>,
     "URLs where the crawl starts; at least one."},
    {"scope", ChoiceKind{kScopes}, At<&T::scope>,
     "How far links are followed: below a seed's folder, on its host, on its registrable domain with all subdomains, or anywhere."},
    {"allow", ListKind{CheckExpression}, At<&T::allow>,
     "Regular expressions (RE2, matched anywhere in the URL); when any is given, a URL must match one to be fetched."},
    {"deny", ListKind{CheckExpression}, At<&T::deny>,
     "Regular expressions (RE2, matched anywhere in the URL); a URL that matches one is not fetched, whatever allow says."},
    {"schemes", ListKind{CheckScheme}, At<&T::schemes>,
     "Schemes of the URLs that are fetched: \"http\", \"https\" or both."},
    {"ports", ListKind{CheckPorts, true}, At<&T::ports>,
     "Ports of the URLs that are fetched, such as 443, or ranges of them such as \"8000-8999\"; empty is every port."},
    {"external_hops", CountKind{0, 100}, At<&T::external_hops>,
     "Links that are followed away from what the scope takes, whatever the host; 1 fetches the pages that the site links to, and none of those that they link to."},
    {"max_depth", CountKind{0, 65535}, At<&T::max_depth>,
     "Links away from a seed of this target; crawl.max_depth where it is not given."},
    {"max_pages", kLimit, At<&T::max_pages>,
     "Pages stored of this target; 0 is no limit."},
    {"max_pages_per_host", kLimit, At<&T::max_pages_per_host>,
     "Pages stored of one host of this target; 0 is no limit."},
    {"sitemaps", SourcesKind{CheckSeed}, At<&T::sitemaps>,
     "Whether the sitemaps that robots.txt names are read for URLs within the scope; or a list of sitemaps, feeds and lists of URLs to read instead."},
    {"follow_nofollow", FlagKind{}, At<&T::follow_nofollow>,
     "As crawl.follow_nofollow, for this target."},
    {"recrawl", TextKind{CheckRecrawl}, At<&T::recrawl>,
     "When what was fetched is fetched again: after a duration such as \"1d\"; \"adaptive\", after a day at first, then 1.4 times as long when the page was the same and 0.8 times when it had changed, from an hour to 90 days; \"never\" or empty, not at all."},
    {"window", TextKind{CheckWindow}, At<&T::window>,
     "The part of each day in which this target is fetched, such as \"22:00-06:00\"; what is in flight at its end ends as usual. Empty is the whole day."},
    {"time_zone", TextKind{CheckTimeZone}, At<&T::time_zone>,
     "The time zone of the window, such as \"Europe/Berlin\"; empty is schedule.time_zone."},
    {"pause_on", TextKind{CheckPauseRule}, At<&T::pause_on>,
     "Pauses the target when so many of its last fetches failed or had a status of 400 and more, such as \"50% of 100\"; \"trawl resume --target\" ends the pause. Empty is never."},
    {"pause_for", TimeKind{0s, 30 * 24h}, At<&T::pause_for>,
     "How long a pause by pause_on lasts; 0 is until it is resumed, also over a restart of the daemon."},
    {"private_networks", ListKind{CheckCidr}, At<&T::private_networks>,
     "Private networks that this target may fetch from, as CIDR; everything else private stays refused."},
    {"politeness.delay", TimeKind{0s, 24h}, At<&T::politeness, &TargetPoliteness::delay>,
     "As politeness.delay, for this target."},
    {"politeness.connections_per_host", CountKind{1, 10000}, At<&T::politeness, &TargetPoliteness::connections_per_host>,
     "As politeness.connections_per_host, for this target."},
    {"politeness.ip_delay", TimeKind{0s, 24h}, At<&T::politeness, &TargetPoliteness::ip_delay>,
     "As politeness.ip_delay, for this target."},
    {"politeness.domain_delay", TimeKind{0s, 24h}, At<&T::politeness, &TargetPoliteness::domain_delay>,
     "As politeness.domain_delay, for this target."},
    {"politeness.robots", ChoiceKind{kObeyIgnore}, At<&T::politeness, &TargetPoliteness::robots>,
     "As politeness.robots, for this target."},
    {"http.headers", PairsKind{CheckHeader}, At<&T::http, &TargetHttp::headers>,
     "Header fields of this target's requests, added to those of http.headers.", true},
    {"http.timeout", TimeKind{100ms, 1h}, At<&T::http, &TargetHttp::timeout>,
     "As http.timeout, for this target."},
    {"http.max_body", SizeKind{KiB(1), MiB(64)}, At<&T::http, &TargetHttp::max_body>,
     "As http.max_body, for this target."},
    {"http.proxy", TextKind{CheckProxy}, At<&T::http, &TargetHttp::proxy>,
     "As http.proxy, for this target.", true},
    {"http.user", TextKind{CheckUser}, At<&T::http, &TargetHttp::user>,
     "User for sites that ask for one by HTTP (basic authentication); sent only to the scheme, host and port of the target's seeds.", true},
    {"http.password", TextKind{CheckCredential}, At<&T::http, &TargetHttp::password>,
     "The password of http.user.", true},
    {"http.bearer_token", TextKind{CheckBearerToken}, At<&T::http, &TargetHttp::bearer_token>,
     "A token sent as \"Authorization: Bearer\", in place of http.user and to the same places.", true},
};

const Knob<ItemRule> kItemKnobs[] = {
    {"name", TextKind{CheckItemName}, At<&ItemRule::name>,
     "What the rule is called: its rows are the view item_NAME. Letters, digits and _; no two rules of a configuration share a name."},
    {"match", TextKind{CheckExpression}, At<&ItemRule::match>,
     "A regular expression (RE2, matched anywhere in the URL) that says which pages of the target the rule is for; without it every one. Only these pages cost the building of a tree."},
    {"each", TextKind{CheckNotEmpty}, At<&ItemRule::each>,
     "A CSS selector: each element that it selects is an item, and the fields are looked for inside it. Without it the page is one item."},
};

const Knob<ItemField> kFieldKnobs[] = {
    {"css", TextKind{CheckNotEmpty}, At<&ItemField::css>,
     "A CSS selector, which may end in ::text or ::attr(x); \":scope\" is the item's own element. fields.NAME = \"selector\" is short for it."},
    {"xpath", TextKind{CheckNotEmpty}, At<&ItemField::xpath>,
     "In place of css: an XPath 1.0 expression from the item's element, such as .//dt[.='Weight']/following-sibling::dd[1]; names of elements in lower case. Slower than css: the page's tree is copied for it."},
    {"meta", TextKind{CheckNotEmpty}, At<&ItemField::meta>,
     "In place of css: the name or property of a <meta> of the page, such as og:title."},
    {"jsonld", TextKind{CheckNotEmpty}, At<&ItemField::jsonld>,
     "In place of css: a path into the page's JSON-LD, such as Product.offers.price; a first part with a capital letter is a @type, arrays are gone through."},
    {"attr", TextKind{CheckNotEmpty}, At<&ItemField::attr>,
     "With css or xpath: the attribute that is taken in place of the element's text."},
    {"regex", TextKind{CheckExpression}, At<&ItemField::regex>,
     "A regular expression (RE2): of the text only its first group is taken, or what it matches where it has none."},
    {"type", ChoiceKind{kFieldTypes}, At<&ItemField::type>,
     "What the text becomes; what cannot become that is NULL. Numbers and dates are understood as people write them, URLs are resolved."},
    {"list", FlagKind{}, At<&ItemField::list>,
     "Whether all that is found is taken, as a JSON array, and not the first alone."},
    {"required", FlagKind{}, At<&ItemField::required>,
     "Whether an item without this field is left out of item_NAME; it stands in the view items all the same."},
    {"default", TextKind{CheckAnything}, At<&ItemField::fallback>,
     "The value where the page gives none."},
};
// clang-format on

}  // namespace

std::span<const Knob<Options>> OptionKnobs() {
  return kOptionKnobs;
}
std::span<const Knob<Target>> TargetKnobs() {
  return kTargetKnobs;
}
std::span<const Knob<ItemRule>> ItemKnobs() {
  return kItemKnobs;
}
std::span<const Knob<ItemField>> FieldKnobs() {
  return kFieldKnobs;
}

}  // namespace trawl::config
