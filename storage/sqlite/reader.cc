#include "storage/sqlite/reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/sqlite/cells.h"
#include "storage/sqlite/shorthand.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::size_t kBlock = 8192;    // known ids handed out at once
constexpr std::int64_t kSlice = 20000;  // URLs looked through at once for excluded ones

/// A SELECT of columns of its own and, behind them, of those that Reader::ReadUrl reads of u, p and r.
std::string SelectUrls(std::string_view columns, std::string_view from) {
  return std::string("SELECT ")
      .append(columns)
      .append(", u.id, u.url, u.target, u.depth, u.redirects, coalesce(p.etag, r.etag), ")
      .append("coalesce(p.last_modified, r.last_modified), p.content_hash, r.interval_ms, r.misses, ")
      .append("u.sitemap, u.hint_hours, u.hops ")
      .append(from);
}

std::optional<Instant> InstantOrNone(const Statement& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional(FromMs(row.Int(column)));
}

/// Ids that are not handed out as known, sorted.
std::vector<UrlId> LoadUnsettled(Connection& db) {
  std::vector<UrlId> ids;
  Statement row = db.Prepare(
      "SELECT id FROM url INDEXED BY url_unsettled WHERE state = 3 AND skip IN (4, 9, 10, 12, 14)");
  while (row.Step()) ids.push_back(static_cast<UrlId>(row.Int(0)));
  std::sort(ids.begin(), ids.end(), [](UrlId a, UrlId b) { return ToKey(a) < ToKey(b); });
  return ids;
}

std::uint64_t LoadKnown(Connection& db, FrontierSink& sink) {
  const std::vector<UrlId> unsettled = LoadUnsettled(db);
  auto next_unsettled = unsettled.begin();
  std::uint64_t count = 0;
  std::vector<UrlId> block;
  block.reserve(kBlock);
  // Both tables have the order that is wanted, so that SQLite merges them row by row.
  Statement row = db.Prepare("SELECT id FROM url_number UNION ALL SELECT id FROM url_number_new ORDER BY id");
  while (row.Step()) {
    const auto id = static_cast<UrlId>(row.Int(0));
    if (next_unsettled != unsettled.end() && *next_unsettled == id) {
      ++next_unsettled;
      continue;
    }
    block.push_back(id);
    if (block.size() < kBlock) continue;
    count += block.size();
    sink.OnKnown(block);
    block.clear();
  }
  if (!block.empty()) sink.OnKnown(block);
  return count + block.size();
}

void LoadHosts(Connection& db, FrontierSink& sink, FrontierTotals& totals) {
  Statement row = db.Prepare(
      "SELECT h.id, h.name, h.ip, h.pages, coalesce(q.queued, 0), h.blocked_until, h.waiting_for, "
      "h.backoffs, q.seq, h.delay_ms "
      "FROM host h LEFT JOIN (SELECT host, count(*) AS queued, max(seq) AS seq FROM pending GROUP BY host) q "
      "ON q.host = h.n");
  while (row.Step()) {
    StoredHost host;
    host.host = static_cast<HostId>(row.Int(0));
    host.name = row.Text(1);
    host.ip = row.Text(2);
    host.pages = static_cast<std::uint64_t>(row.Int(3));
    host.queued = static_cast<std::uint64_t>(row.Int(4));
    host.blocked_until = InstantOrNone(row, 5);
    host.waiting_for = row.Text(6);
    host.backoffs = static_cast<std::uint8_t>(row.Int(7));
    host.delay = Duration(row.Int(9));
    totals.pages += host.pages;
    totals.queued += host.queued;
    totals.next_seq = std::max(totals.next_seq, static_cast<std::uint64_t>(row.Int(8)) + 1);
    sink.OnHost(std::move(host));
  }
}

void LoadTargets(Connection& db, const std::unordered_map<std::int64_t, std::uint16_t>& index,
                 FrontierSink& sink) {
  Statement row = db.Prepare("SELECT n, pages FROM target WHERE pages > 0");
  while (row.Step()) {
    const auto target = index.find(row.Int(0));
    if (target != index.end()) sink.OnTargetPages(target->second, static_cast<std::uint64_t>(row.Int(1)));
  }
}

void LoadJudgements(Connection& db, FrontierTotals& totals) {
  Statement row = db.Prepare("SELECT skip, rules FROM judgement ORDER BY skip");
  while (row.Step())
    totals.judgements.push_back(
        {static_cast<SkipReason>(row.Int(0)), static_cast<std::uint64_t>(row.Int(1))});
}

}  // namespace

Reader::Reader(Connection& db)
    : db_(db),
      begin_(db.Prepare("BEGIN")),
      end_(db.Prepare("COMMIT")),
      queue_(db.Prepare(SelectUrls("q.priority, q.seq, q.due, q.attempts",
                                   "FROM host h JOIN pending q ON q.host = h.n JOIN url u ON u.n = q.url "
                                   "LEFT JOIN page p ON p.url = q.url LEFT JOIN revisit r ON r.url = q.url "
                                   "WHERE h.id = ? AND (q.priority, q.seq) > (?, ?) "
                                   "ORDER BY q.priority, q.seq LIMIT ?"))),
      // CROSS JOIN: the schedule first, in the order of its index.
      due_(db.Prepare(SelectUrls("r.due, h.id",
                                 "FROM revisit r INDEXED BY revisit_due CROSS JOIN url u ON u.n = r.url "
                                 "CROSS JOIN host h ON h.n = u.host LEFT JOIN page p ON p.url = r.url "
                                 "WHERE r.due IS NOT NULL ORDER BY r.due LIMIT ?"))),
      revisit_(db.Prepare(Expanded(
          "SELECT v.at, r.due FROM url u CROSS JOIN revisit r ON r.url = u.n CROSS JOIN visit v ON v.n = "
          "u.visit WHERE u.n = @url(?1) AND r.due IS NOT NULL"))),
      robots_(db.Prepare("SELECT outcome, status, fetched_at, expires_at, body "
                         "FROM robots_txt WHERE origin = ?")),
      excluded_(db.Prepare(
          Expanded("SELECT 1 FROM url WHERE n = @url(?1) AND state = 3 AND skip <> 6 UNION ALL SELECT 1 FROM "
                   "unlisted x JOIN skip_count c ON c.n = x.skip_count WHERE x.id = ?1 AND c.skip <> 6"))) {}

void Reader::SetTargets(const std::vector<std::int64_t>& numbers) {
  target_index_.clear();
  for (std::size_t i = 0; i < numbers.size(); ++i)
    target_index_.emplace(numbers[i], static_cast<std::uint16_t>(i));
}

boost::system::error_code Reader::TakeError() {
  const boost::system::error_code error = db_.error();
  db_.ClearError();
  return error;
}

Result<FrontierTotals> Reader::LoadFrontier(FrontierSink& sink) {
  FrontierTotals totals;
  begin_.Run();
  totals.known = LoadKnown(db_, sink);
  LoadHosts(db_, sink, totals);
  LoadTargets(db_, target_index_, sink);
  LoadJudgements(db_, totals);
  LoadCookies(sink);
  LoadPauses(totals);
  const boost::system::error_code error = TakeError();
  end_.Run();
  if (error) return error;
  return totals;
}

void Reader::LoadCookies(FrontierSink& sink) {
  Statement row = db_.Prepare(
      "SELECT target, domain, path, name, value, host_only, secure, http_only, same_site, created, expires "
      "FROM cookie ORDER BY created");
  while (row.Step()) {
    const auto target = target_index_.find(row.Int(0));
    if (target == target_index_.end()) continue;
    StoredCookie cookie;
    cookie.target = target->second;
    cookie.domain = row.Text(1);
    cookie.path = row.Text(2);
    cookie.name = row.Text(3);
    cookie.value = row.Text(4);
    cookie.host_only = row.Int(5) != 0;
    cookie.secure = row.Int(6) != 0;
    cookie.http_only = row.Int(7) != 0;
    cookie.same_site = static_cast<std::uint8_t>(row.Int(8));
    cookie.created = FromMs(row.Int(9));
    cookie.expires = InstantOrNone(row, 10);
    sink.OnCookie(std::move(cookie));
  }
}

void Reader::LoadPauses(FrontierTotals& totals) {
  Statement row = db_.Prepare("SELECT target, reason, until FROM target_pause ORDER BY target");
  while (row.Step()) {
    const auto target = target_index_.find(row.Int(0));
    if (target != target_index_.end())
      totals.pauses.push_back({target->second, true, std::string(row.Text(1)), InstantOrNone(row, 2)});
  }
}

/// The index of the target with this number.
std::uint16_t Reader::TargetAt(std::int64_t number) const {
  const auto target = target_index_.find(number);
  return target == target_index_.end() ? kNoTarget : target->second;
}

/// What SelectUrls reads behind the columns of its caller, which are `column` many.
void Reader::ReadUrl(const Statement& row, int column, QueuedUrl& url) const {
  url.id = static_cast<UrlId>(row.Int(column));
  url.url = row.Text(column + 1);
  url.target = TargetAt(row.Int(column + 2));
  url.depth = static_cast<std::uint16_t>(row.Int(column + 3));
  url.redirects = static_cast<std::uint8_t>(row.Int(column + 4));
  url.etag = row.Text(column + 5);
  url.last_modified = row.Text(column + 6);
  url.sitemap = static_cast<std::uint8_t>(row.Int(column + 10));
  url.hint = ChangeHint(static_cast<std::uint16_t>(row.Int(column + 11)));
  url.hops = static_cast<std::uint8_t>(row.Int(column + 12));
  const bool has_page = !row.IsNull(column + 7), scheduled = !row.IsNull(column + 8);
  if (!has_page && !scheduled) return;
  Earlier& earlier = url.earlier.emplace();
  earlier.has_page = has_page;
  earlier.content_hash = static_cast<std::uint64_t>(row.Int(column + 7));
  earlier.interval = Duration(row.Int(column + 8));
  earlier.misses = static_cast<std::uint8_t>(row.Int(column + 9));
}

Result<std::vector<QueuedUrl>> Reader::LoadQueue(HostId host, QueueKey after, std::size_t limit) {
  std::vector<QueuedUrl> rows;
  queue_.With(ToKey(host), after.priority, static_cast<std::int64_t>(after.seq),
              static_cast<std::int64_t>(limit));
  while (queue_.Step()) {
    QueuedUrl& url = rows.emplace_back();
    url.place.key = {host, static_cast<std::uint8_t>(queue_.Int(0)),
                     static_cast<std::uint64_t>(queue_.Int(1))};
    url.place.due = FromMs(queue_.Int(2));
    url.place.attempts = static_cast<std::uint8_t>(queue_.Int(3));
    ReadUrl(queue_, 4, url);
  }
  if (const boost::system::error_code error = TakeError()) return error;
  return rows;
}

Result<DueUrls> Reader::LoadDue(Instant now, std::size_t limit) {
  DueUrls due;
  // One row beyond them says when the next one is due.
  due_.With(static_cast<std::int64_t>(limit) + 1);
  while (due_.Step()) {
    const Instant at = FromMs(due_.Int(0));
    if (at > now || due.urls.size() == limit) {
      due.next = at;
      due_.Reset();
      break;
    }
    QueuedUrl& url = due.urls.emplace_back();
    url.place.key.host = static_cast<HostId>(due_.Int(1));
    url.place.due = at;
    ReadUrl(due_, 2, url);
  }
  if (const boost::system::error_code error = TakeError()) return error;
  return due;
}

Result<std::vector<ScheduledVisit>> Reader::LoadRevisits(const std::vector<UrlId>& ids) {
  std::vector<ScheduledVisit> found;
  for (const UrlId id : ids) {
    if (revisit_.With(ToKey(id)).Step())
      found.push_back({id, FromMs(revisit_.Int(0)), FromMs(revisit_.Int(1))});
    revisit_.Reset();
  }
  if (const boost::system::error_code error = TakeError()) return error;
  return found;
}

Result<std::optional<StoredRobots>> Reader::LoadRobots(const std::string& origin) {
  std::optional<StoredRobots> found;
  if (robots_.With(origin).Step()) {
    StoredRobots& robots = found.emplace();
    robots.origin = origin;
    robots.outcome =
        OutcomeFromNumber(static_cast<int>(robots_.Int(0))).value_or(Outcome::kRobotsUnreachable);
    robots.status = static_cast<std::uint16_t>(robots_.Int(1));
    robots.fetched_at = FromMs(robots_.Int(2));
    robots.expires_at = FromMs(robots_.Int(3));
    robots.body = robots_.Text(4);
  }
  robots_.Reset();
  if (const boost::system::error_code error = TakeError()) return error;
  return found;
}

Result<std::vector<UrlId>> Reader::LoadExcluded(const std::vector<UrlId>& ids) {
  std::vector<UrlId> found;
  for (const UrlId id : ids) {
    if (excluded_.With(ToKey(id)).Step()) found.push_back(id);
    excluded_.Reset();
  }
  if (const boost::system::error_code error = TakeError()) return error;
  return found;
}

Result<ExcludedSlice> Reader::LoadExcludedSlice(const std::vector<SkipReason>& reasons, std::uint64_t from) {
  std::string list;
  for (const SkipReason reason : reasons)
    list.append(list.empty() ? "" : ", ").append(std::to_string(static_cast<int>(reason)));
  ExcludedSlice slice;
  const auto begin = static_cast<std::int64_t>(from);
  // By number: an index of reasons would have to be read in the order of the rules.
  Statement row = db_.Prepare(
      "SELECT u.id, u.url, u.skip, (SELECT text FROM word WHERE n = u.rule), u.target, u.depth, u.redirects, "
      "u.sitemap, (SELECT id FROM url WHERE n = u.source), u.hops FROM url u NOT INDEXED "
      "WHERE u.n >= ? AND u.n < ? AND u.state = 3 AND u.skip IN (" +
      list + ") ORDER BY u.n");
  row.With(begin, begin + kSlice);
  while (row.Step()) {
    ExcludedUrl& url = slice.urls.emplace_back();
    url.id = static_cast<UrlId>(row.Int(0));
    url.url = row.Text(1);
    url.skip = static_cast<SkipReason>(row.Int(2));
    url.rule = row.Text(3);
    url.target = TargetAt(row.Int(4));
    url.depth = static_cast<std::uint16_t>(row.Int(5));
    url.redirects = static_cast<std::uint8_t>(row.Int(6));
    url.sitemap = static_cast<std::uint8_t>(row.Int(7));
    if (!row.IsNull(8)) url.source = static_cast<UrlId>(row.Int(8));
    url.hops = static_cast<std::uint8_t>(row.Int(9));
  }
  if (db_.Int("SELECT max(n) FROM url").value_or(0) >= begin + kSlice)
    slice.next = static_cast<std::uint64_t>(begin + kSlice);
  if (const boost::system::error_code error = TakeError()) return error;
  return slice;
}

}  // namespace trawl::storage::sqlite
