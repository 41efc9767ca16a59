#include "crawler/explanation.h"

#include <ostream>
#include <utility>

#include "crawler/cli/terminal.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

using storage::Facts;
using storage::UrlStory;

/// Text of the database may hold any bytes; JSON may not.
json::value ToValue(const storage::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return nullptr;
  std::string repaired;
  parser::AppendUtf8Repaired(*text, text->size() * 3, repaired);
  return json::value(std::move(repaired));
}

json::object ToObject(const Facts& facts) {
  json::object object;
  for (const auto& [name, value] : facts) object[name] = ToValue(value);
  return object;
}

/// Appends "before text behind" where there is a text.
void Append(std::string& line, const char* before, const std::string& text, const char* behind = "") {
  if (!text.empty()) line.append(before).append(text).append(behind);
}

std::string StateLine(const Explanation& explanation) {
  const UrlStory& story = explanation.story;
  std::string line = StateOf(explanation);
  if (story.url.empty()) return line + ": no page, redirect, sitemap or seed has named it";
  if (!story.queue.empty()) {
    line += ", due " + story.queue.Text("due_at") + ", priority " + story.queue.Text("priority") +
            ", after " + story.queue.Text("attempts") + " attempts; " + story.queue.Text("ahead") +
            " URLs of its host come before it";
  } else if (story.url.Text("state") == "excluded") {
    line += ": " + story.url.Text("reason");
    Append(line, " (", story.url.Text("rule"), ")");
  } else if (!story.visits.empty()) {
    const Facts& last = story.visits.front();
    line += ", " + last.Text("outcome") + " at " + last.Text("at");
    Append(line, ", leads to ", last.Text("leads_to"));
  }
  return line;
}

std::string RevisitLine(const Facts& schedule) {
  const std::string due = schedule.Text("due_at");
  std::string line = due.empty() ? "in the queue" : "due " + due;
  line += ", " + schedule.Text("interval_ms") + " ms after the last visit";
  if (schedule.Number("misses") > 0) line += ", which found it missing";
  return line;
}

std::string HostLine(const Facts& host) {
  if (host.empty()) return "not known";
  std::string line = host.Text("host");
  Append(line, " at ", host.Text("ip"));
  Append(line, ", waits for ", host.Text("waiting_for"));
  Append(line, " until ", host.Text("blocked_until"));
  Append(line, ", pause ", host.Text("delay_ms"), " ms");
  return line + ", " + host.Text("queued") + " queued, " + host.Text("pages") + " pages, " +
         host.Text("errors") + " errors";
}

/// What keeps the URL from being fetched at this moment, from the crawl down to the host.
std::string LiveLine(const Facts& live) {
  std::string line = "the crawl is " + live.Text("crawl");
  Append(line, "; target ", live.Text("target"));
  Append(line, " is ", live.Text("target_state"));
  const std::string waiting = live.Text("waiting_for");
  if (live.Text("host_known").empty()) return line + "; its host is not known";
  Append(line, "; its host waits for ", waiting.empty() ? "nothing" : waiting);
  Append(line, " until ", live.Text("blocked_until"));
  return line;
}

std::string RobotsLine(const Explanation& explanation) {
  std::string line = explanation.robots;
  Append(line, " by ", explanation.robots_line);
  const Facts& robots = explanation.story.robots;
  if (robots.empty()) return line;
  line += "; status " + robots.Text("status") + ", fetched " + robots.Text("fetched_at") + ", expires " +
          robots.Text("expires_at");
  Append(line, "; an older copy serves on: ", robots.Text("renewal_error"));
  return line;
}

std::string FoundLine(const Facts& url) {
  const std::string source = url.Text("source");
  std::string line = source.empty() ? "a seed, robots.txt or the command line" : source;
  line += ", depth " + url.Text("depth");
  if (url.Number("hops") > 0) line += ", " + url.Text("hops") + " links away from the scope";
  Append(line, ", target ", url.Text("target"));
  Append(line, ", first seen ", url.Text("first_seen"));
  return line;
}

std::string PageLine(const Facts& page) {
  std::string line = page.Text("status") + " " + page.Text("content_type") + ", " + page.Text("bytes") +
                     " bytes, fetched " + page.Text("fetched_at") + ", changed " + page.Text("changed_at");
  if (page.Number("noindex") != 0) line += ", noindex";
  if (page.Number("truncated") != 0) line += ", truncated";
  Append(line, ", \"", page.Text("title"), "\"");
  return line;
}

std::string ScopeLine(const Explanation& explanation) {
  std::string line;
  if (explanation.scope == "taken") {
    line = "target " + explanation.scope_target + " takes it";
    Append(line, ", in its window ", explanation.scope_window);
    return line;
  }
  line = "left out: " + explanation.scope;
  Append(line, " (", explanation.scope_rule, ")");
  return line;
}

}  // namespace

std::string StateOf(const Explanation& explanation) {
  const UrlStory& story = explanation.story;
  const std::string state = story.url.Text("state");
  if (state.empty()) return "never seen";
  if (state == "excluded") return "skipped";
  if (state != "done") return state;
  const std::string outcome = story.visits.empty() ? "" : story.visits.front().Text("outcome");
  if (outcome == "http_error") return "failed";
  if (outcome == "redirect") return "redirect";
  return story.url.Number("sitemap") > 0 ? "sitemap" : "stored";
}

void WriteExplanation(const Explanation& explanation, std::ostream& out) {
  const UrlStory& story = explanation.story;
  const auto line = [&out](const char* name, const std::string& text) {
    out << "  " << name << Printable(text) << '\n';
  };
  out << Printable(explanation.url) << '\n';
  line("state     ", StateLine(explanation));
  line("key       ", explanation.key);
  if (!story.url.Text("url").empty()) line("found on  ", FoundLine(story.url));
  if (!story.page.empty()) line("page      ", PageLine(story.page));
  if (!story.schedule.empty()) line("revisit   ", RevisitLine(story.schedule));
  line("host      ", HostLine(story.host));
  if (!explanation.live.empty()) line("now       ", LiveLine(explanation.live));
  line("robots    ", RobotsLine(explanation));
  if (!explanation.scope.empty()) line("scope     ", ScopeLine(explanation));
  if (story.visits.empty()) return;
  line("visits    ", story.url.Text("visits"));
  for (const Facts& visit : story.visits) {
    std::string text = visit.Text("at") + "  " + visit.Text("status") + " " + visit.Text("outcome") +
                       ", attempt " + visit.Text("attempt");
    Append(text, ": ", visit.Text("detail"));
    line("  ", text);
  }
  if (story.visits_cut) line("  ", "earlier ones were not found in time");
}

json::object ExplanationToJson(const Explanation& explanation) {
  const UrlStory& story = explanation.story;
  json::object out{{"url", explanation.url}, {"key", explanation.key}, {"state", StateOf(explanation)}};
  for (const auto& [name, value] : story.url) {
    if (name != "url" && name != "state" && name != "visits") out[name] = ToValue(value);
  }
  out["queue"] = story.queue.empty() ? json::value(nullptr) : json::value(ToObject(story.queue));
  out["schedule"] = story.schedule.empty() ? json::value(nullptr) : json::value(ToObject(story.schedule));
  out["page"] = story.page.empty() ? json::value(nullptr) : json::value(ToObject(story.page));
  out["host"] = story.host.empty() ? json::value(nullptr) : json::value(ToObject(story.host));
  out["now"] = explanation.live.empty() ? json::value(nullptr) : json::value(ToObject(explanation.live));
  json::object robots = ToObject(story.robots);
  robots.erase("body");
  robots["verdict"] = explanation.robots;
  robots["line"] = explanation.robots_line.empty() ? json::value(nullptr) : ToValue(explanation.robots_line);
  out["robots"] = std::move(robots);
  out["scope"] = nullptr;
  if (!explanation.scope.empty()) {
    out["scope"] = json::object{{"verdict", explanation.scope},
                                {"rule", ToValue(explanation.scope_rule)},
                                {"target", explanation.scope_target},
                                {"window", explanation.scope_window}};
  }
  json::array visits;
  for (const Facts& visit : story.visits) visits.push_back(ToObject(visit));
  out["visits"] = std::move(visits);
  if (story.visits_cut) out["visits_cut"] = true;
  return out;
}

}  // namespace trawl::crawler
