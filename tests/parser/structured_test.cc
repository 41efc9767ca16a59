#include "parser/structured.h"

#include <string>
#include <vector>

#include "parser/html_tree.h"
#include "parser/json_reader.h"
#include "parser/microdata.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

// Each statement of a page at http://example.org/dir/page as "kind json".
std::vector<std::string> Statements(const std::string& html, bool* truncated = nullptr) {
  Arena arena(256 << 20);
  const Tree tree = BuildTree(html, arena);
  ParsedPage page;
  ReadStructured(tree, *Url::Parse("http://example.org/dir/page"), arena, page);
  std::vector<std::string> lines;
  for (const ParsedStatement& statement : page.statements) {
    CHECK(IsJson(statement.data));
    lines.push_back(std::string(Name(statement.kind)) + " " + std::string(statement.data));
  }
  if (truncated != nullptr) *truncated = page.statements_truncated;
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Each value of JSON-LD is a statement: what is no JSON is none") {
  CHECK(Statements(R"(<script type="application/ld+json">[{"a":1},{"b":[2,],}]</script>
    <script type="Application/LD+JSON; charset=utf-8">// c
      {"c":3};</script><script type=application/ld+json>{oops</script><script>{"d":4}</script>)") ==
        Lines{R"(json-ld {"a":1})", R"(json-ld {"b":[2]})", R"(json-ld {"c":3})"});
}

TEST_CASE("Microdata items hold items, values of every kind, and what itemref names") {
  CHECK(Statements(R"(<div itemscope itemtype="http://schema.org/Offer" itemid="/o" itemref="more">
    <b itemprop="name alias"> Red <i>car</i><script>x</script></b><meta itemprop=price content=5>
    <a itemprop=url href="../u">u</a><img itemprop=image src="1.png"><img itemprop=image src="2.png">
    <p itemprop=seller itemscope><time itemprop=since datetime=2020>then</time></p></div>
    <p id=more><span itemprop=color>"red"</span></p>)") ==
        Lines{R"(microdata {"type":"http://schema.org/Offer","id":"http://example.org/o","properties":{)"
              R"("name":"Red car","alias":"Red car","price":"5","url":"http://example.org/u",)"
              R"("image":["http://example.org/dir/1.png","http://example.org/dir/2.png"],)"
              R"("seller":{"properties":{"since":"2020"}},"color":"\"red\""}})"});
}

TEST_CASE("An item that refers to itself, or nests too deep, ends in null") {
  CHECK(Statements("<div itemscope id=a><p itemprop=p itemscope itemref=b></p></div>"
                   "<div id=b itemprop=q itemscope itemref=b></div>") ==
        Lines{R"(microdata {"properties":{"p":{"properties":{"q":{"properties":{}}}}}})"});
  std::string deep;
  for (std::size_t i = 0; i < kMaxMicrodataDepth + 1; ++i)
    deep += i == 0 ? "<div itemscope>" : "<div itemprop=d itemscope>";
  const Lines lines = Statements(deep);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("\"d\":null") != std::string::npos);
  CHECK(Statements(deep.substr(0, deep.rfind('<')))[0].find("null") == std::string::npos);
}

TEST_CASE("Items that refer to each other twice over stay within the limit") {
  std::string html = "<div itemscope itemref='i0 i1'></div>";
  for (int i = 0; i < 30; ++i) {
    const std::string next = "i" + std::to_string(i + 1);
    for (const char* const name : {"x", "y"})
      html += "<p id=" + (name[0] == 'x' ? "i" + std::to_string(i) : "j" + std::to_string(i)) +
              " itemprop=" + name + " itemscope itemref='" + next + " j" + std::to_string(i + 1) + "'></p>";
  }
  bool truncated = false;
  for (const std::string& line : Statements(html, &truncated)) CHECK(line.size() <= kMaxStatementBytes + 32);
}

TEST_CASE("OpenGraph, Twitter cards, Dublin Core and rel= links are a statement each") {
  CHECK(Statements(R"(<meta property="og:title" content="T"><meta name="og:type" content="article">
    <meta property="article:tag" content="a"><meta name="twitter:card" content="summary"><meta name="x:y" content=z>
    <meta name="DC.Title" content="D"><meta name="dcterms.modified" content="2020"><meta name=viewport content=w>
    <link rel=canonical href="/c"><link rel="Alternate" hreflang=de href="de"><link rel=stylesheet href=s.css>)") ==
        Lines{R"(opengraph {"namespace":{"og":"http://ogp.me/ns#","article":"http://ogp.me/ns/article#"},)"
              R"("properties":[["og:title","T"],["og:type","article"],["article:tag","a"]]})",
              R"(twitter {"properties":[["twitter:card","summary"]]})",
              R"(dublincore {"elements":[{"name":"DC.Title","content":"D",)"
              R"("URI":"http://purl.org/dc/elements/1.1/title"}],"terms":[{"name":"dcterms.modified",)"
              R"("content":"2020","URI":"http://purl.org/dc/terms/modified"}]})",
              R"(relations [{"rel":"canonical","href":"http://example.org/c"},)"
              R"({"rel":"alternate","href":"http://example.org/dir/de","hreflang":"de"}])"});
}

TEST_CASE("Statements past their number are left out, and it is said") {
  const auto blocks = [](std::size_t count) {
    std::string html = "<script type=application/ld+json>[";
    for (std::size_t i = 0; i < count; ++i) html += i == 0 ? "1" : ",1";
    return html + "]</script>";
  };
  bool truncated = true;
  CHECK(Statements(blocks(kMaxStatements), &truncated).size() == kMaxStatements);
  CHECK_FALSE(truncated);
  CHECK(Statements(blocks(kMaxStatements + 1), &truncated).size() == kMaxStatements);
  CHECK(truncated);
}
