#include "parser/wire.h"

#include "parser/error.h"
#include "tests/parser/wire_sample.h"
#include "tests/support/catch.h"

using namespace trawl::parser;
using namespace trawl::test;
using trawl::Duration;

TEST_CASE("A job comes out as it went in") {
  const PageJob job = SampleJob();
  const std::string payload = JobPayload(job);  // from which the job borrows
  const auto decoded = DecodeJob(payload);
  REQUIRE(decoded.has_value());
  CHECK(decoded->kind == DocumentKind::kHtml);
  CHECK(decoded->want_text);
  CHECK(decoded->want_links);
  CHECK_FALSE(decoded->want_source);
  CHECK_FALSE(decoded->want_tree);
  CHECK(decoded->url == job.url);
  CHECK(decoded->content_type == job.content_type);
  CHECK(decoded->product_tokens == job.product_tokens);
  CHECK(decoded->normalize == job.normalize);
  CHECK(decoded->extract == job.extract);
  CHECK(decoded->items == job.items);
  CHECK_FALSE(decoded->want_statements);
  CHECK(std::string_view(decoded->body) == std::string_view(job.body));
}

TEST_CASE("An answer comes out as it went in") {
  const auto decoded = Decode(AnswerPayload(SamplePage()));
  REQUIRE(decoded.has_value());
  const ParsedPage& page = *decoded;
  CHECK(page.charset == "windows-1252");
  CHECK(page.charset_source == CharsetSource::kMeta);
  CHECK(page.title == "Title");
  CHECK(page.description == "D\xC3\xA9scription");
  CHECK(page.canonical == "http://example.org/c");
  CHECK(page.base == "ftp://example.org/base/");
  CHECK(page.language == "en-GB");
  CHECK(page.text == "Some text\nin two lines");
  CHECK_FALSE(page.noindex);
  CHECK(page.nofollow);
  CHECK_FALSE(page.links_truncated);
  CHECK_FALSE(page.text_truncated);
  CHECK(page.links_found == 7);
  CHECK(page.words == 5);
  CHECK(page.refresh_ms == 0U);
  CHECK(page.content_hash == 0x0123456789ABCDEFULL);
  CHECK(page.parse_us == 321);
  REQUIRE(page.links.size() == 2);
  CHECK(page.links[0].url == "http://example.org/1");
  CHECK(page.links[0].kind == LinkKind::kAnchor);
  CHECK(page.links[0].nofollow);
  CHECK(page.links[0].rel == "nofollow me");
  CHECK(page.links[0].anchor == "One");
  CHECK(page.links[0].hreflang == "en-AU");
  CHECK(page.links[1].kind == LinkKind::kForm);
  CHECK(page.author == "An Author");
  CHECK(page.date == "29 February 2024");
  CHECK(page.published == "2024-02-29");
  CHECK(page.language_source == LanguageSource::kDetected);
  CHECK(page.simhash == 0xFEDCBA9876543210ULL);
  CHECK(page.generator == "hand");
  REQUIRE(page.headings.size() == 2);
  CHECK(page.headings[1].level == 6);
  CHECK(page.headings[0].text == "One");
  REQUIRE(page.properties.size() == 2);
  CHECK(page.properties[0].name == "og:title");
  CHECK(page.properties[0].content == "T");
  CHECK(page.json_ld == SamplePage().json_ld);
  CHECK(page.main == "Some text");
  REQUIRE(page.statements.size() == 2);
  CHECK(page.statements[0].kind == StatementKind::kMicrodata);
  CHECK(page.statements[0].data == "{\"type\":\"T\"}");
  CHECK(page.statements[1].kind == StatementKind::kRelations);
  CHECK(page.statements_truncated);
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].rule == 0);
  CHECK(page.items[0].data == R"({"a":1})");
  CHECK(page.items[0].defaulted == "a b");
  CHECK(page.items[1].rule == 63);
  CHECK(page.items[1].data == "{}");
  CHECK(page.items_truncated);
  CHECK_FALSE(page.links[1].nofollow);
  REQUIRE(page.robots.rules.size() == 2);
  CHECK(page.robots.rules[0].allow);
  CHECK(page.robots.rules[0].line == 3);
  CHECK(page.robots.rules[1].pattern == "/\xFF");
  CHECK(page.robots.crawl_delay == Duration(0));
  CHECK(page.robots.sitemaps == SamplePage().robots.sitemaps);
}

TEST_CASE("The views of a decoded answer survive its move") {
  auto decoded = Decode(AnswerPayload(SamplePage()));
  REQUIRE(decoded.has_value());
  const ParsedPage page = std::move(*decoded);
  CHECK(page.title.data() >= page.storage.data());
  CHECK(page.title.data() < page.storage.data() + page.storage.size());
  CHECK(page.title == "Title");
}

TEST_CASE("An empty answer is an answer") {
  CHECK(Decode(AnswerPayload({})).has_value());
}

TEST_CASE("A frame header gives the payload's length and the job's number") {
  std::string frame;
  EncodeAnswer(SamplePage(), frame);
  SetNumber(frame, 0xBEEF);
  const auto header = DecodeFrameHeader(frame.substr(0, kFrameHeader), FrameType::kAnswer);
  REQUIRE(header.has_value());
  CHECK(header->size == frame.size() - kFrameHeader);
  CHECK(header->number == 0xBEEF);
}

TEST_CASE("An answer is written with its number to where there is room for just that") {
  const ParsedPage page = SamplePage();
  const AnswerFrame answer(page, 0xBEEF);
  std::string expected;
  EncodeAnswer(page, expected);
  SetNumber(expected, 0xBEEF);
  std::string written(answer.size() + 2, '#');
  answer.Write(written.data() + 1);
  CHECK(written == "#" + expected + "#");
}

TEST_CASE("A job is its head and then its body") {
  std::string whole, head;
  EncodeJob(SampleJob(), whole);
  EncodeJobHead(SampleJob(), head);
  CHECK(head + SampleJob().body.Take() == whole);
}

TEST_CASE("Frames appended to one buffer each know their own length") {
  std::string frames;
  EncodeJob(SampleJob(), frames);
  const std::size_t first = frames.size();
  EncodeJob(SampleJob(), frames);
  CHECK(frames.substr(0, first) == frames.substr(first));
}

TEST_CASE("A frame of another version, type or length is refused") {
  std::string frame;
  EncodeAnswer({}, frame);
  const std::string header = frame.substr(0, kFrameHeader);
  const auto error = [](const std::string& bytes, FrameType type = FrameType::kAnswer) {
    return DecodeFrameHeader(bytes, type).error();
  };
  CHECK(error(Patched<std::uint8_t>(header, 0, kWireVersion + 1)) == ParserErrc::kWrongVersion);
  CHECK(error(header, FrameType::kJob) == ParserErrc::kBadFrame);
  CHECK(error(Patched<std::uint8_t>(header, 1, 3)) == ParserErrc::kBadFrame);
  CHECK(error(header.substr(0, 7)) == ParserErrc::kTruncatedFrame);
  CHECK(error(header + "x") == ParserErrc::kTrailingBytes);
  const auto at_limit = Patched<std::uint32_t>(header, 4, static_cast<std::uint32_t>(kMaxAnswer));
  CHECK(DecodeFrameHeader(at_limit, FrameType::kAnswer).has_value());
  CHECK(error(Patched<std::uint32_t>(header, 4, static_cast<std::uint32_t>(kMaxAnswer) + 1)) ==
        ParserErrc::kBadFrame);
}

TEST_CASE("A job cut off at any byte is refused") {
  const std::string payload = JobPayload(SampleJob());
  for (std::size_t size = 0; size < payload.size(); ++size) {
    INFO("cut at " << size);
    const auto decoded = DecodeJob(std::string_view(payload).substr(0, size));
    REQUIRE(decoded.has_error());
    CHECK(decoded.error() == ParserErrc::kTruncatedFrame);
  }
}

TEST_CASE("What a job has extracted has a limit") {
  PageJob job = SampleJob();
  job.extract.assign(kMaxExtract, 'x');
  std::string payload = JobPayload(job);
  REQUIRE(DecodeJob(payload).has_value());
  const std::size_t size_at = 16;  // behind kind, flags, tokens and three sizes
  payload = Patched<std::uint32_t>(payload, size_at, kMaxExtract + 1) + "x";
  CHECK(DecodeJob(payload).error() == ParserErrc::kBadFrame);
}

TEST_CASE("A job with an unknown kind, flag or a byte too many is refused") {
  const std::string payload = JobPayload(SampleJob());
  CHECK(DecodeJob(payload + "x").error() == ParserErrc::kTrailingBytes);
  CHECK(DecodeJob(Patched<std::uint8_t>(payload, 0, 0)).error() == ParserErrc::kBadFrame);
  CHECK(DecodeJob(Patched<std::uint8_t>(payload, 0, 9)).error() == ParserErrc::kBadFrame);
  CHECK(DecodeJob(Patched<std::uint8_t>(payload, 1, 128)).error() == ParserErrc::kBadFrame);
  CHECK(DecodeJob(Patched<std::uint16_t>(payload, 2, kMaxProductTokens + 1)).error() ==
        ParserErrc::kBadFrame);
}

TEST_CASE("An answer cut off at any byte is refused") {
  const std::string payload = AnswerPayload(SamplePage());
  for (std::size_t size = 0; size < payload.size(); ++size) {
    INFO("cut at " << size);
    CHECK(Decode(payload.substr(0, size)).has_error());
  }
}

TEST_CASE("A byte after an answer is refused") {
  CheckRefused(AnswerPayload(SamplePage()) + '\0', ParserErrc::kTrailingBytes);
}

TEST_CASE("A length that lies shifts what follows and is refused") {
  const std::string payload = AnswerPayload(SamplePage());
  CheckRefused(Patched<std::uint16_t>(payload, kCanonicalSize, 19), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint32_t>(payload, kTextSize, kMaxText), ParserErrc::kTruncatedFrame);
  CHECK(Decode(Patched<std::uint32_t>(payload, kLinkCount, 1)).has_error());
  CHECK(Decode(Patched<std::uint32_t>(payload, kLinkCount, 3)).has_error());
  CHECK(Decode(Patched<std::uint16_t>(payload, kFirstLink + 2, 21)).has_error());
  CHECK(Decode(Patched<std::uint16_t>(payload, kFirstLink + 2, 0)).has_error());
}

TEST_CASE("An unknown enum or flag is refused") {
  const std::string payload = AnswerPayload(SamplePage());
  CheckRefused(Patched<std::uint8_t>(payload, 0, 0x40), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kCharsetSource, 0), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kCharsetSource, 6), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kFirstLink, 0), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kFirstLink, 12), ParserErrc::kBadFrame);
  CheckRefused(Patched<std::uint8_t>(payload, kFirstLink + 1, 2), ParserErrc::kBadFrame);
  ParsedPage page = SamplePage();
  for (const std::uint8_t level : {0, 7}) {
    page.headings[0].level = level;
    CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  }
}

TEST_CASE("A link that is not a normalised URL is refused") {
  for (const std::string_view url :
       {"", "mailto:a@b", "http://EXAMPLE.org/", "http://example.org/a b", "http://example.org/#f",
        "http://u:p@example.org/", "javascript:0", "/relative", "http://example.org/\xC3\xA9"}) {
    ParsedPage page;
    page.links = {{url, LinkKind::kAnchor, false, "", ""}};
    page.links_found = 1;
    INFO(url);
    CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  }
}

TEST_CASE("A text that is not UTF-8 is refused wherever it stands") {
  const std::string_view bad = "caf\xE9";
  ParsedPage dated = SamplePage();
  dated.published = bad;
  CheckRefused(AnswerPayload(dated), ParserErrc::kBadFrame);
  for (int field = 0; field < 15; ++field) {
    ParsedPage page = SamplePage();
    (field == 0    ? page.title
     : field == 1  ? page.description
     : field == 2  ? page.language
     : field == 3  ? page.text
     : field == 4  ? page.links[1].rel
     : field == 5  ? page.links[1].anchor
     : field == 6  ? page.links[0].hreflang
     : field == 7  ? page.author
     : field == 8  ? page.date
     : field == 9  ? page.generator
     : field == 10 ? page.headings[1].text
     : field == 11 ? page.properties[1].content
     : field == 12 ? page.main
     : field == 13 ? page.statements[1].data
                   : page.json_ld[2]) = bad;
    INFO("field " << field);
    CheckRefused(AnswerPayload(page), ParserErrc::kBadFrame);
  }
}
