#include "parser/sitemap_wire.h"

#include <algorithm>
#include <utility>

#include "parser/byte_cursor.h"
#include "parser/normalize.h"
#include "parser/utf8.h"
#include "parser/wire.h"

// Within an answer, integers little-endian:
//
//   sitemap = kind:u8 truncated:u8 error.size:u16 entries:u32 error entry * entries
//   entry   = role:u8 frequency:u8 priority:u8 dated:u8 url.size:u16 (lastmod:u64 if dated) url
//
// lastmod is milliseconds since 1970, UTC, as two's complement; a URL passes SplitNormalized.

namespace trawl::parser {
namespace {

constexpr std::size_t kHead = 8;

std::size_t SizeOf(const SitemapEntry& entry) {
  return 6 + (entry.lastmod ? 8 : 0) + entry.url.size();
}

SitemapEntry ReadEntry(ByteReader& reader) {
  SitemapEntry entry;
  entry.role =
      static_cast<SitemapEntry::Role>(reader.AtMost(static_cast<std::uint8_t>(SitemapEntry::Role::kMedia)));
  entry.frequency =
      static_cast<ChangeFrequency>(reader.AtMost(static_cast<std::uint8_t>(ChangeFrequency::kNever)));
  entry.priority = reader.AtMost<std::uint8_t>(100);
  const bool dated = reader.AtMost<std::uint8_t>(1) != 0;
  const auto size = reader.AtMost<std::uint16_t>(kMaxUrl);
  if (dated) entry.lastmod = Instant(Duration(static_cast<std::int64_t>(reader.U64())));
  entry.url = reader.Bytes(size);
  UrlParts parts;
  if (reader.ok() && !SplitNormalized(entry.url, parts)) reader.Fail(ParserErrc::kBadFrame);
  return entry;
}

}  // namespace

std::string EncodeSitemap(const Sitemap& sitemap, std::size_t max) {
  const std::string_view error = std::string_view(sitemap.error).substr(0, kMaxSitemapError);
  std::size_t entries = 0, size = kHead + error.size();
  while (entries < sitemap.entries.size() && size + SizeOf(sitemap.entries[entries]) <= max)
    size += SizeOf(sitemap.entries[entries++]);
  std::string bytes;
  bytes.reserve(size);
  ByteWriter writer(bytes);
  writer.U8(static_cast<std::uint8_t>(sitemap.kind));
  writer.U8(sitemap.truncated || entries < sitemap.entries.size() ? 1 : 0);
  writer.U16(static_cast<std::uint16_t>(error.size()));
  writer.U32(static_cast<std::uint32_t>(entries));
  writer.Bytes(error);
  for (std::size_t i = 0; i < entries; ++i) {
    const SitemapEntry& entry = sitemap.entries[i];
    writer.U8(static_cast<std::uint8_t>(entry.role));
    writer.U8(static_cast<std::uint8_t>(entry.frequency));
    writer.U8(entry.priority);
    writer.U8(entry.lastmod ? 1 : 0);
    writer.U16(static_cast<std::uint16_t>(entry.url.size()));
    if (entry.lastmod) writer.U64(static_cast<std::uint64_t>(entry.lastmod->time_since_epoch().count()));
    writer.Bytes(entry.url);
  }
  return bytes;
}

ParserErrc DecodeSitemap(std::string_view bytes, Sitemap& out) {
  ByteReader reader(bytes);
  Sitemap sitemap;
  sitemap.kind = static_cast<SitemapKind>(reader.AtMost(static_cast<std::uint8_t>(SitemapKind::kAtom)));
  sitemap.truncated = reader.AtMost<std::uint8_t>(1) != 0;
  const auto error_size = reader.AtMost<std::uint16_t>(kMaxSitemapError);
  const auto entries = reader.AtMost<std::uint32_t>(Sitemap::kMaxEntries);
  sitemap.error = reader.Bytes(error_size);
  if (!IsUtf8(sitemap.error)) reader.Fail(ParserErrc::kBadFrame);
  sitemap.entries.reserve(std::min<std::size_t>(entries, reader.Left() / 6));
  for (std::uint32_t i = 0; i < entries && reader.ok(); ++i) sitemap.entries.push_back(ReadEntry(reader));
  const ParserErrc wrong = reader.Finish();
  if (wrong == ParserErrc::kOk) out = std::move(sitemap);
  return wrong;
}

}  // namespace trawl::parser
