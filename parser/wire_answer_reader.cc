#include "parser/wire.h"

#include <algorithm>

#include "parser/byte_cursor.h"
#include "parser/json_reader.h"
#include "parser/normalize.h"
#include "parser/request_target.h"
#include "parser/sitemap_wire.h"
#include "parser/utf8.h"
#include "parser/wire_layout.h"

namespace trawl::parser {

using namespace answer;

namespace {

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The part of an answer after its fixed-size records.
class Texts {
 public:
  explicit Texts(ByteReader& reader, std::string_view all) : reader_(reader), end_(all.data() + all.size()) {
    const std::string_view rest = all.substr(AsciiPrefix(all));
    all_ascii_ = rest.empty();
    all_utf8_ = IsUtf8(rest);
  }

  std::string_view Utf8(std::size_t size) {
    const std::string_view text = reader_.Bytes(size);
    if (!IsUtf8Text(text)) reader_.Fail(ParserErrc::kBadFrame);
    return text;
  }
  std::string_view Printable(std::size_t size) {
    const std::string_view text = reader_.Bytes(size);
    if (!IsPrintableAscii(text)) reader_.Fail(ParserErrc::kBadFrame);
    return text;
  }
  std::string_view NormalizedUrl(std::size_t size) {
    const std::string_view url = reader_.Bytes(size);
    if (!IsNormalizedUrl(url)) reader_.Fail(ParserErrc::kBadFrame);
    return url;
  }

  // Of a piece of the texts.
  bool IsUtf8Text(std::string_view text) const { return all_ascii_ || text.empty() || IsUtf8Piece(text); }
  // Most links of a page lead to one site.
  bool IsNormalizedUrl(std::string_view url) {
    if (!origin_.empty() && url.starts_with(origin_) && IsCleanTarget(url.substr(origin_.size())))
      return true;
    UrlParts parts;
    if (!SplitNormalized(url, parts)) return false;
    origin_ = parts.origin;
    return true;
  }

 private:
  // Where all together are UTF-8, one is when no character lies across its ends.
  bool IsUtf8Piece(std::string_view text) const {
    if (!all_utf8_) return IsUtf8(text);
    const char* const end = text.data() + text.size();
    return !IsContinuation(text[0]) && (end == end_ || !IsContinuation(*end));
  }

  ByteReader& reader_;
  const char* const end_;
  bool all_ascii_ = false;
  bool all_utf8_ = false;
  std::string_view origin_;  // of the last URL that was looked at as a whole
};

// A record is read as one number, and its texts, which lie side by side, as one piece: a page has more links
// than all else together.
bool IsLinkRecord(std::uint64_t record) {
  static_assert(kLinkRecord == sizeof record);
  const auto kind = static_cast<std::uint8_t>(record);
  return kind >= static_cast<std::uint8_t>(LinkKind::kAnchor) &&
         kind <= static_cast<std::uint8_t>(LinkKind::kForm) &&
         static_cast<std::uint8_t>(record >> 8) <= kAllLinkFlags &&
         static_cast<std::uint16_t>(record >> 16) <= kMaxUrl &&
         static_cast<std::uint16_t>(record >> 32) <= kMaxAnchor &&
         static_cast<std::uint8_t>(record >> 48) <= kMaxRel && record >> 56 <= kMaxHreflang;
}

bool ReadLink(std::uint64_t record, Texts& texts, ByteReader& reader, ParsedLink& link) {
  const std::size_t url_size = static_cast<std::uint16_t>(record >> 16);
  const std::size_t anchor_size = static_cast<std::uint16_t>(record >> 32);
  const std::size_t rel_size = static_cast<std::uint8_t>(record >> 48);
  const std::size_t hreflang_size = record >> 56;
  const std::string_view all = reader.Bytes(url_size + rel_size + anchor_size + hreflang_size);
  if (!reader.ok()) return false;
  const char* const rel = all.data() + url_size;
  link.url = {all.data(), url_size};
  link.kind = static_cast<LinkKind>(record);
  link.nofollow = (record >> 8 & kLinkNofollow) != 0;
  link.rel = {rel, rel_size};
  link.anchor = {rel + rel_size, anchor_size};
  link.hreflang = {rel + rel_size + anchor_size, hreflang_size};
  const bool ok = texts.IsNormalizedUrl(link.url) && texts.IsUtf8Text(link.rel) &&
                  texts.IsUtf8Text(link.anchor) && texts.IsUtf8Text(link.hreflang);
  if (!ok) reader.Fail(ParserErrc::kBadFrame);
  return ok;
}

void ReadLinks(std::size_t count, ByteReader records, Texts& texts, ByteReader& reader,
               std::vector<ParsedLink>& links) {
  links.reserve(count);
  while (links.size() < count) {
    const std::uint64_t record = records.U64();
    if (!IsLinkRecord(record)) return reader.Fail(ParserErrc::kBadFrame);
    if (!ReadLink(record, texts, reader, links.emplace_back())) return;
  }
}

void ReadRobots(ByteReader rules, ByteReader sitemaps, ByteReader& reader, RobotsRules& robots) {
  for (RobotsRule& rule : robots.rules) {
    rule.line = rules.U32();
    const auto size = rules.AtMost<std::uint16_t>(kMaxRobotsPattern);
    rule.allow = rules.AtMost<std::uint8_t>(1) != 0;
    rules.AtMost<std::uint8_t>(0);
    rule.pattern = reader.Bytes(size);
  }
  if (!rules.ok()) reader.Fail(rules.error());
  for (std::string& sitemap : robots.sitemaps)
    sitemap = reader.Bytes(sitemaps.AtMost<std::uint16_t>(kMaxUrl));
  if (!sitemaps.ok()) reader.Fail(sitemaps.error());
}

void ReadHeadings(ByteReader records, Texts& texts, ByteReader& reader, std::vector<Heading>& headings) {
  for (Heading& heading : headings) {
    heading.level = records.AtMost<std::uint8_t>(6);
    if (heading.level == 0) records.Fail(ParserErrc::kBadFrame);
    records.AtMost<std::uint8_t>(0);
    heading.text = texts.Utf8(records.AtMost<std::uint16_t>(kMaxHeading));
  }
  if (!records.ok()) reader.Fail(records.error());
}

void ReadProperties(ByteReader records, Texts& texts, ByteReader& reader,
                    std::vector<MetaProperty>& properties) {
  for (MetaProperty& property : properties) {
    property.name = texts.Utf8(records.AtMost<std::uint16_t>(kMaxPropertyName));
    property.content = texts.Utf8(records.AtMost<std::uint16_t>(kMaxPropertyContent));
  }
  if (!records.ok()) reader.Fail(records.error());
}

void ReadStatements(ByteReader records, Texts& texts, ByteReader& reader,
                    std::vector<ParsedStatement>& statements) {
  std::size_t bytes = 0;
  for (ParsedStatement& statement : statements) {
    statement.kind = static_cast<StatementKind>(records.U8());
    records.AtMost<std::uint8_t>(0);
    records.AtMost<std::uint16_t>(0);
    statement.data = texts.Utf8(records.AtMost<std::uint32_t>(kMaxStatementBytes));
    bytes += statement.data.size();
    if (Name(statement.kind).empty() || bytes > kMaxStatementBytes || !IsJson(statement.data))
      records.Fail(ParserErrc::kBadFrame);
    if (!records.ok() || !reader.ok()) break;
  }
  if (!records.ok()) reader.Fail(records.error());
}

void ReadItems(ByteReader records, Texts& texts, ByteReader& reader, std::vector<ParsedItem>& items) {
  std::size_t bytes = 0;
  for (ParsedItem& item : items) {
    item.rule = records.AtMost<std::uint16_t>(kMaxJobItems - 1);
    const auto defaulted = records.AtMost<std::uint16_t>(kMaxDefaulted);
    item.data = texts.Utf8(records.AtMost<std::uint32_t>(kMaxItemBytes));
    item.defaulted = texts.Utf8(defaulted);
    bytes += item.data.size();
    if (bytes > kMaxItemBytes || !item.data.starts_with('{') || !IsJson(item.data))
      records.Fail(ParserErrc::kBadFrame);
    if (!records.ok() || !reader.ok()) break;
  }
  if (!records.ok()) reader.Fail(records.error());
}

void ReadBlocks(ByteReader sizes, Texts& texts, ByteReader& reader, std::vector<std::string_view>& blocks) {
  std::size_t bytes = 0;
  for (std::string_view& block : blocks) {
    block = texts.Utf8(sizes.AtMost<std::uint32_t>(kMaxJsonLdBytes));
    bytes += block.size();
  }
  if (bytes > kMaxJsonLdBytes) sizes.Fail(ParserErrc::kBadFrame);
  if (!sizes.ok()) reader.Fail(sizes.error());
}

}  // namespace

Result<ParsedPage> DecodeAnswer(std::vector<char> payload) {
  ParsedPage page;
  page.storage = std::move(payload);
  ByteReader reader(std::string_view(page.storage.data(), page.storage.size()));

  const std::uint8_t flags = reader.AtMost<std::uint8_t>(kAllPageFlags);
  const auto charset_size = reader.AtMost<std::uint8_t>(kMaxCharset);
  const auto language_size = reader.AtMost<std::uint8_t>(kMaxLanguage);
  const auto source = static_cast<CharsetSource>(reader.U8());
  if (Name(source).empty()) reader.Fail(ParserErrc::kBadFrame);
  const auto title_size = reader.AtMost<std::uint16_t>(kMaxTitle);
  const auto description_size = reader.AtMost<std::uint16_t>(kMaxDescription);
  const auto canonical_size = reader.AtMost<std::uint16_t>(kMaxUrl);
  const auto base_size = reader.AtMost<std::uint16_t>(kMaxUrl);
  const auto text_size = reader.AtMost<std::uint32_t>(kMaxText);
  const auto links = reader.AtMost<std::uint32_t>(kMaxLinks);
  const auto rules = reader.AtMost<std::uint32_t>(RobotsRules::kMaxRules);
  const auto sitemaps = reader.AtMost<std::uint32_t>(RobotsRules::kMaxSitemaps);
  page.links_found = reader.U32();
  page.words = reader.U32();
  page.parse_us = reader.U32();
  const std::uint32_t refresh = reader.U32();
  page.content_hash = reader.U64();
  const auto crawl_delay =
      reader.AtMost<std::uint64_t>(static_cast<std::uint64_t>(kMaxCrawlDelay.count()) + 1);
  if (page.links_found < links) reader.Fail(ParserErrc::kBadFrame);
  const auto author_size = reader.AtMost<std::uint16_t>(kMaxAuthor);
  const auto date_size = reader.AtMost<std::uint16_t>(kMaxDate);
  const auto generator_size = reader.AtMost<std::uint16_t>(kMaxGenerator);
  const auto headings = reader.AtMost<std::uint16_t>(kMaxHeadings);
  const auto properties = reader.AtMost<std::uint16_t>(kMaxProperties);
  const auto blocks = reader.AtMost<std::uint16_t>(kMaxJsonLd);
  const auto main_size = reader.AtMost<std::uint32_t>(kMaxMain);
  const auto statements = reader.AtMost<std::uint32_t>(kMaxStatements);
  const auto sitemap_size = reader.AtMost<std::uint32_t>(kMaxAnswer);
  const auto items = reader.AtMost<std::uint32_t>(kMaxItems);
  const auto published_size = reader.AtMost<std::uint8_t>(kMaxPublished);
  const auto language_source = static_cast<LanguageSource>(reader.U8());
  if (Name(language_source).empty()) reader.Fail(ParserErrc::kBadFrame);
  reader.AtMost<std::uint16_t>(0);
  page.simhash = reader.U64();

  const std::string_view link_records = reader.Bytes(links * kLinkRecord);
  const std::string_view rule_records = reader.Bytes(rules * kRuleRecord);
  const std::string_view sitemap_records = reader.Bytes(sitemaps * 2);
  const std::string_view heading_records = reader.Bytes(headings * kHeadingRecord);
  const std::string_view property_records = reader.Bytes(properties * kPropertyRecord);
  const std::string_view block_records = reader.Bytes(blocks * std::size_t{4});
  const std::string_view statement_records = reader.Bytes(statements * kStatementRecord);
  const std::string_view item_records = reader.Bytes(items * kItemRecord);
  if (!reader.ok()) return reader.error();

  const std::size_t read = page.storage.size() - reader.Left();
  Texts texts(reader, {page.storage.data() + read, reader.Left()});
  page.charset = texts.Printable(charset_size);
  page.language = texts.Utf8(language_size);
  page.title = texts.Utf8(title_size);
  page.description = texts.Utf8(description_size);
  if (canonical_size > 0) page.canonical = texts.NormalizedUrl(canonical_size);
  page.base = texts.Printable(base_size);
  page.text = texts.Utf8(text_size);
  page.author = texts.Utf8(author_size);
  page.date = texts.Utf8(date_size);
  page.published = texts.Printable(published_size);
  page.generator = texts.Utf8(generator_size);
  page.main = texts.Utf8(main_size);
  if (!reader.ok()) return reader.error();
  ReadLinks(links, ByteReader(link_records), texts, reader, page.links);
  if (!reader.ok()) return reader.error();
  page.robots.rules.resize(rules);
  page.robots.sitemaps.resize(sitemaps);
  ReadRobots(ByteReader(rule_records), ByteReader(sitemap_records), reader, page.robots);
  page.headings.resize(headings);
  ReadHeadings(ByteReader(heading_records), texts, reader, page.headings);
  page.properties.resize(properties);
  ReadProperties(ByteReader(property_records), texts, reader, page.properties);
  page.json_ld.resize(blocks);
  ReadBlocks(ByteReader(block_records), texts, reader, page.json_ld);
  page.statements.resize(statements);
  ReadStatements(ByteReader(statement_records), texts, reader, page.statements);
  if (sitemap_size > 0) {
    const ParserErrc wrong = DecodeSitemap(reader.Bytes(sitemap_size), page.sitemap);
    if (wrong != ParserErrc::kOk) reader.Fail(wrong);
  }
  page.items.resize(items);
  ReadItems(ByteReader(item_records), texts, reader, page.items);
  if (const ParserErrc error = reader.Finish(); error != ParserErrc::kOk) return error;

  page.charset_source = source;
  page.language_source = language_source;
  page.noindex = (flags & kNoindex) != 0;
  page.nofollow = (flags & kNofollow) != 0;
  page.links_truncated = (flags & kLinksTruncated) != 0;
  page.text_truncated = (flags & kTextTruncated) != 0;
  page.statements_truncated = (flags & kStatementsTruncated) != 0;
  page.items_truncated = (flags & kItemsTruncated) != 0;
  if (refresh != kNoRefresh) page.refresh_ms = refresh;
  if (crawl_delay > 0) page.robots.crawl_delay = Duration(crawl_delay - 1);
  return page;
}

}  // namespace trawl::parser
