#include "storage/sqlite/reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::size_t kBlock = 8192;  // known ids handed out at once

std::optional<Instant> InstantOrNone(const Statement& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional(FromMs(row.Int(column)));
}

/// Ids that are not handed out as known, sorted.
std::vector<UrlId> LoadUnsettled(Connection& db) {
  std::vector<UrlId> ids;
  Statement row =
      db.Prepare("SELECT id FROM url INDEXED BY url_unsettled WHERE state = 3 AND skip IN (9, 10, 12)");
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
  // The index alone answers this, in the order of the ids.
  Statement row = db.Prepare("SELECT id FROM url INDEXED BY url_id ORDER BY id");
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

void LoadRobots(Connection& db, FrontierSink& sink) {
  Statement row = db.Prepare("SELECT origin, outcome, status, fetched_at, expires_at, body FROM robots_txt");
  while (row.Step()) {
    StoredRobots robots;
    robots.origin = row.Text(0);
    robots.outcome = OutcomeFromNumber(static_cast<int>(row.Int(1))).value_or(Outcome::kRobotsUnreachable);
    robots.status = static_cast<std::uint16_t>(row.Int(2));
    robots.fetched_at = FromMs(row.Int(3));
    robots.expires_at = FromMs(row.Int(4));
    robots.body = row.Text(5);
    sink.OnRobots(std::move(robots));
  }
}

}  // namespace

Reader::Reader(Connection& db)
    : db_(db),
      begin_(db.Prepare("BEGIN")),
      end_(db.Prepare("COMMIT")),
      queue_(db.Prepare(
          "SELECT u.id, q.priority, q.seq, q.due, q.attempts, u.url, u.target, u.depth, u.redirects, "
          "p.etag, p.last_modified, u.sitemap FROM host h JOIN pending q ON q.host = h.n JOIN url u ON u.n = "
          "q.url "
          "LEFT JOIN page p ON p.url = q.url "
          "WHERE h.id = ? AND (q.priority, q.seq) > (?, ?) ORDER BY q.priority, q.seq LIMIT ?")) {}

void Reader::SetTargets(const std::vector<std::int64_t>& numbers) {
  target_index_.clear();
  for (std::size_t i = 0; i < numbers.size(); ++i)
    target_index_.emplace(numbers[i], static_cast<std::uint16_t>(i));
}

Result<FrontierTotals> Reader::LoadFrontier(FrontierSink& sink) {
  FrontierTotals totals;
  begin_.Run();
  totals.known = LoadKnown(db_, sink);
  LoadHosts(db_, sink, totals);
  LoadTargets(db_, target_index_, sink);
  LoadRobots(db_, sink);
  const boost::system::error_code error = db_.error();
  db_.ClearError();
  end_.Run();
  if (error) return error;
  return totals;
}

Result<std::vector<QueuedUrl>> Reader::LoadQueue(HostId host, QueueKey after, std::size_t limit) {
  std::vector<QueuedUrl> rows;
  queue_.With(ToKey(host), after.priority, static_cast<std::int64_t>(after.seq),
              static_cast<std::int64_t>(limit));
  while (queue_.Step()) {
    QueuedUrl& url = rows.emplace_back();
    url.id = static_cast<UrlId>(queue_.Int(0));
    url.place.key = {host, static_cast<std::uint8_t>(queue_.Int(1)),
                     static_cast<std::uint64_t>(queue_.Int(2))};
    url.place.due = FromMs(queue_.Int(3));
    url.place.attempts = static_cast<std::uint8_t>(queue_.Int(4));
    url.url = queue_.Text(5);
    const auto target = target_index_.find(queue_.Int(6));
    url.target = target == target_index_.end() ? kNoTarget : target->second;
    url.depth = static_cast<std::uint16_t>(queue_.Int(7));
    url.redirects = static_cast<std::uint8_t>(queue_.Int(8));
    url.etag = queue_.Text(9);
    url.last_modified = queue_.Text(10);
    url.sitemap = static_cast<std::uint8_t>(queue_.Int(11));
  }
  if (db_.failed()) {
    const boost::system::error_code error = db_.error();
    db_.ClearError();
    return error;
  }
  return rows;
}

}  // namespace trawl::storage::sqlite
