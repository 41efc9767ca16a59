// What the control API answers with rows: targets, hosts, the queue, errors, pages, and SQL of one's own.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "crawler/async.h"
#include "crawler/cli/json.h"
#include "crawler/control/route.h"
#include "crawler/time_text.h"
#include "parser/utf8.h"
#include "storage/reports/reports.h"

namespace trawl::crawler {
namespace {

// Columns of the answer to /hosts that are told of a host as it stands now.
enum HostColumn { kHost = 0, kDelay = 5, kWaitingFor = 8, kBlockedUntil = 9 };
constexpr std::string_view kHostColumns =
    "host, ip, pages, errors, bytes, delay_ms, robots_status, crawl_delay_ms, waiting_for, blocked_until, "
    "queued, first_byte_ms";
/// What hosts are sorted by, all of them: nothing that another moment would answer otherwise.
constexpr std::string_view kHostOrders[] = {"queued", "host",  "ip",           "pages",
                                            "errors", "bytes", "first_byte_ms"};

/// As all times of the views.
constexpr std::string_view kTime = "strftime('%Y-%m-%dT%H:%M:%fZ', ";

/// Targets are counted again when the last count is older than so many times what it took.
constexpr int kRestOfCount = 20;
constexpr std::chrono::seconds kCountAtMostEvery{2};

json::value CellOf(const storage::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return json::value(parser::ScrubUtf8(*text));
  return nullptr;
}

std::size_t LimitOf(const ControlRequest& request) {
  const auto found = request.query.find("limit");
  if (found == request.query.end()) return kUsualRows;
  std::size_t limit = kUsualRows;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), limit);
  return std::min(limit, kMostRows);
}

/// One row more than are told, which says that there are more.
std::string Limit(std::size_t rows) {
  return " LIMIT " + std::to_string(rows + 1);
}

ControlReply ReplyOf(const SqlRows& result) {
  if (!result.error.ok) {
    const unsigned status = !result.error.usage ? 503 : 400;
    return Refusal(status, parser::ScrubUtf8(result.error.message));
  }
  json::array columns, rows;
  for (const std::string& name : result.columns) columns.push_back(json::value(parser::ScrubUtf8(name)));
  for (const std::vector<storage::Value>& row : result.rows) {
    json::array cells;
    for (const storage::Value& value : row) cells.push_back(CellOf(value));
    rows.push_back(std::move(cells));
  }
  return JsonReply(
      json::object{{"columns", std::move(columns)}, {"rows", std::move(rows)}, {"more", result.more}});
}

/// The conditions on url `u` that ?host= and ?target= ask for; " AND ..." each.
std::string OfHostAndTarget(const ControlRequest& request) {
  std::string sql;
  if (const std::string host = ValueOf(request, "host"); !host.empty())
    sql += " AND u.host = (SELECT n FROM host WHERE name = " + SqlText(host) + ")";
  if (const std::string target = ValueOf(request, "target"); !target.empty())
    sql += " AND u.target = (SELECT n FROM target WHERE name = " + SqlText(target) + ")";
  return sql;
}

std::string TimeOf(std::string_view column) {
  return std::string(kTime) + std::string(column) + " / 1000.0, 'unixepoch')";
}

}  // namespace

Awaitable<ControlReply> Control::Rows(std::string sql, std::size_t most) {
  const SqlRows result = co_await sql_.Run(std::move(sql), most);
  co_return ReplyOf(result);
}

/// Nothing when ?target= names one, or is not there.
std::optional<ControlReply> Control::RefuseTarget(const ControlRequest& request) const {
  const std::string name = ValueOf(request, "target");
  if (name.empty() || TargetNamed(name)) return std::nullopt;
  return Refusal(404, "there is no target \"" + parser::ScrubUtf8(name) + "\"");
}

/// Counts anew what is queued of each target, now and then: that takes a look at the whole queue.
Awaitable<void> Control::CountQueued() {
  const auto begun = std::chrono::steady_clock::now();
  if (counting_ || begun < count_again_) co_return;
  counting_ = true;
  std::string sql =
      "SELECT t.name, count(*) FROM pending q JOIN url u ON u.n = q.url JOIN target t ON t.n = u.target "
      "GROUP BY u.target";
  const SqlRows rows = co_await sql_.Run(std::move(sql), config::kMaxTargets);
  const auto ended = std::chrono::steady_clock::now();
  count_again_ = ended + std::max<std::chrono::steady_clock::duration>(kRestOfCount * (ended - begun),
                                                                       kCountAtMostEvery);
  counting_ = false;
  if (!rows.error.ok) co_return;
  queued_counts_.emplace();
  for (const std::vector<storage::Value>& row : rows.rows) {
    const auto* name = std::get_if<std::string>(&row[0]);
    const auto* count = std::get_if<std::int64_t>(&row[1]);
    if (name && count) (*queued_counts_)[*name] = *count;
  }
}

Awaitable<ControlReply> Control::TargetList(ControlRequest) {
  co_await CountQueued();
  json::array list;
  const Targets& targets = crawl_.engine.targets();
  for (std::uint16_t i = 0; i < targets.size(); ++i) {
    const TargetPlan& plan = targets[i];
    json::value queued;
    if (queued_counts_) {
      const auto counted = queued_counts_->find(plan.target.name);
      queued = counted == queued_counts_->end() ? 0 : counted->second;
    }
    list.push_back({{"name", plan.target.name},
                    {"pages", crawl_.engine.target_pages(i)},
                    {"errors", crawl_.engine.target_errors(i)},
                    {"queued", std::move(queued)},
                    {"seeds", plan.seeds.size()},
                    {"delay_ms", plan.policy.delay.count()},
                    {"connections_per_host", plan.policy.connections},
                    {"max_depth", plan.max_depth},
                    {"max_pages", plan.target.max_pages},
                    {"paused", crawl_.engine.target_paused(i)},
                    {"window", plan.target.window},
                    {"time_zone", plan.zone_name},
                    {"in_window", crawl_.engine.in_window(i)},
                    {"state", crawl_.engine.TargetState(i)},
                    {"removed", plan.retired}});
  }
  co_return JsonReply(json::object{{"targets", std::move(list)}});
}

/// The database has the state of a host as of its last visit.
void Control::ShowNow(SqlRows& hosts) const {
  for (std::vector<storage::Value>& row : hosts.rows) {
    const auto* name = std::get_if<std::string>(&row[kHost]);
    const auto state = name ? crawl_.engine.host(*name) : std::nullopt;
    if (!state) continue;
    row[kDelay] = std::int64_t{state->delay.count()};
    row[kWaitingFor] = std::string(state->waiting_for);
    row[kBlockedUntil] = state->blocked_until ? storage::Value(TimeText(*state->blocked_until))
                                              : storage::Value(std::monostate());
  }
}

Awaitable<ControlReply> Control::Hosts(ControlRequest request) {
  if (std::optional<ControlReply> refusal = RefuseTarget(request)) co_return std::move(*refusal);
  std::string sort = ValueOf(request, "sort"), order = ValueOf(request, "order");
  if (sort.empty()) sort = "queued";
  if (std::find(std::begin(kHostOrders), std::end(kHostOrders), sort) == std::end(kHostOrders)) {
    std::string names;
    for (const std::string_view one : kHostOrders) names += (names.empty() ? "" : ", ") + std::string(one);
    co_return Refusal(400, "hosts are sorted by " + names);
  }
  if (!order.empty() && order != "asc" && order != "desc") co_return Refusal(400, "order is asc or desc");
  std::string sql = "SELECT " + std::string(kHostColumns) + " FROM hosts WHERE 1";
  if (const std::string filter = ValueOf(request, "filter"); !filter.empty())
    sql += " AND instr(host, " + SqlText(filter) + ") > 0";
  if (const std::string target = ValueOf(request, "target"); !target.empty())
    sql +=
        " AND host IN (SELECT name FROM host WHERE n IN (SELECT DISTINCT host FROM url WHERE state <> 3 "
        "AND target = (SELECT n FROM target WHERE name = " +
        SqlText(target) + ")))";
  const std::size_t limit = LimitOf(request);
  sql += " ORDER BY " + sort + (order == "asc" ? " ASC" : " DESC") + " NULLS LAST, pages DESC, host" +
         Limit(limit);
  SqlRows hosts = co_await sql_.Run(std::move(sql), limit);
  ShowNow(hosts);
  co_return ReplyOf(hosts);
}

Awaitable<ControlReply> Control::Queue(ControlRequest request) {
  if (std::optional<ControlReply> refusal = RefuseTarget(request)) co_return std::move(*refusal);
  const std::string of = OfHostAndTarget(request);
  const std::size_t limit = LimitOf(request);
  // As the view "queue", which does not know targets.
  std::string sql = "SELECT u.url AS url, h.name AS host, q.priority AS priority, u.depth AS depth, " +
                    TimeOf("q.due") +
                    " AS due_at, q.attempts AS attempts "
                    "FROM pending q JOIN url u ON u.n = q.url JOIN host h ON h.n = q.host WHERE 1" +
                    of + " UNION ALL SELECT u.url, h.name, NULL, u.depth, " + TimeOf("r.due") +
                    ", 0 FROM revisit r JOIN url u ON u.n = r.url JOIN host h ON h.n = u.host "
                    "WHERE r.due IS NOT NULL" +
                    of + Limit(limit);
  co_return co_await Rows(std::move(sql), limit);
}

Awaitable<ControlReply> Control::Errors(ControlRequest request) {
  if (std::optional<ControlReply> refusal = RefuseTarget(request)) co_return std::move(*refusal);
  const std::size_t limit = LimitOf(request);
  // As the view "errors"; in the order of visits, which an index has.
  std::string sql = "SELECT " + TimeOf("v.at") +
                    " AS at, u.url AS url, (SELECT name FROM outcomes WHERE number = v.outcome) AS outcome, "
                    "v.status AS status, v.detail AS detail FROM visit v JOIN url u ON u.n = v.url "
                    "WHERE (v.outcome <> 0 OR v.status >= 400)" +
                    OfHostAndTarget(request) + " ORDER BY v.n DESC" + Limit(limit);
  co_return co_await Rows(std::move(sql), limit);
}

Awaitable<ControlReply> Control::ErrorReasons(ControlRequest request) {
  const std::size_t limit = LimitOf(request);
  // The view of errors has redirects and unchanged pages too, which are none to an operator.
  std::string sql =
      "SELECT o.name AS outcome, f.status AS status, f.visits AS visits, u.url AS example "
      "FROM (SELECT outcome, status, count(*) AS visits, max(n) AS newest FROM visit "
      "WHERE outcome > 2 OR status >= 400 GROUP BY outcome, status) f "
      "JOIN outcomes o ON o.number = f.outcome JOIN visit v ON v.n = f.newest JOIN url u ON u.n = v.url "
      "ORDER BY f.visits DESC, 1, 2";
  co_return co_await Rows(std::move(sql), limit);
}

Awaitable<ControlReply> Control::Pages(ControlRequest request) {
  if (std::optional<ControlReply> refusal = RefuseTarget(request)) co_return std::move(*refusal);
  std::string sql = "SELECT fetched_at, url, title, status, bytes, words FROM pages";
  if (const std::string target = ValueOf(request, "target"); !target.empty())
    sql += " WHERE target = " + SqlText(target);
  const std::size_t limit = LimitOf(request);
  // By the time as a number: an index serves that, not the text.
  sql += " ORDER BY fetched_ms DESC" + Limit(limit);
  co_return co_await Rows(std::move(sql), limit);
}

/// The canned reports as SQL, for who wants to change the question.
Awaitable<ControlReply> Control::Reports(ControlRequest) {
  json::array list;
  for (const storage::Report& report : storage::Reports())
    list.push_back({{"name", report.name},
                    {"sentence", report.sentence},
                    {"argument", report.argument},
                    {"sql", storage::PlainSql(report, kUsualRows, report.argument)}});
  co_return JsonReply(json::object{{"reports", std::move(list)}});
}

}  // namespace trawl::crawler
