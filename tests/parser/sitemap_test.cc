#include "parser/sitemap.h"

#include <string>

#include "parser/date_text.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::parser;
using namespace std::chrono_literals;
using Role = SitemapEntry::Role;

namespace {

Sitemap Read(std::string_view text) {
  return ReadSitemap(text, "https://a.test/maps/sitemap.xml", {});
}

std::vector<std::string> Pages(const Sitemap& sitemap) {
  std::vector<std::string> urls;
  for (const SitemapEntry& entry : sitemap.entries) {
    if (entry.role == Role::kPage || entry.role == Role::kSitemap) urls.push_back(entry.url);
  }
  return urls;
}

std::vector<std::string> Of(const Sitemap& sitemap, Role role) {
  std::vector<std::string> urls;
  for (const SitemapEntry& entry : sitemap.entries) {
    if (entry.role == role) urls.push_back(entry.url);
  }
  return urls;
}

using Urls = std::vector<std::string>;

}  // namespace

TEST_CASE("Sitemap: the fields of sitemaps.org") {
  const Sitemap sitemap = Read(R"(<?xml version="1.0" encoding="UTF-8"?>
    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      <url><loc> https://a.test/x?a=1&amp;b=2 </loc><lastmod>2024-02-29T12:30:00+02:00</lastmod>
           <changefreq>Weekly</changefreq><priority>0.8</priority></url>
      <url><loc><![CDATA[/relative]]></loc><lastmod>yesterday</lastmod><priority>7</priority></url>
      <url><loc>mailto:a@b</loc></url>
    </urlset>)");
  CHECK(sitemap.kind == SitemapKind::kXml);
  CHECK(sitemap.error == "");
  REQUIRE(Pages(sitemap) == Urls{"https://a.test/x?a=1&b=2", "https://a.test/relative"});
  CHECK(sitemap.entries[0].lastmod == ReadW3cDate("2024-02-29T10:30:00Z"));
  CHECK(sitemap.entries[0].frequency == ChangeFrequency::kWeekly);
  CHECK(sitemap.entries[0].priority == 80);
  CHECK_FALSE(sitemap.entries[1].lastmod);
  CHECK(sitemap.entries[1].priority == 50);
}

TEST_CASE("Sitemap: images, videos and languages belong to their page") {
  const Sitemap sitemap = Read(R"(<urlset><url><loc>/p</loc>
      <image:image><image:loc>/i.png</image:loc></image:image>
      <video:video><video:thumbnail_loc>/t.jpg</video:thumbnail_loc><video:content_loc>/v.mp4</video:content_loc>
      </video:video><xhtml:link rel="alternate" hreflang="de" href="/de/p"/>
      <news:news><news:publication_date>2024-01-02</news:publication_date></news:news></url></urlset>)");
  CHECK(Pages(sitemap) == Urls{"https://a.test/p"});
  CHECK(sitemap.entries[0].lastmod == ReadW3cDate("2024-01-02"));
  CHECK(Of(sitemap, Role::kImage) == Urls{"https://a.test/i.png", "https://a.test/t.jpg"});
  CHECK(Of(sitemap, Role::kVideo) == Urls{"https://a.test/v.mp4"});
  CHECK(Of(sitemap, Role::kAlternate) == Urls{"https://a.test/de/p"});
}

TEST_CASE("Sitemap: an index names sitemaps, a text file URLs") {
  const Sitemap index = Read("<sitemapindex><sitemap><loc>/1.xml.gz</loc></sitemap></sitemapindex>");
  CHECK(index.kind == SitemapKind::kIndex);
  CHECK(Of(index, Role::kSitemap) == Urls{"https://a.test/1.xml.gz"});
  const Sitemap text = Read("\xEF\xBB\xBFhttp://a.test/1\r\n\n  https://b.test/2  \nno url\n");
  CHECK(text.kind == SitemapKind::kText);
  CHECK(Pages(text) == Urls{"http://a.test/1", "https://b.test/2"});
}

TEST_CASE("Feed: RSS, RDF and Atom name their items, not themselves") {
  const Sitemap rss = Read(R"(<rss version="2.0"><channel><link>https://a.test/</link>
      <item><link>https://a.test/1</link><pubDate>Thu, 05 Jan 2017 13:34:51 +0100</pubDate>
            <enclosure url="/1.mp3" length="1" type="audio/mpeg"/></item>
      <item><guid>https://a.test/2</guid></item><item><guid isPermaLink="false">17</guid></item></channel></rss>)");
  CHECK(rss.kind == SitemapKind::kRss);
  CHECK(Pages(rss) == Urls{"https://a.test/1", "https://a.test/2"});
  CHECK(rss.entries[0].lastmod == ReadW3cDate("2017-01-05T12:34:51Z"));
  CHECK(Of(rss, Role::kMedia) == Urls{"https://a.test/1.mp3"});
  const Sitemap atom = Read(R"(<feed><link href="/self" rel="self"/><entry><link rel="edit" href="/e"/>
      <link href="/entry"/><published>2003-12-13T18:30:02Z</published><updated>2004-01-01</updated></entry></feed>)");
  CHECK(atom.kind == SitemapKind::kAtom);
  CHECK(Pages(atom) == Urls{"https://a.test/entry"});
  CHECK(atom.entries[0].lastmod == ReadW3cDate("2004-01-01"));
  const Sitemap rdf =
      Read("<rdf:RDF><channel><link>/c</link></channel><item><link>/i</link></item></rdf:RDF>");
  CHECK(Pages(rdf) == Urls{"https://a.test/i"});
}

TEST_CASE("Sitemap: what is readable of a broken one is read") {
  const Sitemap broken = Read(
      "<urlset><url><loc>/1</loc></url><url><loc>/2?a&b</loc></oops>"
      "<url><loc>/3&#x2F;&lt;x</loc></url><url><loc><![CDATA[/4]]></loc></url><url><loc>/5</loc>");
  CHECK(broken.kind == SitemapKind::kXml);
  CHECK(broken.error != "");
  CHECK(Pages(broken) == Urls{"https://a.test/1", "https://a.test/2?a&b", "https://a.test/3/%3Cx",
                              "https://a.test/4", "https://a.test/5"});
}

TEST_CASE("Sitemap: entities are never expanded, and other documents are none") {
  CHECK(Read("<!DOCTYPE urlset [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
             "<urlset><url><loc>/1</loc></url><url><loc>&e;</loc></url></urlset>")
            .entries.empty());
  std::string lol = "<!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\">";
  for (char c = 'b'; c < 'k'; ++c) {
    lol += std::string("<!ENTITY ") + c + " \"";
    for (int i = 0; i < 10; ++i) lol += std::string("&") + static_cast<char>(c - 1) + ";";
    lol += "\">";
  }
  CHECK(Read(lol + "]><urlset><url><loc>&j;</loc></url></urlset>").error == "it declares entities");
  CHECK(
      Read("<!DOCTYPE rss PUBLIC \"-//Netscape//DTD RSS 0.91//EN\" \"http://x/rss.dtd\"><rss><channel><item>"
           "<link>/1</link></item></channel></rss>")
          .entries.size() == 1);
  for (const char* other :
       {"<html><url><loc>/1</loc></url></html>", "this is a bogus sitemap", "", "<", "<urlset"})
    CHECK(Read(other).kind == SitemapKind::kNone);
}

TEST_CASE("Sitemap: fifty thousand URLs, and one more is left and said") {
  std::string text;
  for (std::size_t i = 0; i < Sitemap::kMaxEntries; ++i) text += "http://a.test/" + std::to_string(i) + "\n";
  CHECK(Read(text).entries.size() == Sitemap::kMaxEntries);
  CHECK_FALSE(Read(text).truncated);
  const Sitemap more = Read(text + "http://a.test/more\n");
  CHECK(more.entries.size() == Sitemap::kMaxEntries);
  CHECK(more.truncated);
}

TEST_CASE("Dates of sitemaps and feeds") {
  const Instant at = std::chrono::sys_days(std::chrono::year(2005) / 1 / 31) + 23h + 59min;
  CHECK(ReadW3cDate("2005-01-31T23:59Z") == at);
  CHECK(ReadW3cDate("2005-01-31T23:59:00.25Z") == at);
  CHECK(ReadW3cDate(" 2005-02-01T01:59+02:00\n") == at);
  CHECK(ReadW3cDate("2005") == Instant(std::chrono::sys_days(std::chrono::year(2005) / 1 / 1)));
  for (const char* bad :
       {"", "05", "2005-13", "2005-02-30", "2005-01-31T23:59", "2005-01-31x", "2005-01-31T25:00Z"})
    CHECK_FALSE(ReadW3cDate(bad));
  for (const char* good : {"Mon, 31 Jan 2005 23:59:00 GMT", "31 Jan 05 23:59 Z",
                           "Tue, 1 February 2005 01:59:00 +0200", "Mon, 31 Jan 2005 18:59:00 EST"})
    CHECK(ReadRfc822Date(good) == at);
  for (const char* bad :
       {"", "31 Jan 2005", "31 Jan 2005 23:59:00", "31 Foo 2005 23:59 GMT", "Mon, 31 Jan 2005 23:59:00 XYZ"})
    CHECK_FALSE(ReadRfc822Date(bad));
}
