#include "crawler/sitemap_sentence.h"

namespace trawl::crawler {

std::string Sentence(const parser::Sitemap& sitemap, const SitemapCounts& counts) {
  if (sitemap.kind == parser::SitemapKind::kNone) return "no sitemap: " + sitemap.error;
  std::string text = std::string(Name(sitemap.kind)) + ": ";
  if (counts.sitemaps > 0) text += std::to_string(counts.sitemaps) + " sitemaps, ";
  text += std::to_string(counts.urls) + " URLs, " + std::to_string(counts.queued) + " new and queued";
  if (counts.forward > 0) text += ", " + std::to_string(counts.forward) + " brought forward";
  if (counts.media > 0) text += ", " + std::to_string(counts.media) + " images and media";
  if (counts.left > 0) text += ", " + std::to_string(counts.left) + " left by crawl.max_sitemap_urls";
  if (sitemap.truncated)
    text += "; more than " + std::to_string(parser::Sitemap::kMaxEntries) + " are cut off";
  if (!sitemap.error.empty()) text += "; " + sitemap.error;
  return text;
}

}  // namespace trawl::crawler
