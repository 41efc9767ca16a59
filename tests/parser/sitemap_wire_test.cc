#include "parser/sitemap_wire.h"

#include "parser/error.h"
#include "parser/wire.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::parser;

namespace {

Sitemap Sample() {
  Sitemap sitemap;
  sitemap.kind = SitemapKind::kIndex;
  sitemap.error = "not well-formed";
  sitemap.truncated = true;
  sitemap.entries.push_back(
      {"http://a.test/", SitemapEntry::Role::kSitemap, Instant(Duration(-5)), ChangeFrequency::kNever, 100});
  sitemap.entries.push_back(
      {"https://b.test/%C3%A9?q", SitemapEntry::Role::kMedia, std::nullopt, ChangeFrequency::kNone, 0});
  return sitemap;
}

ParserErrc Decode(std::string_view bytes) {
  Sitemap out;
  return DecodeSitemap(bytes, out);
}

}  // namespace

TEST_CASE("A sitemap comes out as it went in") {
  const Sitemap in = Sample();
  Sitemap out;
  REQUIRE(DecodeSitemap(EncodeSitemap(in, 1000), out) == ParserErrc::kOk);
  CHECK(out.kind == in.kind);
  CHECK(out.error == in.error);
  CHECK(out.truncated);
  REQUIRE(out.entries.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(out.entries[i].url == in.entries[i].url);
    CHECK(out.entries[i].role == in.entries[i].role);
    CHECK(out.entries[i].lastmod == in.entries[i].lastmod);
    CHECK(out.entries[i].frequency == in.entries[i].frequency);
    CHECK(out.entries[i].priority == in.entries[i].priority);
  }
}

TEST_CASE("A sitemap that does not fit loses its last entries and says so") {
  Sitemap in = Sample();
  in.truncated = false;
  const std::size_t whole = EncodeSitemap(in, 1000).size();
  Sitemap out;
  REQUIRE(DecodeSitemap(EncodeSitemap(in, whole), out) == ParserErrc::kOk);
  CHECK_FALSE(out.truncated);
  REQUIRE(DecodeSitemap(EncodeSitemap(in, whole - 1), out) == ParserErrc::kOk);
  CHECK(out.truncated);
  CHECK(out.entries.size() == 1);
}

TEST_CASE("A sitemap cut off at any byte, or with one too many, is refused") {
  const std::string bytes = EncodeSitemap(Sample(), 1000);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(Decode(std::string_view(bytes).substr(0, size)) != ParserErrc::kOk);
  CHECK(Decode(bytes + "x") == ParserErrc::kTrailingBytes);
}

TEST_CASE("What passes a limit, and a URL that is not normalised, is refused") {
  const std::string good = EncodeSitemap(Sample(), 1000);
  const std::size_t entry = 8 + Sample().error.size();
  const auto with = [&good](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return bytes;
  };
  CHECK(Decode(with(0, 6)) == ParserErrc::kBadFrame);          // kind
  CHECK(Decode(with(1, 2)) == ParserErrc::kBadFrame);          // truncated
  CHECK(Decode(with(3, 2)) == ParserErrc::kBadFrame);          // error longer than its limit
  CHECK(Decode(with(6, 1)) == ParserErrc::kBadFrame);          // entries past 50,000
  CHECK(Decode(with(8, '\xFF')) == ParserErrc::kBadFrame);     // the error is no UTF-8
  CHECK(Decode(with(entry, 6)) == ParserErrc::kBadFrame);      // role
  CHECK(Decode(with(entry + 1, 8)) == ParserErrc::kBadFrame);  // frequency
  CHECK(Decode(with(entry + 2, 101)) == ParserErrc::kBadFrame);
  CHECK(Decode(with(entry + 3, 2)) == ParserErrc::kBadFrame);
  CHECK(Decode(with(entry + 14, 'x')) == ParserErrc::kBadFrame);  // "xttp:"
}

TEST_CASE("An answer carries a sitemap of as many entries as one file may have") {
  ParsedPage page;
  page.charset = "utf-8";
  page.sitemap.kind = SitemapKind::kXml;
  for (std::size_t i = 0; i < Sitemap::kMaxEntries; ++i)
    page.sitemap.entries.push_back(
        {"http://example.org/a/page/of/usual/length/" + std::to_string(i), {}, {}, {}, 50});
  std::string frame;
  EncodeAnswer(page, frame);
  const Result<ParsedPage> answer = DecodeAnswer({frame.begin() + kFrameHeader, frame.end()});
  REQUIRE(answer.has_value());
  CHECK(answer->sitemap.kind == SitemapKind::kXml);
  CHECK(answer->sitemap.entries.size() == Sitemap::kMaxEntries);
  CHECK_FALSE(answer->sitemap.truncated);
  CHECK(answer->sitemap.entries.back().url == "http://example.org/a/page/of/usual/length/49999");
}
