#include "storage/url_story.h"

#include <algorithm>
#include <utility>

#include "storage/sqlite/cells.h"
#include "storage/sqlite/shorthand.h"

namespace trawl::storage {
namespace {

std::string Time(const std::string& column) {
  return "strftime('%Y-%m-%dT%H:%M:%fZ', " + column + " / 1000.0, 'unixepoch')";
}

/// As an SQL literal.
std::string Literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
  return literal + "'";
}

std::string UrlSql(const std::string& number) {
  return "SELECT u.url AS url, CASE u.state WHEN 0 THEN 'queued' WHEN 1 THEN 'done' WHEN 2 THEN 'failed' "
         "ELSE 'excluded' END AS state, (SELECT name FROM skip_reasons WHERE number = u.skip) AS reason, "
         "(SELECT text FROM word WHERE n = u.rule) AS rule, (SELECT name FROM target WHERE n = u.target) AS "
         "target, u.depth AS depth, u.redirects AS redirects, u.sitemap AS sitemap, u.hops AS hops, "
         "(SELECT url FROM url WHERE n = u.source) AS source, " +
         Time("u.seen") + " AS first_seen, u.visits AS visits FROM url u WHERE u.n = " + number;
}

/// Of an excluded URL past storage.skipped_per_host this alone is kept.
std::string UnlistedSql(const std::string& id) {
  return "SELECT 'excluded' AS state, (SELECT name FROM skip_reasons WHERE number = c.skip) AS reason, "
         "(SELECT text FROM word WHERE n = c.rule) AS rule, 0 AS visits FROM unlisted x JOIN skip_count c ON "
         "c.n = x.skip_count WHERE x.id = " +
         id;
}

std::string QueueSql(const std::string& number) {
  return "SELECT q.priority AS priority, " + Time("q.due") +
         " AS due_at, q.attempts AS attempts, (SELECT count(*) FROM pending WHERE host = q.host AND "
         "(priority, seq) < (q.priority, q.seq)) AS ahead FROM url u CROSS JOIN pending q ON q.host = u.host "
         "AND q.url = u.n WHERE u.n = " +
         number;
}

/// Without a time while it waits in the queue.
std::string ScheduleSql(const std::string& number) {
  return "SELECT " + Time("r.due") +
         " AS due_at, r.interval_ms AS interval_ms, r.misses AS misses FROM url u JOIN revisit r ON r.url = "
         "u.n WHERE u.n = " +
         number;
}

std::string PageSql(const std::string& number) {
  return "SELECT p.status AS status, (SELECT text FROM word WHERE n = p.content_type) AS content_type, "
         "p.title AS title, p.bytes AS bytes, p.words AS words, " +
         Time("p.fetched_at") + " AS fetched_at, " + Time("p.changed_at") +
         " AS changed_at, p.truncated AS truncated, p.noindex AS noindex FROM url u JOIN page p ON p.url = "
         "u.n WHERE u.n = " +
         number;
}

std::string HostSql(const std::string& host) {
  return "SELECT h.name AS host, h.ip AS ip, h.waiting_for AS waiting_for, " + Time("h.blocked_until") +
         " AS blocked_until, h.delay_ms AS delay_ms, (SELECT count(*) FROM pending WHERE host = h.n) AS "
         "queued, h.pages AS pages, h.errors AS errors FROM host h WHERE h.id = " +
         host;
}

std::string RobotsSql(std::string_view origin) {
  return "SELECT status, (SELECT name FROM outcomes WHERE number = outcome) AS outcome, " +
         Time("fetched_at") + " AS fetched_at, " + Time("expires_at") +
         " AS expires_at, renewal_error, body FROM robots_txt WHERE origin = " + Literal(origin);
}

std::string VisitsSql(const std::string& number) {
  // The visits of a URL have no index of their own. Its last one is known; the others are before it.
  return "SELECT " + Time("v.at") +
         " AS at, v.status AS status, (SELECT name FROM outcomes WHERE number = v.outcome) AS outcome, "
         "v.attempt AS attempt, v.detail AS detail, (SELECT t.url FROM redirect r JOIN url t ON t.n = "
         "@url(r.target) WHERE r.visit = v.n) AS leads_to FROM url u CROSS JOIN visit v ON v.url = u.n AND "
         "v.n <= "
         "u.visit WHERE u.n = " +
         number + " ORDER BY v.n DESC LIMIT min(" + std::to_string(UrlStory::kMaxVisits) +
         ", (SELECT visits FROM url WHERE n = " + number + "))";
}

}  // namespace

Facts::Facts(const std::vector<std::string>& names, const std::vector<Value>& values) {
  for (std::size_t i = 0; i < names.size(); ++i) facts_.emplace_back(names[i], values[i]);
}

std::string Facts::Text(std::string_view name) const {
  const auto found =
      std::find_if(facts_.begin(), facts_.end(), [name](const auto& fact) { return fact.first == name; });
  if (found == facts_.end()) return {};
  if (const auto* text = std::get_if<std::string>(&found->second)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&found->second)) return std::to_string(*number);
  return {};
}

std::int64_t Facts::Number(std::string_view name) const {
  const auto found =
      std::find_if(facts_.begin(), facts_.end(), [name](const auto& fact) { return fact.first == name; });
  const auto* number = found == facts_.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return number == nullptr ? 0 : *number;
}

QueryError LookUp(const std::string& path, UrlId id, HostId host, std::string_view origin, UrlStory& story,
                  const QueryLimits& limits) {
  QueryError error;
  const auto read = [&](const std::string& sql) {
    std::vector<Facts> rows;
    if (!error.ok) return rows;
    std::vector<std::string> names;
    error = Query(
        path, sqlite::Expanded(sql), [&](const std::vector<std::string>& columns) { names = columns; },
        [&](const std::vector<Value>& row) {
          rows.emplace_back(names, row);
          return true;
        },
        limits);
    return rows;
  };
  const auto one = [&](const std::string& sql) {
    std::vector<Facts> rows = read(sql);
    return rows.empty() ? Facts() : std::move(rows.front());
  };
  const std::string id_key = std::to_string(sqlite::ToKey(id)), number = "@url(" + id_key + ")";
  story.url = one(UrlSql(number));
  if (story.url.empty()) story.url = one(UnlistedSql(id_key));
  story.host = one(HostSql(std::to_string(sqlite::ToKey(host))));
  story.robots = one(RobotsSql(origin));
  story.config = one("SELECT config FROM run ORDER BY n DESC LIMIT 1").Text("config");
  if (story.url.empty()) return error;
  if (story.url.Text("state") == "queued") story.queue = one(QueueSql(number));
  story.schedule = one(ScheduleSql(number));
  story.page = one(PageSql(number));
  if (story.url.Number("visits") > 0) story.visits = read(VisitsSql(number));
  story.visits_cut = std::exchange(error.given_up, false);
  if (story.visits_cut) error = {};
  return error;
}

}  // namespace trawl::storage
