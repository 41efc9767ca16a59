#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "parser/error.h"
#include "parser/wire.h"
#include "tests/support/catch.h"

// A job and an answer with something in every field, and their bytes.

namespace trawl::test {

using namespace trawl::parser;

inline PageJob SampleJob() {
  PageJob job;
  job.url = "http://example.org/a";
  job.content_type = "text/html; charset=utf-8";
  job.product_tokens = {"trawl", "examplebot"};
  job.normalize = {true, false, true, false, {"utm_*", "gclid"}, kMaxUrl};
  job.extract = "h1::text";
  job.items = {3, 0, 999};
  job.body = std::string("<p>\0\xFF body", 10);
  return job;
}

inline ParsedPage SamplePage() {
  ParsedPage page;
  page.charset = "windows-1252";
  page.charset_source = CharsetSource::kMeta;
  page.title = "Title";
  page.description = "D\xC3\xA9scription";
  page.canonical = "http://example.org/c";
  page.base = "ftp://example.org/base/";
  page.language = "en-GB";
  page.language_source = LanguageSource::kDetected;
  page.simhash = 0xFEDCBA9876543210ULL;
  page.text = "Some text\nin two lines";
  page.nofollow = true;
  page.links_found = 7;
  page.words = 5;
  page.refresh_ms = 0;
  page.content_hash = 0x0123456789ABCDEFULL;
  page.parse_us = 321;
  page.links = {{"http://example.org/1", LinkKind::kAnchor, true, "nofollow me", "One", "en-AU"},
                {"https://example.org:8443/2?q=%C3%A9", LinkKind::kForm, false, "", "", ""}};
  page.author = "An Author";
  page.date = "29 February 2024";
  page.published = "2024-02-29";
  page.generator = "hand";
  page.headings = {{1, "One"}, {6, ""}};
  page.properties = {{"og:title", "T"}, {"", ""}};
  page.json_ld = {"{}", "", "[1]"};
  page.main = "Some text";
  page.statements = {{StatementKind::kMicrodata, "{\"type\":\"T\"}"}, {StatementKind::kRelations, "[]"}};
  page.statements_truncated = true;
  page.items = {{0, R"({"a":1})", "a b"}, {63, "{}", ""}};
  page.items_truncated = true;
  page.robots.rules = {{true, 3, "/a*$"}, {false, 4, "/\xFF"}};
  page.robots.crawl_delay = Duration(0);
  page.robots.sitemaps = {"http://example.org/sitemap.xml", "also anything"};
  return page;
}

inline std::string PayloadOf(const std::string& frame) {
  return frame.substr(kFrameHeader);
}

inline std::string JobPayload(const PageJob& job) {
  std::string frame;
  EncodeJob(job, frame);
  return PayloadOf(frame);
}

inline std::string AnswerPayload(const ParsedPage& page) {
  std::string frame;
  EncodeAnswer(page, frame);
  return PayloadOf(frame);
}

inline trawl::Result<ParsedPage> Decode(const std::string& payload) {
  return DecodeAnswer(std::vector<char>(payload.begin(), payload.end()));
}

// Where the answer's head has its fields: see the grammar of wire.cc.
inline constexpr std::size_t kCharsetSize = 1;
inline constexpr std::size_t kCharsetSource = 3;
inline constexpr std::size_t kTitleSize = 4;
inline constexpr std::size_t kDescriptionSize = 6;
inline constexpr std::size_t kCanonicalSize = 8;
inline constexpr std::size_t kTextSize = 12;
inline constexpr std::size_t kLinkCount = 16;
inline constexpr std::size_t kRuleCount = 20;
inline constexpr std::size_t kSitemapCount = 24;
inline constexpr std::size_t kLinksFound = 28;
inline constexpr std::size_t kCrawlDelay = 52;
inline constexpr std::size_t kAuthorSize = 60;
inline constexpr std::size_t kDateSize = 62;
inline constexpr std::size_t kGeneratorSize = 64;
inline constexpr std::size_t kHeadingCount = 66;
inline constexpr std::size_t kPropertyCount = 68;
inline constexpr std::size_t kBlockCount = 70;
inline constexpr std::size_t kMainSize = 72;
inline constexpr std::size_t kStatementCount = 76;
inline constexpr std::size_t kItemCount = 84;
inline constexpr std::size_t kPublishedSize = 88;
inline constexpr std::size_t kLanguageSource = 89;
inline constexpr std::size_t kFirstLink = 100;

template <class T>
std::string Patched(std::string payload, std::size_t at, T value) {
  std::memcpy(payload.data() + at, &value, sizeof value);
  return payload;
}

inline void CheckRefused(const std::string& payload, ParserErrc error) {
  const auto decoded = Decode(payload);
  REQUIRE(decoded.has_error());
  CHECK(decoded.error() == error);
}

}  // namespace trawl::test
