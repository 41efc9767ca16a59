#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/instant.h"
#include "parser/normalize.h"

namespace trawl::parser {

enum class SitemapKind : std::uint8_t { kNone, kXml, kIndex, kText, kRss, kAtom };
std::string_view Name(SitemapKind kind);  ///< "xml", "index", "text", "rss", "atom"; "" for none

enum class ChangeFrequency : std::uint8_t {
  kNone,
  kAlways,
  kHourly,
  kDaily,
  kWeekly,
  kMonthly,
  kYearly,
  kNever
};
std::string_view Name(ChangeFrequency frequency);

/// One URL that a sitemap or feed names.
struct SitemapEntry {
  enum class Role : std::uint8_t { kPage, kSitemap, kAlternate, kImage, kVideo, kMedia };
  std::string url;  ///< normalised
  Role role = Role::kPage;
  std::optional<Instant> lastmod;
  ChangeFrequency frequency = ChangeFrequency::kNone;
  std::uint8_t priority = 50;  ///< hundredths; 50 where the sitemap does not say (sitemaps.org)
};

struct Sitemap {
  SitemapKind kind = SitemapKind::kNone;
  std::vector<SitemapEntry> entries;
  std::string error;       ///< with kNone: why; else what cut or broke it, empty when it is whole
  bool truncated = false;  ///< more URLs than kMaxEntries

  static constexpr std::size_t kMaxEntries = 50'000;  ///< sitemaps.org, of one file
};

/// Reads a sitemap (sitemaps.org: XML, index, text) or a feed (RSS 0.9 to 2.0, RDF, Atom), told apart by its
/// content; `url` is its own, against which links are resolved, `options` how they become URLs. Yields what
/// is readable of one that is broken; an XML document that declares entities yields nothing. Takes UTF-8.
/// Runs in a parser process.
Sitemap ReadSitemap(std::string_view utf8, std::string_view url, const NormalizeOptions& options);

}  // namespace trawl::parser
