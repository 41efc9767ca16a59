#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/error.h"
#include "parser/sitemap.h"

namespace trawl::parser {

inline constexpr std::size_t kMaxSitemapError = 256;

/// A sitemap as bytes, at most `max` of them: the last entries are left out, and `truncated` is set, where
/// that is too few.
std::string EncodeSitemap(const Sitemap& sitemap, std::size_t max);

/// Reads hostile bytes; `out` is set only on success. Errors: kBadFrame for what passes a limit of
/// parser/sitemap.h or is no normalised URL, kTruncatedFrame, kTrailingBytes.
ParserErrc DecodeSitemap(std::string_view bytes, Sitemap& out);

}  // namespace trawl::parser
