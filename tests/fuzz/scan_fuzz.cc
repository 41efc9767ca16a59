// The bytes are the steps of building a document that is well-formed: of such a one, scanning it and reading
// it off a tree give the same page. As they are, they are a document that is read by scanning, whatever its
// nesting.

#include <string>
#include <vector>

#include "parser/document_kinds.h"
#include "tests/fuzz/fuzz.h"

namespace trawl::test {
namespace {

using namespace parser;

ParsedPage Parse(std::string body, bool tree, Arena& arena) {
  static PageJob job;
  job.url = "http://example.org/dir/page";
  job.content_type = "text/html; charset=utf-8";
  job.body = std::move(body);
  job.want_tree = tree;
  return ParseDocument(job, arena);
}

// A document in which every element may stand where it does, and has its end tag.
std::string Build(std::string_view steps) {
  static constexpr std::string_view kInline[] = {"b", "span", "code", "em", "label", "span hidden"};
  static constexpr std::string_view kBlocks[] = {"div", "section", "blockquote", "ul",
                                                 "div style='display:none'"};
  std::string html = "<!DOCTYPE html><html lang=en><head><title>T</title></head><body>";
  std::vector<std::string_view> open;
  bool in_link = false;
  int number = 0;
  const auto close = [&] {
    html.append("</").append(open.back().substr(0, open.back().find(' '))).append(">");
    in_link = in_link && open.back() != "a";
    open.pop_back();
  };
  for (const char step : steps) {
    const auto value = static_cast<unsigned char>(step) >> 3;
    const bool among_blocks = open.empty() || open.back().starts_with("div") || open.back() == "section" ||
                              open.back() == "blockquote" || open.back() == "li";
    switch (step & 7) {
      case 0:
        if (!open.empty()) close();
        break;
      case 1:
        if (!among_blocks || open.size() > 100) break;
        open.push_back(kBlocks[static_cast<std::size_t>(value) % std::size(kBlocks)]);
        html.append("<").append(open.back()).append(">");
        if (open.back() == "ul") {
          open.emplace_back("li");
          html += "<li>";
        }
        break;
      case 2:
        if (!open.empty() && open.back() == "ul") break;
        open.push_back(kInline[static_cast<std::size_t>(value) % std::size(kInline)]);
        html.append("<").append(open.back()).append(">");
        break;
      case 3:
        if (in_link || (!open.empty() && open.back() == "ul")) break;
        in_link = true;
        open.emplace_back("a");
        html += "<a rel=x href='" + std::to_string(++number) + "?a&amp;b'>";
        break;
      case 4:
        if (!among_blocks) break;
        html += value % 2 ? "<h2 id=x>Head &amp; line</h2>" : "<p>One<br>two</p>";
        break;
      case 5:
        html += "<img alt='An image' src=" + std::to_string(++number) + ">";
        break;
      case 6:
        html += value % 2 ? "<script>if (a<b) '<a href=x>'</script>" : "<!-- <a href=x> -->";
        break;
      default:
        html += value % 4 == 0   ? " \n "
                : value % 4 == 1 ? "&lt;word&#x41;"
                : value % 4 == 2 ? "word, word "
                                 : "\xC3\xA9";
    }
    if (open.size() > 200) break;
  }
  while (!open.empty()) close();
  return html + "</body></html>";
}

void CheckSame(const std::string& html) {
  static Arena tree_arena(std::size_t{1} << 28), scan_arena(std::size_t{1} << 28);
  tree_arena.Reset();
  scan_arena.Reset();
  const ParsedPage tree = Parse(html, true, tree_arena);
  const ParsedPage scan = Parse(html, false, scan_arena);
  Require(tree.title == scan.title && tree.language == scan.language, "both ways find the same title", html);
  Require(tree.text == scan.text && tree.words == scan.words, "both ways find the same text", html);
  Require(tree.links.size() == scan.links.size(), "both ways find as many links", html);
  for (std::size_t i = 0; i < tree.links.size(); ++i) {
    Require(tree.links[i].url == scan.links[i].url && tree.links[i].anchor == scan.links[i].anchor &&
                tree.links[i].kind == scan.links[i].kind,
            "both ways find the same links", html);
  }
  Require(tree.headings.size() == scan.headings.size(), "both ways find as many headings", html);
}

void CheckAnswer(std::string_view bytes) {
  static Arena arena(std::size_t{1} << 28);
  arena.Reset();
  std::string frame;
  EncodeAnswer(Parse(std::string(bytes), false, arena), frame);
  const auto page = DecodeAnswer(std::vector<char>(frame.begin() + kFrameHeader, frame.end()));
  Require(page.has_value(), "what a scan makes of a page is an answer", bytes);
  Require(page->text.empty() || (page->text.back() != '\n' && page->text.front() != '\n'),
          "text begins and ends with text", bytes);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  if (size > (std::size_t{16} << 10)) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  CheckSame(Build(input));
  CheckAnswer(input);
  return 0;
}
