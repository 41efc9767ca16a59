#include "parser/wire.h"

#include "parser/error.h"
#include "tests/parser/wire_sample.h"
#include "tests/support/catch.h"

// How much of each thing an answer and a job may have.

using namespace trawl::parser;
using namespace trawl::test;

TEST_CASE("A count over its limit is refused before anything is allocated") {
  const std::string payload = AnswerPayload(SamplePage());
  CheckRefused(Patched<std::uint32_t>(payload, kLinkCount, 0xFFFFFFFF), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kLinkCount, kMaxLinks + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kRuleCount, RobotsRules::kMaxRules + 1),
               ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kSitemapCount, RobotsRules::kMaxSitemaps + 1),
               ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kTextSize, kMaxText + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kCharsetSize, kMaxCharset + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kTitleSize, kMaxTitle + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kDescriptionSize, kMaxDescription + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kCanonicalSize, kMaxUrl + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kAuthorSize, kMaxAuthor + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kDateSize, kMaxDate + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kGeneratorSize, kMaxGenerator + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kHeadingCount, kMaxHeadings + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kPropertyCount, kMaxProperties + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint16_t>(payload, kBlockCount, kMaxJsonLd + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kMainSize, kMaxMain + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kStatementCount, kMaxStatements + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kItemCount, kMaxItems + 1), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kLanguageSource, 3), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kPublishedSize, kMaxPublished + 1), ParserErrc::kBadFrame);
  CheckRefused(
      Patched<std::uint64_t>(payload, kCrawlDelay, static_cast<std::uint64_t>(kMaxCrawlDelay.count()) + 2),
      ParserErrc::kBadFrame);
}

TEST_CASE("Fields at their limits are taken") {
  ParsedPage page;
  const std::string title(kMaxTitle, 't'), description(kMaxDescription, 'd'), text(kMaxText, 'x');
  const std::string url = "http://example.org/" + std::string(kMaxUrl - 19, 'u');
  const std::string rel(kMaxRel, 'r'), anchor(kMaxAnchor, 'a');
  page.title = title;
  page.description = description;
  page.text = text;
  page.charset = std::string(kMaxCharset, 'c');
  page.canonical = page.base = url;
  const std::string hreflang(kMaxHreflang, 'h'), author(kMaxAuthor, 'b'), heading(kMaxHeading, 'g');
  const std::string name(kMaxPropertyName, 'n'), content(kMaxPropertyContent, 'c');
  const std::string block(kMaxJsonLdBytes, 'j');
  page.links = {{url, LinkKind::kAnchor, false, rel, anchor, hreflang}};
  page.links_found = 1;
  page.author = page.generator = author;
  page.date = std::string_view(author).substr(0, kMaxDate);
  page.headings.assign(kMaxHeadings, {6, heading});
  page.properties.assign(kMaxProperties, {name, content});
  page.json_ld.assign(kMaxJsonLd - 1, "");
  page.json_ld.push_back(block);
  const std::string main(kMaxMain, 'm');
  page.main = main;
  page.statements.assign(kMaxStatements, {StatementKind::kTwitter, "{}"});
  page.robots.crawl_delay = kMaxCrawlDelay;
  page.robots.rules = {{true, 1, std::string(kMaxRobotsPattern, '/')}};
  const auto decoded = Decode(AnswerPayload(page));
  REQUIRE(decoded.has_value());
  CHECK(decoded->links[0].url == url);
  CHECK(decoded->links[0].anchor == anchor);
  CHECK(decoded->links[0].hreflang == hreflang);
  CHECK(decoded->text == text);
  CHECK(decoded->headings.back().text == heading);
  CHECK(decoded->properties.back().content == content);
  CHECK(decoded->json_ld.back() == block);
  CHECK(decoded->main == main);
  CHECK(decoded->statements.size() == kMaxStatements);
  page.json_ld[0] = "1";
  CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);  // one byte past what all may have
  CHECK(decoded->robots.crawl_delay == kMaxCrawlDelay);
}

TEST_CASE("A link is of a kind that has a name, and what it says is within its limits") {
  ParsedPage page;
  const std::string rel(kMaxRel + 1, 'r'), anchor(kMaxAnchor + 1, 'a'), hreflang(kMaxHreflang + 1, 'h');
  const std::string url = "http://example.org/" + std::string(kMaxUrl - 18, 'u');
  page.links_found = 2;
  const ParsedLink good = {"http://example.org/", LinkKind::kAnchor, false, "r", "a", "h"};
  const auto refuse = [&](auto member, auto value) {
    page.links = {good, good};
    REQUIRE(Decode(AnswerPayload(page)).has_value());
    page.links[1].*member = value;
    CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  };
  refuse(&ParsedLink::url, url);
  refuse(&ParsedLink::rel, rel);
  refuse(&ParsedLink::anchor, anchor);
  refuse(&ParsedLink::hreflang, hreflang);
  page.links = {good};
  const std::string payload = AnswerPayload(page);
  for (int kind = 0; kind < 256; ++kind) {
    INFO(kind);
    const bool named = !Name(static_cast<LinkKind>(kind)).empty();
    CHECK(Decode(Patched(payload, kFirstLink, static_cast<std::uint8_t>(kind))).has_value() == named);
  }
  CheckRefused(Patched<std::uint8_t>(payload, kFirstLink + 1, 2), ParserErrc::kBadFrame);
}

TEST_CASE("As many links as allowed are taken, and a page never claims to have found fewer than it lists") {
  ParsedPage page;
  page.links.assign(kMaxLinks, {"http://example.org/", LinkKind::kImage, false, "", ""});
  page.links_found = kMaxLinks;
  const std::string payload = AnswerPayload(page);
  CHECK(Decode(payload).has_value());
  CheckRefused(Patched<std::uint32_t>(payload, kLinksFound, kMaxLinks - 1), ParserErrc::kBadFrame);
}

TEST_CASE("A statement is JSON of a known kind, and all together stay within their limit") {
  for (const char* const bad : {"", "{", "{}{}", "{'a':1}"}) {
    ParsedPage page = SamplePage();
    page.statements[0].data = bad;
    CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  }
  for (const int kind : {0, 7}) {
    ParsedPage page = SamplePage();
    page.statements[0].kind = static_cast<StatementKind>(kind);
    CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  }
  const std::string longest = '"' + std::string(kMaxStatementBytes - 3, 's') + '"';
  ParsedPage page = SamplePage();
  page.statements = {{StatementKind::kJsonLd, longest}, {StatementKind::kJsonLd, "1"}};
  CHECK(Decode(AnswerPayload(page)).has_value());
  page.statements.push_back({StatementKind::kJsonLd, "1"});
  CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
}

TEST_CASE("An item is a JSON object of a rule that was asked for, and all together stay within their limit") {
  ParsedPage page;
  for (const char* const data : {"", "1", "[{}]", "{", "{\"a\":}", "{}{}", " {}", "{\"a\":\"\xFF\"}"}) {
    INFO(data);
    page.items = {{0, data, ""}};
    CHECK(Decode(AnswerPayload(page)).has_error());
  }
  page.items = {{kMaxJobItems, "{}", ""}};
  CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  const std::string longest = "{\"a\":\"" + std::string(kMaxItemBytes - 8, 'x') + "\"}";
  page.items = {{0, longest, ""}};
  CHECK(Decode(AnswerPayload(page)).has_value());
  page.items.push_back({0, "{}", ""});
  CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  page.items.assign(kMaxItems, {0, "{}", "x"});
  CHECK(Decode(AnswerPayload(page)).has_value());
}

TEST_CASE("No more rules than allowed apply to one job") {
  PageJob job = SampleJob();
  job.items.assign(kMaxJobItems, 1);
  const std::string payload = JobPayload(job);
  REQUIRE(DecodeJob(payload).has_value());
  CHECK(DecodeJob(Patched<std::uint16_t>(payload, 24, kMaxJobItems + 1)).error() == ParserErrc::kBadFrame);
}

TEST_CASE("An answer that would grow past its limit loses its last links and says so") {
  const std::string url = "http://example.org/" + std::string(kMaxUrl - 19, 'u');
  ParsedPage page;
  page.links.assign(kMaxLinks, {url, LinkKind::kAnchor, false, "", ""});
  page.links_found = kMaxLinks;
  std::string frame;
  EncodeAnswer(page, frame);
  CHECK(frame.size() - kFrameHeader <= kMaxAnswer);
  const auto decoded = Decode(PayloadOf(frame));
  REQUIRE(decoded.has_value());
  CHECK(decoded->links_truncated);
  CHECK(decoded->links.size() == (kMaxAnswer - kFirstLink) / (kMaxUrl + 8));
}
