#include "crawler/cli/debug.h"

#include <algorithm>
#include <istream>
#include <ostream>

#include "crawler/cli/debug_cookie.h"
#include "crawler/cli/debug_fetch.h"
#include "crawler/cli/debug_html.h"
#include "crawler/cli/debug_robots.h"
#include "crawler/cli/debug_sitemap.h"
#include "crawler/cli/debug_url.h"

namespace trawl::crawler {
namespace {

constexpr DebugKind kKinds[] = {
    {"url", DebugUrl, R"({"input","base"?} -> {"href",...,"hash"} or {"failure":true})"},
    {"idna", DebugIdna, R"({"input"} -> {"output"} or {"failure":true})"},
    {"normalize", DebugNormalize, R"({"in","base"?} -> {"out"}, null when it cannot be crawled)"},
    {"robots", DebugRobots,
     R"({"robots_txt" or "robots_b64","user_agents":[...],"url"} -> )"
     R"({"allowed","line"?,"crawl_delay_ms","sitemaps"})"},
    {"sitemap", DebugSitemap,
     R"({"content_b64" or "content","url","content_type"?} -> {"kind","items":[{"loc",...}],"error"})"},
    {"html", DebugHtml,
     R"({"body_b64","url"?,"content_type"?} -> title, description, canonical, text, links and the rest)"},
    {"links", DebugLinks,
     R"({"body_b64","url","content_type"?,"way":"scan/tree"?} -> {"base","links","meta_refresh","truncated"})"},
    {"text", DebugText,
     R"({"body_b64","url"?} -> {"text","main","title","author","date","language","description"})"},
    {"structured", DebugStructured,
     R"({"body_b64","url"?} -> {"json-ld":[...],"microdata","opengraph","twitter","dublincore","relations"})"},
    {"select", DebugSelect,
     R"({"html","selector"} -> {"ids":[...]}, with ::text or ::attr(x) {"values":[...]}, or {"error":"syntax"})"},
    {"tokens", DebugTokens,
     R"({"html","initial_state"?,"last_start_tag"?} -> {"tokens":[...]}, html5lib's notation)"},
    {"cookie", DebugCookie,
     R"({"set":[{"url","header"},...],"send_to","now"?} -> {"cookie"}, or {"date"} -> {"iso"})"},
    {"fetch", DebugFetch,
     R"({"url","method"?} -> {"status","headers","body_sha256","body_length","truncated","outcome","detail"})"},
    {"charset", DebugCharset, R"({"body_b64","content_type"?} -> {"encoding","source","text"})"},
};

enum class LineRead { kEnd, kLine, kTooLong };

// Reads up to the next newline, of which no more than `max` bytes are kept.
LineRead ReadLine(std::istream& in, std::size_t max, std::string& line) {
  line.clear();
  bool too_long = false;
  std::streambuf& buffer = *in.rdbuf();
  while (true) {
    const int byte = buffer.sbumpc();
    if (byte == std::char_traits<char>::eof()) {
      if (line.empty()) return LineRead::kEnd;
      break;
    }
    if (byte == '\n') break;
    too_long = too_long || line.size() == max;
    if (!too_long) line.push_back(static_cast<char>(byte));
  }
  return too_long ? LineRead::kTooLong : LineRead::kLine;
}

}  // namespace

std::span<const DebugKind> DebugKinds() {
  return kKinds;
}

const DebugKind* FindDebugKind(std::string_view name) {
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [name](const DebugKind& kind) { return kind.name == name; });
  return found == std::end(kKinds) ? nullptr : found;
}

json::object DebugError(std::string_view message) {
  return {{"error", json::string_view(message.data(), message.size())}};
}

std::string DebugLine(const DebugKind& kind, std::string_view line, DebugContext& context) {
  const auto value = ParseJson(line);
  if (!value) return ToJson(DebugError("not JSON: " + value.error().message()));
  const json::object* const object = value->if_object();
  if (!object) return ToJson(DebugError("not a JSON object"));
  return ToJson(kind.run(*object, context));
}

void RunDebug(const DebugKind& kind, std::istream& in, std::ostream& out, DebugContext& context,
              std::size_t max_line) {
  std::string line;
  for (LineRead read = ReadLine(in, max_line, line); read != LineRead::kEnd;
       read = ReadLine(in, max_line, line)) {
    if (read == LineRead::kTooLong) {
      out << ToJson(DebugError("line longer than " + std::to_string(max_line) + " bytes"));
    } else {
      out << DebugLine(kind, line, context);
    }
    out << '\n' << std::flush;
  }
}

}  // namespace trawl::crawler
