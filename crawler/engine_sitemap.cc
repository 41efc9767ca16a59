// Sitemaps and feeds as the engine takes them: what they name is stored in batches of its own before the
// visit that brought it, so that fifty thousand URLs hold up neither the loop nor the disk. After a crash in
// between the file is fetched again, and what is known by then stays as it is. Two long ones are taken in at
// a time, so that pages are stored between their batches; the others wait as bytes, which count towards
// crawl.memory_max, and hold no page's place in the window.

#include <algorithm>
#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/page_request.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kEntriesPerBatch = 1000;

/// What matters most first: priority, then what changed last.
bool ComesBefore(const parser::SitemapEntry& a, const parser::SitemapEntry& b) {
  if (a.priority != b.priority) return a.priority > b.priority;
  return a.lastmod.value_or(Instant::min()) > b.lastmod.value_or(Instant::min());
}

}  // namespace

/// The Sitemap lines of robots.txt on the host of `page`.
void Engine::TakeSitemapLines(Step& step, const FoundOn& from, const std::string& page,
                              const std::vector<std::string>& lines) {
  // Elsewhere the crawl is for what the site links to, not for all that is there.
  if (!targets_[from.target].target.sitemaps.robots || from.hops > 0) return;
  parser::UrlParts parts;
  parser::SplitNormalized(page, parts);
  const std::string robots_txt = std::string(parts.origin) + "/robots.txt";
  for (const std::string& line : lines) {
    const Result<std::string> url = RedirectTarget(robots_txt, line, options_.url);
    if (url) discovery_.SitemapFile(step, from, parts.host, *url);
  }
}

Awaitable<bool> Engine::TakeEntries(FoundOn from, std::string host, parser::Sitemap& sitemap,
                                    SitemapCounts& counts) {
  if (!std::is_sorted(sitemap.entries.begin(), sitemap.entries.end(), ComesBefore))
    std::stable_sort(sitemap.entries.begin(), sitemap.entries.end(), ComesBefore);
  const std::span<const parser::SitemapEntry> all(sitemap.entries);
  for (std::size_t at = 0; at < all.size(); at += kEntriesPerBatch) {
    if (at_once_) co_return false;  // what is not stored yet is read again by the next run
    // Where all is known and stands as it was, nothing else lets others have the loop.
    co_await turns_.Next();
    const std::span<const parser::SitemapEntry> some =
        all.subspan(at, std::min(kEntriesPerBatch, all.size() - at));
    const bool brought = co_await BringForward(some, counts);
    if (!brought) co_return false;
    Step step;
    discovery_.Entries(step, from, host, some, counts);
    if (step.batch.urls.empty()) continue;
    const bool written = co_await Write(std::move(step));
    if (!written) co_return false;
  }
  co_return true;
}

}  // namespace trawl::crawler
