// What the control API answers with rows: hosts, the queue, errors, pages, and SQL of one's own.

#include <algorithm>
#include <charconv>
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
    for (const storage::Value& value : row) cells.push_back(JsonOf(value));
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

json::value JsonOf(const storage::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return json::value(parser::ScrubUtf8(*text));
  return nullptr;
}

Awaitable<ControlReply> Control::Rows(std::string sql, std::size_t most) {
  const SqlRows result = co_await sql_.Run(std::move(sql), most);
  co_return ReplyOf(result);
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

/// `which`: further conditions, " AND ..." each; `order`: a column and its direction.
Awaitable<SqlRows> Control::HostRows(std::string which, std::string order, std::size_t most) {
  std::string sql = "SELECT " + std::string(kHostColumns) + " FROM hosts WHERE 1" + which + " ORDER BY " +
                    order + " NULLS LAST, pages DESC, host" + Limit(most);
  SqlRows hosts = co_await sql_.Run(std::move(sql), most);
  ShowNow(hosts);
  co_return hosts;
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
  std::string which;
  if (const std::string filter = ValueOf(request, "filter"); !filter.empty())
    which += " AND instr(host, " + SqlText(filter) + ") > 0";
  if (const std::string host = ValueOf(request, "host"); !host.empty())
    which += " AND host = " + SqlText(host);
  if (const std::string target = ValueOf(request, "target"); !target.empty())
    which +=
        " AND host IN (SELECT name FROM host WHERE n IN (SELECT DISTINCT host FROM url WHERE state <> 3 "
        "AND target = (SELECT n FROM target WHERE name = " +
        SqlText(target) + ")))";
  const std::size_t limit = LimitOf(request);
  const SqlRows hosts =
      co_await HostRows(std::move(which), sort + (order == "asc" ? " ASC" : " DESC"), limit);
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
  if (std::optional<ControlReply> refusal = RefuseTarget(request)) co_return std::move(*refusal);
  const std::string of = OfHostAndTarget(request);
  const std::size_t limit = LimitOf(request);
  // The view of errors has redirects and unchanged pages too, which are none to an operator.
  std::string sql =
      "SELECT o.name AS outcome, f.status AS status, f.visits AS visits, u.url AS example "
      "FROM (SELECT v.outcome AS outcome, v.status AS status, count(*) AS visits, max(v.n) AS newest "
      "FROM visit v" +
      std::string(of.empty() ? "" : " JOIN url u ON u.n = v.url") +
      " WHERE (v.outcome > 2 OR v.status >= 400)" + of +
      " GROUP BY v.outcome, v.status) f "
      "JOIN outcomes o ON o.number = f.outcome JOIN visit v ON v.n = f.newest JOIN url u ON u.n = v.url "
      "ORDER BY f.visits DESC, 1, 2";
  co_return co_await Rows(std::move(sql), limit);
}

Awaitable<ControlReply> Control::Pages(ControlRequest request) {
  if (std::optional<ControlReply> refusal = RefuseTarget(request)) co_return std::move(*refusal);
  std::string sql = "SELECT fetched_at, url, title, status, bytes, words FROM pages WHERE 1";
  if (const std::string host = ValueOf(request, "host"); !host.empty()) sql += " AND host = " + SqlText(host);
  if (const std::string target = ValueOf(request, "target"); !target.empty())
    sql += " AND target = " + SqlText(target);
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
