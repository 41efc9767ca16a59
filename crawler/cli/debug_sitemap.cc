#include "crawler/cli/debug_sitemap.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include "config/bytes.h"
#include "crawler/fetch/decode.h"
#include "parser/wire.h"

namespace trawl::crawler {
namespace {

using Role = parser::SitemapEntry::Role;

/// UTC, "2024-05-01T00:00:00Z".
std::string IsoTime(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

std::string_view NameOf(Role role) {
  constexpr std::string_view kNames[] = {"page", "sitemap", "alternate", "image", "video", "media"};
  return kNames[static_cast<std::size_t>(role)];
}

json::object ItemOf(const parser::SitemapEntry& entry) {
  json::object item{{"loc", entry.url}, {"role", NameOf(entry.role)}};
  if (entry.lastmod) item["lastmod"] = IsoTime(*entry.lastmod);
  if (entry.frequency != parser::ChangeFrequency::kNone) item["changefreq"] = Name(entry.frequency);
  item["priority"] = entry.priority / 100.0;
  return item;
}

}  // namespace

json::object DebugSitemap(const json::object& in, DebugContext& context) {
  if (!context.parse) return DebugError("no parser process");
  const auto content = BytesAt(in, "content", "content_b64");
  if (!content) return DebugError("\"content\" must be a string, or \"content_b64\" base64");
  const auto url = StringAt(in, "url");
  if (!url) return DebugError("\"url\" must be a string");
  parser::PageJob job;
  job.kind = parser::DocumentKind::kSitemap;
  job.url = std::string(url->substr(0, parser::kMaxUrl));
  job.content_type =
      std::string(StringAt(in, "content_type").value_or("").substr(0, parser::kMaxContentType));
  Decoder unpack(MiB(50));
  unpack.UnpackGzipFile();
  std::string body;
  unpack.Feed(*content, body);
  job.body = std::move(body);
  const auto page = context.parse(job);
  if (!page) return DebugError(page.error().message());
  const parser::Sitemap& sitemap = page->sitemap;
  json::object out{{"kind", nullptr}, {"error", nullptr}, {"truncated", sitemap.truncated}};
  if (sitemap.kind != parser::SitemapKind::kNone) out["kind"] = Name(sitemap.kind);
  if (!sitemap.error.empty()) out["error"] = sitemap.error;
  json::array items;
  for (const parser::SitemapEntry& entry : sitemap.entries) {
    if (entry.role == Role::kPage || entry.role == Role::kSitemap) items.push_back(ItemOf(entry));
  }
  out["items"] = std::move(items);
  return out;
}

}  // namespace trawl::crawler
