#include "crawler/control/route.h"

#include <limits>
#include <utility>

#include "crawler/async.h"
#include "crawler/cli/json.h"
#include "crawler/control/control.h"
#include "crawler/control/metrics.h"
#include "crawler/control/status.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kMostAdded = 10'000;  ///< URLs in one request

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

ControlReply JsonReply(const json::value& value, unsigned status) {
  ControlReply reply;
  reply.status = status;
  reply.body = ToJson(value) + "\n";
  return reply;
}

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

Awaitable<ControlReply> Control::Status(ControlRequest request) {
  const bool of_host = request.query.contains("host"), of_target = request.query.contains("target");
  if (of_host && of_target) co_return Refusal(400, "either host or target");
  if (of_host) co_return co_await HostStatus(ValueOf(request, "host"));
  if (of_target) co_return co_await TargetStatus(ValueOf(request, "target"));
  ControlReply reply;
  reply.body = StatusJson() + "\n";
  co_return reply;
}

std::string Control::StatusJson() const {
  return ToJson(StatusOf(Look()));
}

Awaitable<ControlReply> Control::Sql(ControlRequest request) {
  const std::optional<json::object> body = ObjectIn(request.body);
  const auto sql = body ? StringAt(*body, "sql") : std::nullopt;
  if (!sql) co_return Refusal(400, "the body is no object with a text \"sql\"");
  std::string text(*sql);
  co_return co_await Rows(std::move(text), kMostRows);
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
    if (!target) co_return RefuseUnknown(*name);
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
  co_return JsonReply(json::object{{"results", std::move(results)}});
}

Awaitable<ControlReply> Control::SetPaused(ControlRequest request, bool pause) {
  const std::optional<json::object> body = ObjectIn(request.body);
  if (!body) co_return Refusal(400, "the body is no object");
  const auto host = StringAt(*body, "host"), target = StringAt(*body, "target");
  json::object answer{{"paused", pause}};
  std::optional<Engine::Kept> kept;
  if (host) {
    std::string name(*host);
    kept = co_await crawl_.engine.PauseHost(name, pause);
    if (!kept) co_return Refusal(404, "no URL of the host \"" + parser::ScrubUtf8(name) + "\" is known");
    answer["host"] = name;
  } else if (target) {
    const std::optional<std::uint16_t> index = TargetNamed(*target);
    if (!index) co_return RefuseUnknown(*target);
    if (crawl_.engine.targets()[*index].retired)
      co_return Refusal(404, "the target \"" + parser::ScrubUtf8(*target) + "\" was removed");
    kept = co_await crawl_.engine.PauseTarget(*index, pause);
    answer["target"] = std::string(*target);
  } else if (pause) {
    crawl_.engine.Pause();
  } else {
    crawl_.engine.Resume();
  }
  if (kept == Engine::Kept::kFailed)
    co_return Refusal(503, "it was not stored: " + crawl_.engine.storage_error());
  if (kept) answer["stored"] = kept == Engine::Kept::kStored;
  co_return JsonReply(answer);
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
  co_return JsonReply(json::object{{"reloaded", reloaded.good}, {"lines", std::move(lines)}},
                      reloaded.good ? 200 : 422);
}

Awaitable<ControlReply> Control::Stop(ControlRequest request) {
  const std::optional<json::object> body = ObjectIn(request.body);
  if (!body) co_return Refusal(400, "the body is no object");
  const json::value* now = body->if_contains("now");
  hooks_.stop(now && now->is_bool() && now->as_bool());
  co_return JsonReply(json::object{{"stopping", true}});
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
  co_return JsonReply(json::object{{"samples", std::move(samples)}});
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
