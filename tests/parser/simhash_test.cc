#include "parser/simhash.h"

#include <bit>
#include <random>
#include <string>
#include <vector>

#include "parser/document_kinds.h"
#include "tests/support/catch.h"
#include "tests/support/repeat.h"

using namespace trawl::parser;

namespace {

int Distance(const std::string& a, const std::string& b) {
  return std::popcount(SimhashOf(a) ^ SimhashOf(b));
}

/// Words as a language has them: some often, many seldom.
struct Writer {
  explicit Writer(unsigned seed) : random(seed) {}

  std::string Word() {
    const double share = std::uniform_real_distribution<>(0, 1)(random);
    const auto number = static_cast<unsigned>(20'000 * share * share * share);
    std::string word;
    for (unsigned x = number * 7919 + 3; x > 0; x /= 19) word += static_cast<char>('a' + x % 19);
    return word;
  }
  std::vector<std::string> Words(std::size_t count) {
    std::vector<std::string> words(count);
    for (std::string& word : words) word = Word();
    return words;
  }
  std::mt19937 random;
};

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : i % 12 == 0 ? ".\n" : " ") + words[i];
  return text;
}

}  // namespace

TEST_CASE("simhash: a small edit keeps texts close, whatever it is, and other texts are far away") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  Writer writer(seed);
  double replaced = 0, inserted = 0, others = 0;
  int closest = 64;
  constexpr int kTexts = 60;
  for (int i = 0; i < kTexts; ++i) {
    const std::vector<std::string> words = writer.Words(800);
    const std::string text = Joined(words);
    std::vector<std::string> edited = words;
    edited[writer.random() % edited.size()] = "an_edit";
    replaced += Distance(text, Joined(edited));
    edited = words;
    edited.insert(edited.begin() + static_cast<std::ptrdiff_t>(writer.random() % edited.size()), "more");
    inserted += Distance(text, Joined(edited));
    const int other = Distance(text, Joined(writer.Words(800)));
    others += other;
    closest = std::min(closest, other);
  }
  CHECK(replaced / kTexts < 3);
  CHECK(inserted / kTexts < 3);
  CHECK(others / kTexts > 26);
  CHECK(closest > 10);
}

TEST_CASE("simhash: the more of a text is another one, the further it is away") {
  Writer writer(20'071);
  double before = -1;
  for (const std::size_t changed : {0, 4, 20, 100, 400}) {
    double sum = 0;
    for (int i = 0; i < 40; ++i) {
      std::vector<std::string> words = writer.Words(800);
      const std::string text = Joined(words);
      for (std::size_t k = 0; k < changed; ++k) words[k * 800 / changed] = writer.Word() + "x";
      sum += Distance(text, Joined(words));
    }
    INFO(changed << " words: " << sum / 40 << " bits");
    CHECK(sum / 40 > before);
    if (changed == 0) CHECK(sum == 0);
    before = sum / 40;
  }
}

TEST_CASE("simhash: spaces, lines and punctuation are no words") {
  const std::string text = Joined(Writer(3).Words(200));
  std::string other = "  ";
  for (const char c : text) other += c == ' ' ? std::string(" ,\t- ") : std::string(1, c);
  CHECK(SimhashOf(text) != 0);
  CHECK(SimhashOf(other + "!\n\n") == SimhashOf(text));
  CHECK(SimhashOf(text + " " + Joined(Writer(4).Words(200))) != SimhashOf(text));
}

TEST_CASE("simhash: a text has one from kMinSimhashWords words on") {
  const std::vector<std::string> words = Writer(5).Words(kMinSimhashWords);
  CHECK(SimhashOf(Joined(words)) != 0);
  CHECK(SimhashOf(Joined({words.begin() + 1, words.end()})) == 0);
  CHECK(SimhashOf("") == 0);
  CHECK(SimhashOf(std::string(10'000, ' ')) == 0);
  CHECK(SimhashOf(std::string(10'000, 'a')) == 0);
  CHECK(SimhashOf(trawl::test::Repeat("x ", 1000)) != 0);
  // Characters of Chinese are words without spaces between them.
  CHECK(SimhashOf(trawl::test::Repeat("\xE4\xB8\xAD", kMinSimhashWords)) != 0);
  CHECK(SimhashOf(trawl::test::Repeat("\xE4\xB8\xAD", kMinSimhashWords - 1)) == 0);
  CHECK(SimhashOf(trawl::test::Repeat("\xE4\xB8\xAD x", kMinSimhashWords / 2)) != 0);
}

TEST_CASE("simhash: a text without spaces changes little where a character does") {
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < 600; ++i) {
    const unsigned c = 0x4E00 + random() % 3000;
    text += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
             static_cast<char>(0x80 | (c & 0x3F))};
  }
  std::string edited = text;
  edited.replace(900, 3, "\xE4\xBA\xBA");
  CHECK(Distance(text, edited) <= 6);
  edited = text.substr(0, 900) + "\xE4\xBA\xBA\xE4\xBA\xBA" + text.substr(900);
  CHECK(Distance(text, edited) <= 6);
  std::string turned;
  for (std::size_t i = text.size(); i >= 3; i -= 3) turned += text.substr(i - 3, 3);
  CHECK(Distance(text, turned) > 10);
}

TEST_CASE("simhash: where a text stands in memory does not matter") {
  const std::string text = Joined(Writer(9).Words(300));
  for (std::size_t shift = 0; shift < 20; ++shift) {
    // Nothing is behind it that could be read, and other letters are before it.
    const std::vector<char> exact(text.begin() + static_cast<std::ptrdiff_t>(shift), text.end());
    const std::string padded = std::string(shift, ' ') + text.substr(shift);
    CHECK(SimhashOf({exact.data(), exact.size()}) == SimhashOf(padded));
  }
}

TEST_CASE("simhash: what it is stays, since it is stored") {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "word" + std::to_string(i * i) + " caf\xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87, ";
  CHECK(SimhashOf(text) == 0x3BFAFCBD576470E8);
}

TEST_CASE("simhash: a page has that of its visible text, in both ways of reading it") {
  const std::string text = Joined(Writer(11).Words(100));
  for (const bool tree : {false, true}) {
    Arena arena(16 << 20);
    PageJob job;
    job.url = "http://example.org/";
    job.body = "<title>t</title><script>var never = 'shown';</script><p>" + text + "<p hidden>nor this";
    job.want_tree = tree;
    CHECK(ParseDocument(job, arena).simhash == SimhashOf(text));
    arena.Reset();
    job.want_text = false;
    CHECK(ParseDocument(job, arena).simhash == 0);
  }
}
