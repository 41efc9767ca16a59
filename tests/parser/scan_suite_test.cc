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
  std::string facts = "title \"" + std::string(page.title) + "\" base \"" + std::string(page.base) +
                      "\" language \"" + std::string(page.language) + "\"" +
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

}  // namespace trawl::test
