// GET /explain: what `trawl explain` tells, by a daemon that knows besides what it waits for at this moment.

#include <sstream>
#include <utility>

#include "crawler/async.h"
#include "crawler/cli/json.h"
#include "crawler/control/control.h"
#include "crawler/control/status.h"
#include "crawler/explain_url.h"
#include "crawler/time_text.h"
#include "parser/url.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

ControlReply ReplyOf(const Explanation& explanation, bool as_text) {
  ControlReply reply;
  if (as_text) {
    std::ostringstream text;
    WriteExplanation(explanation, text);
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = text.str();
  } else {
    reply.body = ToJson(ExplanationToJson(explanation)) + "\n";
  }
  return reply;
}

}  // namespace

storage::Facts Control::Live(const Explanation& explanation) const {
  parser::UrlParts parts;
  parser::SplitNormalized(explanation.url, parts);
  const auto target = TargetNamed(explanation.story.url.empty() ? explanation.scope_target
                                                                : explanation.story.url.Text("target"));
  const auto host = crawl_.engine.host(parts.host);
  const bool blocked = host && host->blocked_until;
  return storage::Facts(
      {"crawl", "target", "target_state", "host_known", "waiting_for", "blocked_until"},
      {std::string(StateOf(crawl_.engine, crawl_.storage, stopping_)),
       target ? crawl_.engine.targets()[*target].target.name : std::string(),
       target ? crawl_.engine.TargetState(*target) : std::string(), std::string(host ? "yes" : ""),
       std::string(host ? host->waiting_for : ""), blocked ? TimeText(*host->blocked_until) : std::string()});
}

Awaitable<ControlReply> Control::Explain(ControlRequest request) {
  const std::string text = ValueOf(request, "url");
  const bool as_text = ValueOf(request, "format") == "text";
  Result<Explanation> begun = BeginExplanation(text, crawl_.options);
  if (!begun)
    co_return Refusal(400,
                      "\"" + parser::ScrubUtf8(text) + "\" is no URL to crawl: " + begun.error().message());
  Explanation asked = std::move(*begun);
  SqlLane::Told told = co_await sql_.LookUp(std::move(asked));
  if (!told.error.ok) co_return Refusal(503, LookUpFailure(crawl_.options.storage.path, told.error));
  Explanation& explanation = told.explanation;
  JudgeScope(crawl_.engine.targets(), crawl_.options.crawl, explanation);
  if (std::optional<parser::PageJob> job = JudgeRobots(crawl_.options, explanation)) {
    parser::PageJob question = std::move(*job);
    const ParseAnswer answer = co_await crawl_.pool.Parse(std::move(question));
    TakeRobots(answer, explanation);
  }
  explanation.live = Live(explanation);
  co_return ReplyOf(explanation, as_text);
}

}  // namespace trawl::crawler
