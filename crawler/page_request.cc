#include "crawler/page_request.h"

#include <algorithm>
#include <cctype>

#include "crawler/url_rules.h"
#include "parser/ascii.h"
#include "parser/error.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// The media type alone, in lower case.
std::string TypeOf(std::string_view content_type) {
  std::string type = parser::AsciiLowered(content_type.substr(0, content_type.find(';')));
  type.erase(0, type.find_first_not_of(" \t"));
  type.erase(type.find_last_not_of(" \t") + 1);
  return type;
}

bool AtAnyOf(const std::vector<std::string>& origins, const std::string& url) {
  const std::string_view origin = OriginOf(url);
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

}  // namespace

std::string_view OriginOf(std::string_view url) {
  const std::size_t host = url.find("://");
  return host == url.npos ? url : url.substr(0, url.find_first_of("/?#", host + 3));
}

std::string ProductToken(const std::string& user_agent) {
  return parser::AsciiLowered(user_agent.substr(0, user_agent.find_first_of("/ ")));
}

bool IsHtml(std::string_view content_type) {
  const std::string type = TypeOf(content_type);
  return type.empty() || type == "text/html" || type == "application/xhtml+xml";
}

bool MayBeFeed(std::string_view content_type) {
  const std::string type = TypeOf(content_type);
  constexpr std::string_view kTypes[] = {"application/xml",      "text/xml",
                                         "application/rss+xml",  "application/atom+xml",
                                         "application/rdf+xml",  "application/x-rss+xml",
                                         "application/feed+xml", "text/rss+xml"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

bool IsRedirect(std::uint16_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<std::string> RedirectTarget(const std::string& from, std::string_view location,
                                   const config::UrlOptions& rules) {
  if (location.empty()) return parser::ParserErrc::kInvalidUrl;
  const Result<parser::Url> base = parser::Url::Parse(from);
  if (!base) return base.error();
  const Result<parser::Url> target = parser::Url::Parse(location, &*base);
  if (!target) return target.error();
  parser::NormalizeOptions normalize = UrlRules(rules);
  normalize.max_length = parser::kMaxUrl;
  Result<std::string> folded = parser::Normalize(*target, normalize);
  if (!folded || *folded != from) return folded;
  // The server insists on what the rules fold away ("/a" leads to "/a/"): it is taken at its word.
  parser::NormalizeOptions plain;
  plain.max_length = parser::kMaxUrl;
  return parser::Normalize(*target, plain);
}

FetchRequest RequestFor(const config::Options& options, const Targets& targets, std::uint16_t target,
                        const std::string& url) {
  const TargetPlan& plan = targets[target];
  FetchRequest request;
  request.url = url;
  request.headers = plan.target.http.headers;
  request.max_body = plan.max_body;
  request.timeout = plan.timeout;
  request.allow_private = options.crawl.private_addresses == config::PrivateAddresses::kAllow;
  request.private_networks = plan.target.private_networks;
  request.target = target;
  if (!plan.authorization.empty() && AtAnyOf(plan.auth_origins, url))
    request.headers.emplace_back("Authorization", plan.authorization);
  return request;
}

parser::PageJob SitemapJob(const config::Options& options, const std::string& url,
                           std::string_view content_type) {
  parser::PageJob job = HtmlJob(options, url, content_type);
  job.kind = parser::DocumentKind::kSitemap;
  return job;
}

parser::PageJob HtmlJob(const config::Options& options, const std::string& url,
                        std::string_view content_type) {
  parser::PageJob job;
  job.kind = parser::DocumentKind::kHtml;
  job.want_text = options.storage.text;
  job.want_main = options.storage.main_content;
  job.want_statements = options.storage.structured;
  job.url = url;
  job.content_type = std::string(content_type.substr(0, parser::kMaxContentType));
  job.product_tokens = {ProductToken(options.http.user_agent)};
  job.normalize = UrlRules(options.url);
  job.normalize.max_length = parser::kMaxUrl;
  return job;
}

void AskForItems(const ItemRules& rules, const std::vector<std::uint16_t>& wanted, parser::PageJob& job) {
  if (wanted.empty()) return;
  job.items = wanted;
  job.rules = rules.frame();
}

}  // namespace trawl::crawler
