#include "parser/wire.h"

#include <cassert>

#include "parser/sitemap_wire.h"
#include "parser/wire_frame.h"
#include "parser/wire_layout.h"

namespace trawl::parser {

using namespace answer;

namespace {

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

}  // namespace

AnswerFrame::AnswerFrame(const ParsedPage& page, std::uint16_t number)
    : page_(page), payload_size_(FixedSize(page)), number_(number) {
  assert(page.links.size() <= kMaxLinks && page.text.size() <= kMaxText);
  while (links_ < page.links.size() && payload_size_ + LinkSize(page.links[links_]) <= kMaxAnswer) {
    payload_size_ += LinkSize(page.links[links_++]);
  }
  if (page.sitemap.kind != SitemapKind::kNone || !page.sitemap.error.empty()) {
    sitemap_ = EncodeSitemap(page.sitemap, kMaxAnswer - payload_size_);
    payload_size_ += sitemap_.size();
  }
}

void AnswerFrame::Write(char* to) const {
  const ParsedPage& page = page_;
  const std::size_t links = links_;
  const bool links_truncated = page.links_truncated || links < page.links.size();
  ExactWriter writer(to, size());

  WriteFrameHeader(writer, FrameType::kAnswer, number_, payload_size_);
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
  writer.U32(Size<std::uint32_t>(sitemap_));
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
  writer.Bytes(sitemap_);
  for (const ParsedItem& item : page.items) {
    writer.Bytes(item.data);
    writer.Bytes(item.defaulted);
  }
}

void EncodeAnswer(const ParsedPage& page, std::string& out) {
  const AnswerFrame frame(page);
  const std::size_t before = out.size();
  out.resize(before + frame.size());
  frame.Write(out.data() + before);
}

}  // namespace trawl::parser
