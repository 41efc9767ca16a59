#include "crawler/cli/debug_robots.h"

#include "parser/robots.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

/// Path and query of a URL, "/" and the like added.
std::string RequestTarget(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const std::size_t slashes = url.find("//");
  const std::size_t host = slashes == url.npos || url.find_first_of("/?") < slashes ? 0 : slashes + 2;
  const std::size_t start = url.find_first_of("/?", host);
  if (start == url.npos) return "/";
  std::string target(url.substr(start));
  if (target[0] == '?') target.insert(0, 1, '/');
  return target;
}

}  // namespace

json::object DebugRobots(const json::object& in, DebugContext& context) {
  if (!context.parse) return DebugError("no parser process");
  parser::PageJob job;
  job.kind = parser::DocumentKind::kRobots;
  auto body = BytesAt(in, "robots_txt", "robots_b64");
  if (!body) return DebugError("\"robots_txt\" must be a string, or \"robots_b64\" base64");
  job.body = std::move(*body);
  const json::value* const agents = in.if_contains("user_agents");
  if (!agents || !agents->is_array()) return DebugError("\"user_agents\" must be a list");
  for (const json::value& agent : agents->get_array()) {
    if (!agent.is_string()) return DebugError("\"user_agents\" must hold strings");
    job.product_tokens.emplace_back(agent.get_string().data(), agent.get_string().size());
  }
  const auto url = StringAt(in, "url");
  if (!url) return DebugError("\"url\" must be a string");
  job.url = std::string(StringAt(in, "robots_url").value_or("http://localhost/robots.txt"));

  const auto page = context.parse(job);
  if (!page) return DebugError(page.error().message());
  const parser::RobotsRules& rules = page->robots;
  const parser::RobotsVerdict verdict = parser::Decide(rules, RequestTarget(*url));
  json::object out{{"allowed", verdict.allowed}};
  if (verdict.line) out["line"] = verdict.line;
  out["crawl_delay_ms"] = nullptr;
  if (rules.crawl_delay) out["crawl_delay_ms"] = rules.crawl_delay->count();
  json::array sitemaps;
  for (const std::string& sitemap : rules.sitemaps) {
    std::string text;
    parser::AppendUtf8Repaired(sitemap, sitemap.size() * 3, text);  // JSON has no other bytes
    sitemaps.emplace_back(text);
  }
  out["sitemaps"] = std::move(sitemaps);
  return out;
}

}  // namespace trawl::crawler
