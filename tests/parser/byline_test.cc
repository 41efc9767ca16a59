#include "parser/byline.h"

#include <string>
#include <vector>

#include "parser/document_kinds.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

/// "author|date|published" of a page with these blocks of JSON-LD.
std::string Byline(const std::vector<std::string>& blocks, std::string_view author = "",
                   std::string_view date = "") {
  Arena arena(1 << 20);
  ParsedPage page;
  page.author = author;
  page.date = date;
  for (const std::string& block : blocks) page.json_ld.push_back(block);
  ReadByline(arena, page);
  return std::string(page.author) + "|" + std::string(page.date) + "|" + std::string(page.published);
}

/// The same of a document, read in both ways, which must agree.
std::string BylineOf(const std::string& html) {
  std::string both[2];
  for (const bool tree : {false, true}) {
    Arena arena(16 << 20);
    PageJob job;
    job.url = "http://example.org/";
    job.body = html;
    job.want_tree = tree;
    const ParsedPage page = ParseDocument(job, arena);
    both[tree] = std::string(page.author) + "|" + std::string(page.date) + "|" + std::string(page.published);
  }
  CHECK(both[0] == both[1]);
  return both[0];
}

}  // namespace

TEST_CASE("Author and date come from meta elements, and where these are silent from JSON-LD") {
  CHECK(BylineOf("<meta name=author content='Ada L.'><meta name=date content='31 January 2024'>"
                 "<script type=application/ld+json>{\"author\":\"B\",\"datePublished\":\"2020\"}</script>") ==
        "Ada L.|31 January 2024|2024-01-31");
  CHECK(BylineOf("<meta name=author content='Ada L.'><script type=application/ld+json>"
                 "{\"@type\":\"Article\",\"author\":{\"name\":\"B\"},"
                 "\"datePublished\":\"2024-01-31T23:30:00+01:00\",}</script>") ==
        "Ada L.|2024-01-31T23:30:00+01:00|2024-01-31T22:30:00.000Z");
  CHECK(BylineOf("<p>by nobody</p>") == "||");
  CHECK(BylineOf("<meta name=author content=''><meta name=DC.creator content=C><meta property=article:author "
                 "content='D'><meta name=parsely-author content=E>") == "E||");
  CHECK(
      BylineOf("<meta name=author content=A><meta name=author content=B><meta name=dc.creator content=C>") ==
      "A||");
  CHECK(BylineOf("<meta property=article:author content='https://example.org/ada'>") == "||");
}

TEST_CASE("A date that cannot be read, or in two ways, is published at no known time") {
  CHECK(Byline({}, "", "last week") == "|last week|");
  CHECK(Byline({}, "", "01/02/2024") == "|01/02/2024|");
  CHECK(Byline({}, "", "2024-02-29") == "|2024-02-29|2024-02-29");
}

TEST_CASE("JSON-LD names authors as text, object or list, at the top or in @graph") {
  CHECK(Byline({R"({"author":"A"})"}) == "A||");
  CHECK(Byline({R"({"author":{"@type":"Person","name":"A \u00e9"}})"}) == "A \xC3\xA9||");
  CHECK(Byline({R"({"author":[{"name":"A"},"B",{"url":"x"},{"name":"C"}]})"}) == "A, B, C||");
  CHECK(Byline({R"({"creator":{"name":"A"},"author":[]})"}) == "A||");
  CHECK(Byline({R"({"@graph":[{"@type":"WebSite"},{"author":"A","datePublished":"2024-01-31"}]})"}) ==
        "A|2024-01-31|2024-01-31");
  CHECK(Byline({R"([{"x":1},{"author":"A"}])", R"({"author":"B","datePublished":"2024"})"}) ==
        "A|2024|2024-01-01");
}

TEST_CASE("What is no name and no date gives none, and what is broken harms nothing") {
  CHECK(Byline({R"({"author":"https://example.org/about","datePublished":7})"}) == "||");
  CHECK(Byline({R"({"author":null,"datePublished":{}})", R"("author" "datePublished")", R"({"author":)"}) ==
        "||");
  // Of something else that the page speaks of.
  CHECK(Byline({R"({"review":{"author":"A","datePublished":"2024"}})"}) == "||");
  CHECK(Byline({R"({"author":")" + std::string(5000, 'x') + R"("})"}).size() == kMaxAuthor + 2);
}
