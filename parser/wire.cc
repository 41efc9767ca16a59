#include "parser/wire.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "parser/byte_cursor.h"
#include "parser/json_reader.h"
#include "parser/normalize.h"
#include "parser/request_target.h"
#include "parser/sitemap_wire.h"
#include "parser/utf8.h"
#include "parser/wire_frame.h"

// The format. Integers are little-endian; a name with ':' is a field, `name.size` stands for the size of a
// text that follows in `texts`. Sizes come before all texts so that one pass over `texts` can tell whether it
// is pure ASCII.
//
//   frame   = version:u8 type:u8 number:u16 payload.size:u32 payload
//   payload = job (wire_job.cc) | answer | rules (wire_rules.cc)        as `type` says
//
//   answer  = head link * links rule * rules sitemap.size:u16 * sitemaps heading * headings
//             property * properties block.size:u32 * blocks statement * statements item * items texts
//   head    = flags:u8 charset.size:u8 language.size:u8 charset_source:u8
//             title.size:u16 description.size:u16 canonical.size:u16 base.size:u16
//             text.size:u32 links:u32 rules:u32 sitemaps:u32 links_found:u32 words:u32 parse_us:u32
//             refresh:u32 (2^32-1: none) content_hash:u64 crawl_delay:u64 (milliseconds + 1, 0: none)
//             author.size:u16 date.size:u16 generator.size:u16 headings:u16 properties:u16 blocks:u16
//             main.size:u32 statements:u32 sitemap.size:u32 items:u32 published.size:u8
//             language_source:u8 zero:u16 simhash:u64
//   flags   = 1 noindex | 2 nofollow | 4 links_truncated | 8 text_truncated | 16 statements_truncated |
//             32 items_truncated
//   link    = kind:u8 flags:u8 (1 nofollow) url.size:u16 anchor.size:u16 rel.size:u8 hreflang.size:u8
//   rule    = line:u32 pattern.size:u16 allow:u8 zero:u8
//   heading = level:u8 zero:u8 text.size:u16
//   property = name.size:u16 content.size:u16
//   statement = kind:u8 zero:u8 zero:u16 data.size:u32
//   item    = rule:u16 defaulted.size:u16 data.size:u32
//   texts   = charset language title description canonical base text author date published generator
//             main
//             (url rel anchor hreflang) * links pattern * rules sitemap * sitemaps
//             text * headings (name content) * properties block * blocks data * statements
//             sitemap (parser/sitemap_wire.cc; empty for all other documents)
//             (data defaulted) * items
//
// charset, base and published are printable ASCII, the URLs pass SplitNormalized, patterns and sitemaps are
// bytes as robots.txt had them, data is JSON (of an item an object), all other texts are UTF-8.

namespace trawl::parser {
namespace {

constexpr std::size_t kLinkRecord = 8;
constexpr std::size_t kRuleRecord = 8;
constexpr std::size_t kHeadingRecord = 4;
constexpr std::size_t kPropertyRecord = 4;
constexpr std::size_t kStatementRecord = 8;
constexpr std::size_t kItemRecord = 8;
constexpr std::size_t kMaxDefaulted = 8192;
constexpr std::uint32_t kNoRefresh = 0xFFFFFFFF;

enum PageFlag : std::uint8_t {
  kNoindex = 1,
  kNofollow = 2,
  kLinksTruncated = 4,
  kTextTruncated = 8,
  kStatementsTruncated = 16,
  kItemsTruncated = 32,
  kAllPageFlags = 63,
};
enum LinkFlag : std::uint8_t { kLinkNofollow = 1, kAllLinkFlags = 1 };

std::size_t FixedSize(const ParsedPage& page) {
  constexpr std::size_t kHead = 4 + 4 * 2 + 8 * 4 + 3 * 8 + 6 * 2 + 4 * 4 + 4;
  std::size_t size = kHead + page.charset.size() + page.language.size() + page.title.size() +
                     page.description.size() + page.canonical.size() + page.base.size() + page.text.size() +
                     page.author.size() + page.date.size() + page.published.size() + page.generator.size() +
                     page.main.size();
  for (const RobotsRule& rule : page.robots.rules) size += kRuleRecord + rule.pattern.size();
  for (const std::string& sitemap : page.robots.sitemaps) size += 2 + sitemap.size();
  for (const Heading& heading : page.headings) size += kHeadingRecord + heading.text.size();
  for (const MetaProperty& property : page.properties)
    size += kPropertyRecord + property.name.size() + property.content.size();
  for (const std::string_view block : page.json_ld) size += 4 + block.size();
  for (const ParsedStatement& statement : page.statements) size += kStatementRecord + statement.data.size();
  for (const ParsedItem& item : page.items) size += kItemRecord + item.data.size() + item.defaulted.size();
  return size;
}

std::size_t LinkSize(const ParsedLink& link) {
  return kLinkRecord + link.url.size() + link.rel.size() + link.anchor.size() + link.hreflang.size();
}

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The part of an answer after its fixed-size records.
class Texts {
 public:
  explicit Texts(ByteReader& reader, std::string_view all)
      : reader_(reader), end_(all.data() + all.size()), all_utf8_(IsUtf8(all)) {}

  // Where all together are UTF-8, one is when no character lies across its ends.
  std::string_view Utf8(std::size_t size) {
    const std::string_view text = reader_.Bytes(size);
    if (text.empty()) return text;
    const char* const end = text.data() + text.size();
    const bool ok =
        all_utf8_ ? !IsContinuation(text[0]) && (end == end_ || !IsContinuation(*end)) : IsUtf8(text);
    if (!ok) reader_.Fail(ParserErrc::kBadFrame);
    return text;
  }
  std::string_view Printable(std::size_t size) {
    const std::string_view text = reader_.Bytes(size);
    if (!IsPrintableAscii(text)) reader_.Fail(ParserErrc::kBadFrame);
    return text;
  }
  // Most links of a page lead to one site.
  std::string_view NormalizedUrl(std::size_t size) {
    const std::string_view url = reader_.Bytes(size);
    if (!origin_.empty() && url.starts_with(origin_) && IsCleanTarget(url.substr(origin_.size()))) return url;
    UrlParts parts;
    if (SplitNormalized(url, parts)) {
      origin_ = parts.origin;
    } else {
      reader_.Fail(ParserErrc::kBadFrame);
    }
    return url;
  }

 private:
  ByteReader& reader_;
  const char* const end_;
  const bool all_utf8_;
  std::string_view origin_;  // of the last URL that was looked at as a whole
};

void ReadLinks(ByteReader records, Texts& texts, ByteReader& reader, std::vector<ParsedLink>& links) {
  for (ParsedLink& link : links) {
    const std::uint8_t kind = records.U8();
    const std::uint8_t flags = records.AtMost<std::uint8_t>(kAllLinkFlags);
    const auto url_size = records.AtMost<std::uint16_t>(kMaxUrl);
    const auto anchor_size = records.AtMost<std::uint16_t>(kMaxAnchor);
    const auto rel_size = records.AtMost<std::uint8_t>(kMaxRel);
    const auto hreflang_size = records.AtMost<std::uint8_t>(kMaxHreflang);
    if (Name(static_cast<LinkKind>(kind)).empty()) records.Fail(ParserErrc::kBadFrame);
    if (!records.ok()) return reader.Fail(records.error());
    link.kind = static_cast<LinkKind>(kind);
    link.nofollow = (flags & kLinkNofollow) != 0;
    link.url = texts.NormalizedUrl(url_size);
    link.rel = texts.Utf8(rel_size);
    link.anchor = texts.Utf8(anchor_size);
    link.hreflang = texts.Utf8(hreflang_size);
    if (!reader.ok()) return;
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

void EncodeAnswer(const ParsedPage& page, std::string& out) {
  assert(page.links.size() <= kMaxLinks && page.text.size() <= kMaxText);
  std::size_t size = FixedSize(page);
  std::size_t links = 0;
  while (links < page.links.size() && size + LinkSize(page.links[links]) <= kMaxAnswer) {
    size += LinkSize(page.links[links++]);
  }
  const bool is_sitemap = page.sitemap.kind != SitemapKind::kNone || !page.sitemap.error.empty();
  const std::string sitemap_bytes =
      is_sitemap ? EncodeSitemap(page.sitemap, kMaxAnswer - size) : std::string();
  const bool links_truncated = page.links_truncated || links < page.links.size();
  size += sitemap_bytes.size();
  FrameWriter(FrameType::kAnswer, out, size);  // the header
  out.resize(out.size() + size);
  ExactWriter writer(out.data() + out.size() - size, size);

  writer.U8(static_cast<std::uint8_t>(
      (page.noindex ? kNoindex : 0) | (page.nofollow ? kNofollow : 0) |
      (links_truncated ? kLinksTruncated : 0) | (page.text_truncated ? kTextTruncated : 0) |
      (page.statements_truncated ? kStatementsTruncated : 0) | (page.items_truncated ? kItemsTruncated : 0)));
  writer.U8(Size<std::uint8_t>(page.charset));
  writer.U8(Size<std::uint8_t>(page.language));
  writer.U8(static_cast<std::uint8_t>(page.charset_source));
  for (const std::string_view text : {page.title, page.description, page.canonical, page.base}) {
    writer.U16(Size<std::uint16_t>(text));
  }
  writer.U32(Size<std::uint32_t>(page.text));
  writer.U32(static_cast<std::uint32_t>(links));
  writer.U32(static_cast<std::uint32_t>(page.robots.rules.size()));
  writer.U32(static_cast<std::uint32_t>(page.robots.sitemaps.size()));
  writer.U32(page.links_found);
  writer.U32(page.words);
  writer.U32(page.parse_us);
  writer.U32(page.refresh_ms.value_or(kNoRefresh));
  writer.U64(page.content_hash);
  writer.U64(page.robots.crawl_delay ? static_cast<std::uint64_t>(page.robots.crawl_delay->count()) + 1 : 0);
  for (const std::string_view text : {page.author, page.date, page.generator})
    writer.U16(Size<std::uint16_t>(text));
  for (const std::size_t count : {page.headings.size(), page.properties.size(), page.json_ld.size()})
    writer.U16(static_cast<std::uint16_t>(count));
  writer.U32(Size<std::uint32_t>(page.main));
  writer.U32(static_cast<std::uint32_t>(page.statements.size()));
  writer.U32(Size<std::uint32_t>(sitemap_bytes));
  writer.U32(static_cast<std::uint32_t>(page.items.size()));
  writer.U8(Size<std::uint8_t>(page.published));
  writer.U8(static_cast<std::uint8_t>(page.language_source));
  writer.U16(0);
  writer.U64(page.simhash);

  for (std::size_t i = 0; i < links; ++i) {
    const ParsedLink& link = page.links[i];
    writer.U8(static_cast<std::uint8_t>(link.kind));
    writer.U8(link.nofollow ? kLinkNofollow : 0);
    writer.U16(Size<std::uint16_t>(link.url));
    writer.U16(Size<std::uint16_t>(link.anchor));
    writer.U8(Size<std::uint8_t>(link.rel));
    writer.U8(Size<std::uint8_t>(link.hreflang));
  }
  for (const RobotsRule& rule : page.robots.rules) {
    writer.U32(rule.line);
    writer.U16(Size<std::uint16_t>(rule.pattern));
    writer.U8(rule.allow ? 1 : 0);
    writer.U8(0);
  }
  for (const std::string& sitemap : page.robots.sitemaps) writer.U16(Size<std::uint16_t>(sitemap));
  for (const Heading& heading : page.headings) {
    writer.U8(heading.level);
    writer.U8(0);
    writer.U16(Size<std::uint16_t>(heading.text));
  }
  for (const MetaProperty& property : page.properties) {
    writer.U16(Size<std::uint16_t>(property.name));
    writer.U16(Size<std::uint16_t>(property.content));
  }
  for (const std::string_view block : page.json_ld) writer.U32(Size<std::uint32_t>(block));
  for (const ParsedStatement& statement : page.statements) {
    writer.U8(static_cast<std::uint8_t>(statement.kind));
    writer.U8(0);
    writer.U16(0);
    writer.U32(Size<std::uint32_t>(statement.data));
  }
  for (const ParsedItem& item : page.items) {
    writer.U16(item.rule);
    writer.U16(Size<std::uint16_t>(item.defaulted));
    writer.U32(Size<std::uint32_t>(item.data));
  }

  for (const std::string_view text :
       {std::string_view(page.charset), page.language, page.title, page.description, page.canonical,
        page.base, page.text, page.author, page.date, page.published, page.generator, page.main}) {
    writer.Bytes(text);
  }
  for (std::size_t i = 0; i < links; ++i) {
    writer.Bytes(page.links[i].url);
    writer.Bytes(page.links[i].rel);
    writer.Bytes(page.links[i].anchor);
    writer.Bytes(page.links[i].hreflang);
  }
  for (const RobotsRule& rule : page.robots.rules) writer.Bytes(rule.pattern);
  for (const std::string& sitemap : page.robots.sitemaps) writer.Bytes(sitemap);
  for (const Heading& heading : page.headings) writer.Bytes(heading.text);
  for (const MetaProperty& property : page.properties) {
    writer.Bytes(property.name);
    writer.Bytes(property.content);
  }
  for (const std::string_view block : page.json_ld) writer.Bytes(block);
  for (const ParsedStatement& statement : page.statements) writer.Bytes(statement.data);
  writer.Bytes(sitemap_bytes);
  for (const ParsedItem& item : page.items) {
    writer.Bytes(item.data);
    writer.Bytes(item.defaulted);
  }
}

void SetNumber(std::string& frame, std::uint16_t number) {
  constexpr std::size_t kNumber = 2;
  std::memcpy(frame.data() + kNumber, &number, sizeof number);
}

Result<FrameHeader> DecodeFrameHeader(std::string_view header, FrameType expected) {
  ByteReader reader(header);
  const std::uint8_t version = reader.U8();
  const std::uint8_t type = reader.U8();
  FrameHeader decoded;
  decoded.number = reader.U16();
  // Beside the body a job has its URL, its content type, its product tokens, what its URLs drop and
  // what is to be extracted.
  constexpr std::size_t kJobHead = 26 + kMaxUrl + kMaxContentType + kMaxExtract + kMaxJobItems * 2 +
                                   kMaxProductTokens * (2 + kMaxProductToken) +
                                   kMaxDropParameters * (2 + kMaxDropParameter);
  const bool rules = expected == FrameType::kJob && type == static_cast<std::uint8_t>(FrameType::kRules);
  const std::size_t limit = rules                            ? kMaxRulesFrame
                            : expected == FrameType::kAnswer ? kMaxAnswer
                                                             : kJobHead + kMaxJobBody;
  decoded.size = reader.AtMost<std::uint32_t>(static_cast<std::uint32_t>(limit));
  if (header.size() >= 1 && version != kWireVersion) return ParserErrc::kWrongVersion;
  if (const ParserErrc error = reader.Finish(); error != ParserErrc::kOk) return error;
  if (type != static_cast<std::uint8_t>(expected) && !rules) return ParserErrc::kBadFrame;
  decoded.type = rules ? FrameType::kRules : expected;
  return decoded;
}

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
  page.links.resize(links);
  ReadLinks(ByteReader(link_records), texts, reader, page.links);
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
