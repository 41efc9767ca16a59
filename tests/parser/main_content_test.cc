#include "parser/main_content.h"

#include <map>
#include <sstream>
#include <string>

#include "parser/html_tree.h"
#include "parser/wire.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

std::string Main(const std::string& html, std::size_t max = kMaxMain) {
  Arena arena(256 << 20);
  return ReadMainContent(BuildTree(html, arena), max);
}

// An article of `count` paragraphs, each with its number, as markup or as its words.
std::string Article(int count, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text +=
        open + "Paragraph " + std::to_string(i) +
        " tells of rivers, mountains and towns, of people who live there, and of what they do all day long." +
        close + "\n";
  return text;
}

std::map<std::string, int> WordCounts(const std::string& text) {
  std::map<std::string, int> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) ++words[word];
  return words;
}

// F1 of the words of `found` against those of `wanted`.
double Agreement(const std::string& found, const std::string& wanted) {
  const auto a = WordCounts(found), b = WordCounts(wanted);
  int both = 0, total = 0;
  for (const auto& [word, count] : a) {
    total += count;
    if (const auto other = b.find(word); other != b.end()) both += std::min(count, other->second);
  }
  for (const auto& [word, count] : b) total += count;
  return total == 0 ? 1 : 2.0 * both / total;
}

const std::string kNav =
    "<nav><ul><li><a href=/>Home</a><li><a href=/n>News</a><li><a href=/s>Sport</a></ul></nav>";
const std::string kSide =
    "<div class=sidebar><h3>Popular</h3><ul><li><a href=1>Ten things that you did not know about rivers</a>"
    "<li><a href=2>Why the mountains are where they are, and not elsewhere</a></ul></div>";
const std::string kFoot =
    "<footer><p>Copyright 2020 Example Ltd. All rights reserved, in every country.</p></footer>";

}  // namespace

TEST_CASE("The article is found in layouts of every kind, and nothing around it") {
  const std::string words = Article(6, "", "");
  const std::string paragraphs = Article(6, "<p>", "</p>");
  const std::map<std::string, std::string> layouts = {
      {"article element", kNav + "<main><article>" + paragraphs + "</article></main>" + kSide + kFoot},
      {"named boxes", "<div id=menu>" + kNav + "</div><div id=content><div class=post>" + paragraphs +
                          "</div></div>" + kSide + kFoot},
      {"boxes without names",
       "<div>" + kNav + "</div><div><div>" + paragraphs + "</div></div>" + kSide + kFoot},
      {"table layout", "<table><tr><td>" + kNav + "<td>" + paragraphs + "<td>" + kSide + "</table>"},
      {"paragraphs that are boxes", "<div class=story>" + Article(6, "<div>", "</div>") + "</div>" + kSide},
      {"sections",
       kNav + "<main><section>" + Article(6, "<p>", "</p></section><section>") + "</section></main>" + kFoot},
      {"comments below",
       "<article>" + paragraphs +
           "</article><div class=comments><p>I do not agree, and I will say "
           "why, in a comment that is as long as I like.</p><p>Me neither, nobody does.</p></div>"},
      {"form around the page",
       "<form>" + kNav + "<div class=body>" + paragraphs + "</div>" + kFoot + "</form>"},
      {"share buttons inside", "<article><p class=x>" + paragraphs +
                                   "<div class=share><a href=1>Tweet</a> <a href=2>Mail</a></div></article>" +
                                   kFoot}};
  for (const auto& [name, body] : layouts) {
    const std::string found = Main("<!DOCTYPE html><title>T</title><body>" + body);
    INFO(name << ": " << found);
    CHECK(Agreement(found, words) >= 0.95);
  }
}

TEST_CASE("Blocks are lines, white space is folded, code keeps its lines") {
  CHECK(Main("<body><article>" + Article(3, "<p>", "</p>") +
             "<pre>int main() {\n  return 0;\n}</pre><p>After<br>the   code, there is\n more.</p></article>")
            .ends_with("\nint main() {\nreturn 0;\n}\nAfter\nthe code, there is more."));
}

TEST_CASE("Hidden elements and scripts are no content") {
  const std::string found =
      Main("<body><article>" + Article(4, "<p>", "</p>") +
           "<p hidden>secret</p><p style='display: none'>secret</p><script>secret</script>"
           "<template><p>secret</p></template></article>");
  CHECK(found.find("Paragraph 4") != std::string::npos);
  CHECK(found.find("secret") == std::string::npos);
}

TEST_CASE("A page of links, or without text, has no main content") {
  CHECK(Main("").empty());
  CHECK(Main("<body>" + kNav).empty());
  CHECK(Main("<body><p>Short.").empty());
}

TEST_CASE("The text ends at its limit, between two characters") {
  const std::string html = "<article><p>" + Article(4, "", "") + "\xC3\xA9";
  const std::string whole = Main(html);
  CHECK(Main(html, whole.size()) == whole);
  CHECK(Main(html, whole.size() - 1) == whole.substr(0, whole.size() - 2));
}
