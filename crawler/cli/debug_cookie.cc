#include "crawler/cli/debug_cookie.h"

#include <chrono>
#include <cstdio>
#include <optional>
#include <vector>

#include "crawler/fetch/cookie_jar.h"
#include "crawler/fetch/cookie_place.h"
#include "crawler/fetch/origin.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// A URL as the crawl would know it; nothing when it cannot be crawled.
std::optional<std::string> Normalized(std::optional<std::string_view> text, const DebugContext& context) {
  if (!text) return std::nullopt;
  const auto url = parser::Url::Parse(*text);
  if (!url) return std::nullopt;
  auto normalized = parser::Normalize(*url, context.normalize);
  if (!normalized || !CutUrl(*normalized)) return std::nullopt;
  return std::move(*normalized);
}

Instant NowOf(const json::object& in) {
  const json::value* const given = in.if_contains("now");
  if (given != nullptr && given->is_number())
    return Instant(std::chrono::seconds(given->to_number<std::int64_t>()));
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

json::object DebugDate(std::string_view text) {
  const std::optional<Instant> date = ParseCookieDate(text);
  if (!date) return {{"iso", nullptr}};
  const auto day = std::chrono::floor<std::chrono::days>(*date);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss time(*date - day);
  char iso[64];
  std::snprintf(iso, sizeof iso, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return {{"iso", iso}};
}

}  // namespace

json::object DebugCookie(const json::object& in, DebugContext& context) {
  if (const auto date = StringAt(in, "date")) return DebugDate(*date);
  const auto to = Normalized(StringAt(in, "send_to"), context);
  if (!to) return DebugError("\"send_to\" must be an http(s) URL");
  const Instant now = NowOf(in);
  CookieJar jar;
  std::vector<CookieChange> changes;
  const json::value* const set = in.if_contains("set");
  if (set == nullptr || !set->is_array()) return DebugError("\"set\" must be a list");
  for (const json::value& one : set->get_array()) {
    const json::object* const object = one.if_object();
    if (object == nullptr) return DebugError("\"set\" must hold objects");
    const auto url = Normalized(StringAt(*object, "url"), context);
    const auto header = StringAt(*object, "header");
    if (!url || !header) return DebugError("each of \"set\" needs \"url\" and \"header\"");
    jar.Set(*header, PlaceOf(*CutUrl(*url)), now, changes);
  }
  const std::string header = jar.Header(PlaceOf(*CutUrl(*to)), now);
  if (header.empty()) return {{"cookie", nullptr}};
  return {{"cookie", json::string_view(header.data(), header.size())}};
}

}  // namespace trawl::crawler
