#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "parser/document_kinds.h"
#include "parser/main_content.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

constexpr double kMean = 0.95;   // F1 that all pages together must reach
constexpr double kFloor = 0.90;  // and each page alone
constexpr std::size_t kShingle = 4;

struct GoldPage {
  std::string name, html;
  std::map<std::string, std::string> fields;  // title, author, date, language
  std::string text;
};

std::string FileBytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// NAME.html, and in NAME.txt lines of "field: value", an empty one, and the text that is wanted.
std::vector<GoldPage> GoldPages() {
  std::vector<GoldPage> pages;
  const std::filesystem::path folder =
      std::filesystem::path(TRAWL_SOURCE_DIR) / "tests/parser/main_content_gold";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") continue;
    GoldPage page;
    page.name = entry.path().stem();
    page.html = FileBytes(std::filesystem::path(entry.path()).replace_extension(".html"));
    std::istringstream in(FileBytes(entry.path()));
    for (std::string line; std::getline(in, line) && !line.empty();) {
      const std::size_t colon = line.find(':');
      page.fields[line.substr(0, colon)] = line.size() > colon + 2 ? line.substr(colon + 2) : "";
    }
    std::getline(in, page.text, '\0');
    pages.push_back(page);
  }
  std::sort(pages.begin(), pages.end(), [](const GoldPage& a, const GoldPage& b) { return a.name < b.name; });
  return pages;
}

ParsedPage ParseGold(const std::string& html, Arena& arena) {
  PageJob job;
  job.url = "http://example.org/";
  job.body = html;
  job.want_text = job.want_main = true;
  return ParseDocument(job, arena);
}

// Letters and digits, runs of them as one word but for Chinese, whose characters stand alone. Of what is
// beyond ASCII the punctuation of the pages (U+00A0 to U+00BF, U+2000 to U+203F, U+3000 to U+303F, U+FF00 to
// U+FF3F) parts words.
std::vector<std::string> GoldWords(const std::string& text) {
  std::vector<std::string> words;
  bool inside = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const std::string sign = text.substr(i, size);
    i += size;
    const bool letter = size == 1 ? std::isalnum(byte) != 0
                                  : sign[0] != '\xC2' && sign.substr(0, 2) != "\xE2\x80" &&
                                        sign.substr(0, 2) != "\xE3\x80" && sign.substr(0, 2) != "\xEF\xBC";
    const bool alone = size == 3 && byte >= 0xE4 && byte <= 0xE9;
    if (letter && inside && !alone)
      words.back() += sign;
    else if (letter)
      words.push_back(sign);
    inside = letter && !alone;
  }
  return words;
}

// Of each run of four words how often it stands in the text; of fewer words all as one.
std::map<std::vector<std::string>, int> Shingles(const std::string& text) {
  const std::vector<std::string> words = GoldWords(text);
  std::map<std::vector<std::string>, int> shingles;
  for (std::size_t i = 0; i == 0 || i + kShingle <= words.size(); ++i) {
    const auto from = words.begin() + static_cast<std::ptrdiff_t>(i);
    ++shingles[{from, from + static_cast<std::ptrdiff_t>(std::min(kShingle, words.size() - i))}];
  }
  return shingles;
}

// The harmonic mean of precision and recall of the shingles of `found` against those of `wanted`.
double F1(const std::string& found, const std::string& wanted) {
  const auto a = Shingles(found), b = Shingles(wanted);
  int both = 0, total = 0;
  for (const auto& [shingle, count] : a) {
    total += count;
    if (const auto other = b.find(shingle); other != b.end()) both += std::min(count, other->second);
  }
  for (const auto& [shingle, count] : b) total += count;
  return 2.0 * both / total;
}

}  // namespace

TEST_CASE("F1 counts runs of four words, as often as they stand in both texts") {
  CHECK(F1("one, two - three four", "one two three\nfour") == 1);
  CHECK(F1("a b c d", "e f g h") == 0);
  CHECK(F1("", "a b c d") == 0);
  CHECK(F1("a b c d", "a b c d e") == 2.0 / 3);        // 1 of 1 found, 1 of 2 wanted
  CHECK(F1("a b c d a b c d", "a b c d") == 2.0 / 6);  // 1 of 5, 1 of 1
  CHECK(F1("d c b a", "a b c d") == 0);                // their order counts
  CHECK(GoldWords("\xE8\x8C\xB6\xE9\xA6\x86\xE3\x80\x82x1 \xC3\xA9t\xC3\xA9").size() == 4);
}

TEST_CASE("The main content of pages of many kinds is found, and what stands around it left out") {
  const std::vector<GoldPage> pages = GoldPages();
  REQUIRE(pages.size() >= 12);
  double sum = 0;
  for (const GoldPage& page : pages) {
    Arena arena(64 << 20);
    const ParsedPage parsed = ParseGold(page.html, arena);
    const double f1 = F1(std::string(parsed.main), page.text);
    INFO(page.name << ", F1 " << f1 << ":\n" << parsed.main);
    CHECK(f1 >= kFloor);
    // All that is visible would not do, nor would a half of it.
    CHECK(F1(std::string(parsed.text), page.text) < kFloor);
    CHECK(F1(page.text.substr(0, page.text.size() / 2), page.text) < kFloor);
    sum += f1;
  }
  CHECK(sum / static_cast<double>(pages.size()) >= kMean);
}

TEST_CASE("Title, author, date and language of these pages are as they say") {
  for (const GoldPage& page : GoldPages()) {
    Arena arena(64 << 20);
    const ParsedPage parsed = ParseGold(page.html, arena);
    INFO(page.name);
    CHECK(parsed.title == page.fields.at("title"));
    CHECK(parsed.author == page.fields.at("author"));
    CHECK(parsed.date == page.fields.at("date"));
    CHECK(parsed.language == page.fields.at("language"));
  }
}
