#include "crawler/near_copies.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "parser/simhash.h"
#include "tests/support/catch.h"

using namespace trawl::crawler;

namespace {

/// Texts of pages of one site: what is around the content is the same on all of them.
class Site {
 public:
  explicit Site(int words_around) {
    for (int i = 0; i < words_around; ++i) around_ += Word() + (i % 8 == 7 ? "\n" : " ");
  }

  std::string Word() {
    std::string word;
    for (int i = 0, size = 3 + static_cast<int>(random_() % 7); i < size; ++i)
      word += static_cast<char>('a' + random_() % 26);
    return word;
  }
  std::string Page(const std::string& content) const { return around_ + content + "\n" + around_; }

 private:
  std::mt19937 random_{20'071};
  std::string around_;
};

constexpr std::uint32_t kMost = 50;

/// Of `count` pages with that content, how many were met after kMost more alike than not.
template <class Content>
int Cut(const Site& site, int count, Content content) {
  NearCopies copies;
  int cut = 0;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t simhash = trawl::parser::SimhashOf(site.Page(content(i)));
    cut += simhash != 0 && copies.Meet(7, simhash, kMost) >= kMost;
  }
  return cut;
}

}  // namespace

TEST_CASE("Pages alike are counted from the first of them, within three bits and one kind") {
  NearCopies copies;
  CHECK(copies.Meet(1, 0xFF00, kMost) == 0);
  CHECK(copies.Meet(1, 0xFF07, kMost) == 1);
  CHECK(copies.Meet(1, 0xFF38, kMost) == 2);  // six bits from the one before, three from the first
  CHECK(copies.Meet(2, 0xFF00, kMost) == 0);
  CHECK(copies.Meet(1, 0xFF00, kMost) == 3);
}

TEST_CASE("What is not alike takes one off, and a count ends at the most that is asked for") {
  NearCopies copies;
  for (std::uint32_t i = 0; i < 10; ++i) CHECK(copies.Meet(1, 0xFF00, 5) == std::min(i, 5U));
  CHECK(copies.Meet(1, 0xFF0F, 5) == 0);
  CHECK(copies.Meet(1, 0xFF00, 5) == 4);
  CHECK(copies.Meet(1, 0xFF00, 5) == 5);
  for (int i = 0; i < 5; ++i) copies.Meet(1, std::uint64_t{0xFFFF} << (16 + 8 * i), 5);
  CHECK(copies.Meet(1, 0xFF00, 5) == 0);
  for (int i = 0; i < 5; ++i) CHECK(copies.Meet(3, 1, 0) == 0);
}

TEST_CASE("Of many unlike pages those met last are remembered, and other kinds harm none") {
  NearCopies copies;
  std::mt19937_64 random(3);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    CHECK(copies.Meet(9, 0xFF, kMost) == std::min(i, kMost));
    // Of kinds that share its cells.
    for (std::size_t k = 1; k < NearCopies::kWays; ++k)
      copies.Meet(9 + NearCopies::kSets * k, random(), kMost);
  }
}

TEST_CASE("A counter, a date or a visitor's number in a page makes copies of it") {
  const Site site(250);
  CHECK(Cut(site, 1000, [](int i) { return "visitor " + std::to_string(4711 + i); }) > 300);
  CHECK(Cut(site, 1000, [](int i) { return "page not found: item" + std::to_string(i); }) > 300);
  // Also where a page in four is another one.
  Site other(150);
  CHECK(Cut(site, 1000,
            [&other](int i) { return i % 4 == 0 ? other.Page("") : "visitor " + std::to_string(i); }) > 200);
}

TEST_CASE("Lists page by page, short pages and pages with a few words of their own are no copies") {
  // Ten links of three words each, between menus and small print of two hundred words, twice.
  Site site(200);
  CHECK(Cut(site, 20'000, [&site](int) {
          std::string list;
          for (int i = 0; i < 10; ++i) list += site.Word() + " " + site.Word() + " " + site.Word() + "\n";
          return list;
        }) == 0);
  // A description of twenty-five words.
  CHECK(Cut(site, 20'000, [&site](int) {
          std::string text;
          for (int i = 0; i < 25; ++i) text += site.Word() + " ";
          return text;
        }) == 0);
  // Little text says too little: pictures with a number.
  CHECK(Cut(Site(20), 1000, [](int i) { return "picture " + std::to_string(i); }) == 0);
}
