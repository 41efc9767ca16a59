// The tree construction suite of html5lib-tests as a shelf of documents that are hard to read: scanning them
// and reading them off a tree finds the same links, title, base and robots meta.

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "parser/document_kinds.h"
#include "parser/html_shape.h"
#include "tests/support/catch.h"
#include "tests/support/suites.h"

namespace trawl::test {
namespace {

using namespace parser;

// The documents of a file: what stands between "#data" and the next line that begins a section.
std::vector<std::string> DocumentsOf(const std::filesystem::path& path) {
  std::vector<std::string> documents;
  std::ifstream lines(path, std::ios::binary);
  bool inside = false, fragment = false;
  std::string document;
  const auto flush = [&] {
    if (!document.empty()) document.pop_back();
    if (!fragment) documents.push_back(document);
    document.clear();
    fragment = false;
  };
  bool pending = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "#data") {
      if (pending) flush();
      pending = inside = true;
    } else if (line == "#errors" || line == "#new-errors" || line == "#document" || line == "#script-off" ||
               line == "#script-on") {
      inside = false;
    } else if (line == "#document-fragment") {
      fragment = true;
      inside = false;
    } else if (inside) {
      document += line + "\n";
    }
  }
  if (pending) flush();
  return documents;
}

std::string FactsOf(const ParsedPage& page) {
  // A tree moves what stands wrong in a table and copies an `a` that is not closed: neither order nor number
  // counts.
  std::set<std::string> links;
  for (const ParsedLink& link : page.links)
    links.insert(std::string(Name(link.kind)) + " " + std::string(link.url) + " " + std::string(link.rel));
  // The two put the text of a broken table together in different orders, and what it says may be told by a
  // few letters.
  const bool declared = page.language_source == LanguageSource::kDeclared;
  std::string facts = "title \"" + std::string(page.title) + "\" base \"" + std::string(page.base) +
                      "\" language \"" + std::string(declared ? page.language : "") + "\"" +
                      (page.noindex ? " noindex" : "") + (page.nofollow ? " nofollow" : "");
  for (const std::string& link : links) facts += "\n  " + link;
  return facts;
}

std::string Facts(const std::string& html, bool tree) {
  static Arena arena(64 << 20);
  arena.Reset();
  PageJob job;
  job.url = "http://example.org/dir/page";
  job.body = html;
  job.content_type = "text/html; charset=utf-8";
  job.want_tree = tree;
  return FactsOf(ParseDocument(job, arena));
}

// The document with a link before or behind each of its tags, which counts wherever a tag would be one.
std::string WithLinks(const std::string& html, bool before) {
  std::string out;
  int links = 0;
  for (const char c : html) {
    if (c == '<' && before) out += "<img src=/" + std::to_string(++links) + ">";
    out += c;
    if (c == '>' && !before) out += "<link rel=x href=/" + std::to_string(++links) + ">";
  }
  return out;
}

constexpr char kIsindex[] = "the standard has no isindex any more, gumbo does";
constexpr char kForeignEnd[] = "</p> and </br> end foreign content since 2020, but not for gumbo";
const std::map<std::string, std::string> kExceptions = {
    {R"(<isindex name="A" action="B" prompt="C" foo="D">)", kIsindex},
    {R"(<img src=/1><isindex name="A" action="B" prompt="C" foo="D">)", kIsindex},
    {R"(<isindex name="A" action="B" prompt="C" foo="D"><link rel=x href=/1>)", kIsindex},
    {"<svg><link rel=x href=/1></p><link rel=x href=/2><foo><link rel=x href=/3>", kForeignEnd},
    {"<svg><link rel=x href=/1></br><link rel=x href=/2><foo><link rel=x href=/3>", kForeignEnd},
    {"<math><link rel=x href=/1></p><link rel=x href=/2><foo><link rel=x href=/3>", kForeignEnd},
    {"<math><link rel=x href=/1></br><link rel=x href=/2><foo><link rel=x href=/3>", kForeignEnd},
    {"<body><link rel=x href=/1><table><link rel=x href=/2><tr><link rel=x href=/3><td><link rel=x href=/4>"
     "<svg><link rel=x href=/5><td><link rel=x href=/6><foreignObject><link rel=x href=/7><span>"
     "<link rel=x href=/8></td><link rel=x href=/9>Foo",
     "a scan leaves out the span, and takes </td> for the end of SVG's own td"},
};

void CheckSame(const std::string& html) {
  const auto exception = kExceptions.find(html);
  INFO(html);
  if (exception == kExceptions.end()) {
    CHECK(Facts(html, false) == Facts(html, true));
  } else {
    INFO("though " << exception->second);
    CHECK(Facts(html, false) != Facts(html, true));
  }
}

}  // namespace

TEST_CASE("Suite: html5lib's trees and scans tell the same") {
  const auto folder = Suite("html/tree-construction");
  if (!folder) return;
  int documents = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".dat") continue;
    for (const std::string& html : DocumentsOf(entry.path())) {
      if (!ShapeOf(html).fits_tree) continue;
      ++documents;
      INFO(entry.path().filename().string());
      CheckSame(html);
      CheckSame(WithLinks(html, true));
      // A frameset that comes late takes the body away, and what was found in it.
      if (html.find("<frameset") == html.npos) CheckSame(WithLinks(html, false));
    }
  }
  CHECK(documents >= 1500);
}

// What breaks parsers, none of it from a suite: markup that ends in every state of a tokenizer, elements that
// do not nest, and places where text is markup or markup is text.
constexpr const char* kHostile[] = {
    "<a href=/1",
    "<a href='/1",
    "<a href=\"/1\"",
    "<a href=/1 ",
    "<a href",
    "<",
    "</",
    "<!",
    "<!-",
    "<!--",
    "<!-->",
    "<!--->",
    "<!--><a href=/1>x</a>",
    "<!--a--!><a href=/1>",
    "<!--a--><a href=/1>",
    "<!-- <!-- --><a href=/1> -->",
    "<!a href=/1><a href=/2>",
    "<?php echo '<a href=/1>' ?><a href=/2>",
    "</a href=/1><a href=/2>",
    "</ ><a href=/1>",
    "</><a href=/1>",
    "<a/href=/1/>x<a href=/2/ >y",
    "<a href=/1 href=/2>",
    "<a HREF=/1 hReF=/2>",
    "<a\fhref=/1\n>",
    "<a href = /1 >",
    "<a =href=/1 href=/2>",
    "<a \"'<=x href=/1>",
    "<a href=/1?a=1&copy=2&amp;b=3&ampc=4&#x41;>",
    "<a href='/1?&lt=&lt;&notit;&notin;&#0;&#x110000;&#xD800;&#128;'>",
    "<base href=/b/><base href=/c/><a href=1>",
    "<a href=1><base href=/b/>",
    "<title>a</title><title>b</title>",
    "<title><a href=/1></title><a href=/2>",
    "<title>&lt;a&gt;<!--</title>-->",
    "<svg><title><a href=/1></title></svg>",
    "<title>a<title>b</title></title>",
    "<script><a href=/1></script><a href=/2>",
    "<script><!--<script></script><a href=/1>--></script><a href=/2>",
    "<script><!--</script><a href=/1>",
    "<script>'</scr'+'ipt>'</script x><a href=/1>",
    "<script/><a href=/1></script>",
    "<style></stylex><a href=/1></style><a href=/2>",
    "<textarea></textareax>&amp;<a href=/1></textarea><a href=/2>",
    "<xmp><a href=/1></xmp><a href=/2>",
    "<plaintext><a href=/1></plaintext><a href=/2>",
    "<iframe><a href=/1></iframe>",
    "<noembed><a href=/1></noembed><a href=/2>",
    "<noframes><a href=/1></noframes><a href=/2>",
    "<noscript><a href=/1></noscript><a href=/2>",
    "<head><noscript><a href=/1></noscript></head><a href=/2>",
    "<template><a href=/1></template><a href=/2>",
    "<template><template><a href=/1></template></template><a href=/2>",
    "<template></div><a href=/1></template><a href=/2>",
    "<table><template><a href=/1></template><td><a href=/2></table>",
    "<svg><a href=/1 xlink:href=/2>x</a></svg>",
    "<svg><![CDATA[<a href=/1>]]></svg><a href=/2>",
    "<![CDATA[<a href=/1>]]>",
    "<svg><p><a href=/1></svg><a href=/2>",
    "<svg><desc><a href=/1></desc></svg>",
    "<svg><style><a href=/1></style></svg>",
    "<svg><script><a href=/1></script></svg>",
    "<math><mi><a href=/1></mi></math>",
    "<math><annotation-xml><a href=/1>",
    "<math><annotation-xml encoding=text/html><a href=/1></math>",
    "<svg><foreignObject><a href=/1></svg><a href=/2>",
    "<svg><image href=/1></svg><image src=/2>",
    "<svg/><a href=/1>",
    "<svg><font><a href=/1></svg>",
    "<svg><font color=red><a href=/1>",
    "<table><a href=/1>x<tr><td><a href=/2>y</table>z",
    "<table><tr><a href=/1><td><a href=/2></a></table>",
    "<table><caption><a href=/1><tr><td><a href=/2>",
    "<table><colgroup><a href=/1><col><tr><td></table>",
    "<table><td><table><td><a href=/1></table><a href=/2></table>",
    "<select><a href=/1><option><a href=/2></select><a href=/3>",
    "<select><input src=/1><a href=/2>",
    "<select><textarea><a href=/1></textarea>",
    "<table><select><tr><td><a href=/1>",
    "<select><script><a href=/1></script>",
    "<a href=/1><a href=/2><a href=/3>",
    "<a href=/1><p><a href=/2></p></a>",
    "<b><a href=/1></b>x</a>y",
    "<p><b><i><a href=/1></p><p>x</i></b></a>",
    "<nobr><a href=/1><nobr><a href=/2>",
    "<button><a href=/1><button><a href=/2>",
    "<form action=/1><form action=/2></form></form>",
    "<h1><a href=/1><h2><a href=/2></h1></h2>",
    "<li><a href=/1><li><a href=/2><ul><li></ul>",
    "<dl><dd><a href=/1><dt><a href=/2></dl>",
    "<p><table><a href=/1></p>",
    "<option><a href=/1><optgroup><a href=/2>",
    "<ruby><rt><a href=/1><rp><a href=/2></ruby>",
    "<head><a href=/1></head><meta name=robots content=noindex><a href=/2>",
    "</body><a href=/1></html><a href=/2>",
    "<body></body><base href=/b/><a href=1>",
    "<html><html lang=de><body><html lang=fr><a href=/1>",
    "<meta name=robots content=noindex,nofollow><meta name=ROBOTS content=none>",
    "<meta content='5;url=/1' http-equiv=refresh><meta http-equiv=refresh content='1;url=/2'>",
    "<object><param><a href=/1></object><a href=/2>",
    "<marquee><a href=/1></marquee><a href=/2>",
    "<applet><b></applet><a href=/1>",
    "<img src=/1 srcset='/2 1x, /3 2x,/4'>",
    "<picture><source srcset=/1><img src=/2>",
    "\xEF\xBB\xBF<a href=/1>",

    "<a href=/1>\x0C\x0B</a>",
    "<p hidden><a href=/1>x</p>y<a href=/2>",
    "<dialog><a href=/1></dialog><dialog open><a href=/2></dialog>",
    "<details><summary><a href=/1></details>",
    "<frameset><frame src=/1><noframes><a href=/2></noframes></frameset><a href=/3>",
    "<frame src=/1><a href=/2>",
    "<table><tbody><tr><th><form action=/1><td><a href=/2></form></table>",
    "<table><input type=hidden src=/1><a href=/2>",
    "<table><style><a href=/1></style><script><a href=/2></script><tr><td><a href=/3></table>",
};

TEST_CASE("Hostile documents of our own: trees and scans tell the same, also with a link at every tag") {
  for (const std::string html : kHostile) {
    CheckSame(html);
    CheckSame(WithLinks(html, true));
    if (html.find("<frame") == html.npos) CheckSame(WithLinks(html, false));
    CheckSame("<!DOCTYPE html><html><head></head><body><div>" + html);
    CheckSame("<table><tr><td>" + html + "</table><a href=/end>");
  }
}

}  // namespace trawl::test
