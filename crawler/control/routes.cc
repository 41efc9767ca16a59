#include "crawler/control/route.h"

#include <charconv>
#include <limits>
#include <utility>

#include "crawler/async.h"
#include "crawler/cli/json.h"
#include "crawler/control/control.h"
#include "crawler/control/metrics.h"
#include "crawler/control/status.h"
#include "crawler/time_text.h"
#include "parser/utf8.h"
#include "storage/reports/reports.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kUsualRows = 100, kMostRows = 1000;
constexpr std::size_t kMostAdded = 10'000;  ///< URLs in one request

// Columns of the answer to /hosts, and what is told of a host as it stands now.
enum HostColumn { kHost = 0, kDelay = 5, kWaitingFor = 8, kBlockedUntil = 9 };
constexpr std::string_view kHostColumns =
    "host, ip, pages, errors, bytes, delay_ms, robots_status, crawl_delay_ms, waiting_for, blocked_until, "
    "queued";

ControlReply Json(const json::value& value, unsigned status = 200) {
  ControlReply reply;
  reply.status = status;
  reply.body = ToJson(value) + "\n";
  return reply;
}

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
  return Json(
      json::object{{"columns", std::move(columns)}, {"rows", std::move(rows)}, {"more", result.more}});
}

/// One row more than are told, which says that there are more.
std::string Limit(std::size_t rows) {
  return " LIMIT " + std::to_string(rows + 1);
}

/// The object in a body; nothing when it is none. An empty body is an empty object.
std::optional<json::object> ObjectIn(const std::string& body) {
  if (body.empty()) return json::object();
  Result<json::value> value = ParseJson(body);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->as_object());
}

std::string_view Word(Engine::Added added) {
  switch (added) {
    case Engine::Added::kQueued:
      return "queued";
    case Engine::Added::kKnown:
      return "known";
    case Engine::Added::kNotCrawlable:
      return "not_crawlable";
    case Engine::Added::kOutside:
      return "outside";
  }
  return "";
}

}  // namespace

const Control::Route Control::kRoutes[] = {
    {"GET", "/status", &Control::Status},        {"GET", "/targets", &Control::TargetList},
    {"GET", "/hosts", &Control::Hosts},          {"GET", "/queue", &Control::Queue},
    {"GET", "/errors", &Control::Errors},        {"GET", "/error-reasons", &Control::ErrorReasons},
    {"GET", "/pages", &Control::Pages},          {"GET", "/metrics", &Control::Metrics},
    {"GET", "/history", &Control::PastSamples},  {"GET", "/events", &Control::Events},
    {"GET", "/reports", &Control::Reports},      {"GET", "/calendar", &Control::Calendar},
    {"GET", "/explain", &Control::Explain},      {"POST", "/sql", &Control::Sql},
    {"POST", "/add", &Control::Add, true},       {"POST", "/pause", &Control::Pause, true},
    {"POST", "/resume", &Control::Resume, true}, {"POST", "/reload", &Control::Reload, true},
    {"POST", "/stop", &Control::Stop},           {"", "", nullptr},
};

Awaitable<ControlReply> Control::Status(ControlRequest) {
  ControlReply reply;
  reply.body = StatusJson() + "\n";
  co_return reply;
}

std::string Control::StatusJson() const {
  return ToJson(StatusOf(Look()));
}

Awaitable<ControlReply> Control::TargetList(ControlRequest) {
  json::array list;
  const Targets& targets = crawl_.engine.targets();
  for (std::uint16_t i = 0; i < targets.size(); ++i) {
    const TargetPlan& plan = targets[i];
    list.push_back({{"name", plan.target.name},
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
  co_return Json(json::object{{"targets", std::move(list)}});
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

Awaitable<ControlReply> Control::Hosts(ControlRequest request) {
  std::string sql = "SELECT " + std::string(kHostColumns) + " FROM hosts";
  const std::string filter = ValueOf(request, "filter");
  if (!filter.empty()) sql += " WHERE instr(host, " + SqlText(filter) + ") > 0";
  const std::size_t limit = LimitOf(request);
  sql += " ORDER BY queued DESC, pages DESC" + Limit(limit);
  SqlRows hosts = co_await sql_.Run(std::move(sql), limit);
  ShowNow(hosts);
  co_return ReplyOf(hosts);
}

Awaitable<ControlReply> Control::Queue(ControlRequest request) {
  std::string sql = "SELECT url, host, priority, depth, due_at, attempts FROM queue";
  const std::string host = ValueOf(request, "host");
  if (!host.empty()) sql += " WHERE host = " + SqlText(host);
  const std::size_t limit = LimitOf(request);
  co_return co_await Rows(std::move(sql), limit);
}

Awaitable<ControlReply> Control::Errors(ControlRequest request) {
  std::string sql = "SELECT at, url, outcome, status, detail FROM errors";
  const std::string host = ValueOf(request, "host");
  if (!host.empty()) sql += " WHERE host = " + SqlText(host);
  const std::size_t limit = LimitOf(request);
  sql += " ORDER BY visit DESC" + Limit(limit);
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
  // By the time as a number: an index serves that, not the text.
  const std::size_t limit = LimitOf(request);
  std::string sql =
      "SELECT fetched_at, url, title, status, bytes, words FROM pages ORDER BY fetched_ms DESC" +
      Limit(limit);
  co_return co_await Rows(std::move(sql), limit);
}

Awaitable<ControlReply> Control::Sql(ControlRequest request) {
  const std::optional<json::object> body = ObjectIn(request.body);
  const auto sql = body ? StringAt(*body, "sql") : std::nullopt;
  if (!sql) co_return Refusal(400, "the body is no object with a text \"sql\"");
  std::string text(*sql);
  co_return co_await Rows(std::move(text), kMostRows);
}

/// The canned reports as SQL, for who wants to change the question.
Awaitable<ControlReply> Control::Reports(ControlRequest) {
  json::array list;
  for (const storage::Report& report : storage::Reports())
    list.push_back({{"name", report.name},
                    {"sentence", report.sentence},
                    {"argument", report.argument},
                    {"sql", storage::PlainSql(report, kUsualRows, report.argument)}});
  co_return Json(json::object{{"reports", std::move(list)}});
}

std::optional<std::uint16_t> Control::TargetNamed(std::string_view name) const {
  const Targets& targets = crawl_.engine.targets();
  for (std::uint16_t i = 0; i < targets.size(); ++i) {
    if (targets[i].target.name == name) return i;
  }
  return std::nullopt;
}

Awaitable<ControlReply> Control::Add(ControlRequest request) {
  const std::optional<json::object> body = ObjectIn(request.body);
  const json::value* list = body ? body->if_contains("urls") : nullptr;
  if (!list || !list->is_array()) co_return Refusal(400, "the body is no object with an array \"urls\"");
  if (list->as_array().size() > kMostAdded)
    co_return Refusal(413, "at most " + std::to_string(kMostAdded) + " URLs in one request");
  std::vector<std::string> urls;
  for (const json::value& url : list->as_array()) {
    if (!url.is_string()) co_return Refusal(400, "a URL that is no text");
    urls.emplace_back(url.as_string().data(), url.as_string().size());
  }
  std::optional<std::uint16_t> target;
  if (const auto name = StringAt(*body, "target")) {
    target = TargetNamed(*name);
    if (!target) co_return Refusal(404, "there is no target \"" + parser::ScrubUtf8(*name) + "\"");
  }
  std::uint8_t priority = kSeedPriority;
  if (const json::value* given = body->if_contains("priority")) {
    const std::int64_t* number = given->if_int64();
    if (!number || *number < 0 || *number > std::numeric_limits<std::uint8_t>::max())
      co_return Refusal(400, "priority is a whole number from 0 (first) to 255");
    priority = static_cast<std::uint8_t>(*number);
  }
  const std::vector<std::string> asked = urls;
  const std::vector<Engine::Added> answers = co_await crawl_.engine.Add(std::move(urls), target, priority);
  if (answers.size() != asked.size())
    co_return Refusal(503, "nothing was added: " + crawl_.engine.storage_error());
  json::array results;
  for (std::size_t i = 0; i < asked.size(); ++i)
    results.push_back({{"url", parser::ScrubUtf8(asked[i])}, {"result", Word(answers[i])}});
  co_return Json(json::object{{"results", std::move(results)}});
}

Awaitable<ControlReply> Control::SetPaused(ControlRequest request, bool pause) {
  const std::optional<json::object> body = ObjectIn(request.body);
  if (!body) co_return Refusal(400, "the body is no object");
  const auto host = StringAt(*body, "host"), target = StringAt(*body, "target");
  json::object answer{{"paused", pause}};
  if (host) {
    std::string name(*host);
    const bool known = co_await crawl_.engine.PauseHost(name, pause);
    if (!known) co_return Refusal(404, "no URL of the host \"" + parser::ScrubUtf8(name) + "\" is known");
    answer["host"] = name;
  } else if (target) {
    const std::optional<std::uint16_t> index = TargetNamed(*target);
    if (!index) co_return Refusal(404, "there is no target \"" + parser::ScrubUtf8(*target) + "\"");
    crawl_.engine.PauseTarget(*index, pause);
    answer["target"] = std::string(*target);
  } else if (pause) {
    crawl_.engine.Pause();
  } else {
    crawl_.engine.Resume();
  }
  co_return Json(answer);
}

Awaitable<ControlReply> Control::Pause(ControlRequest request) {
  co_return co_await SetPaused(std::move(request), true);
}

Awaitable<ControlReply> Control::Resume(ControlRequest request) {
  co_return co_await SetPaused(std::move(request), false);
}

Awaitable<ControlReply> Control::Reload(ControlRequest) {
  const Reloaded reloaded = co_await hooks_.reload();
  json::array lines;
  for (const std::string& line : reloaded.lines) lines.push_back(json::value(parser::ScrubUtf8(line)));
  co_return Json(json::object{{"reloaded", reloaded.good}, {"lines", std::move(lines)}},
                 reloaded.good ? 200 : 422);
}

Awaitable<ControlReply> Control::Stop(ControlRequest request) {
  const std::optional<json::object> body = ObjectIn(request.body);
  if (!body) co_return Refusal(400, "the body is no object");
  const json::value* now = body->if_contains("now");
  hooks_.stop(now && now->is_bool() && now->as_bool());
  co_return Json(json::object{{"stopping", true}});
}

Awaitable<ControlReply> Control::Metrics(ControlRequest) {
  ControlReply reply;
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  reply.body = MetricsText(Look());
  co_return reply;
}

Awaitable<ControlReply> Control::PastSamples(ControlRequest) {
  json::array samples;
  for (const Sample& sample : history_.samples())
    samples.push_back({{"at", sample.at.time_since_epoch().count()},
                       {"pages", sample.pages},
                       {"visits", sample.visits},
                       {"errors", sample.errors},
                       {"bytes_wire", sample.bytes_wire},
                       {"in_flight", sample.in_flight},
                       {"parsing", sample.parsing},
                       {"queued", sample.queued},
                       {"known", sample.known},
                       {"storage_bytes", sample.storage_bytes},
                       {"memory", sample.memory},
                       {"loop_lag_ms", sample.loop_lag_ms}});
  co_return Json(json::object{{"samples", std::move(samples)}});
}

// Server-sent events (WHATWG HTML 9.2): the state now, then with each sample.
Awaitable<ControlReply> Control::Events(ControlRequest) {
  ControlReply reply;
  reply.content_type = "text/event-stream";
  reply.next = [this, first = true]() mutable -> Awaitable<std::string> {
    if (!std::exchange(first, false)) return NextEvent();
    return FirstEvent();
  };
  co_return reply;
}

}  // namespace trawl::crawler
