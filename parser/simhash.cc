#include "parser/simhash.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "parser/byte_search.h"

namespace trawl::parser {
namespace {

// Odd, half of the bits set: digits of pi.
constexpr std::uint64_t kFirst = 0x243F6A8885A308D3, kSecond = 0x13198A2E03707345,
                        kThird = 0xA4093822299F31D1;

std::uint64_t FoldedProduct(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t Rotated(std::uint64_t bits, int by) {
  return bits << by | bits >> (64 - by);
}

// How often each of 64 bits was set, in vertical counters: bit i of planes_[p] is bit p of the count of bit
// i. Eight words at a time go through carry-save adders, so that the higher planes are seldom touched.
class Votes {
 public:
  void Add(std::uint64_t bits) {
    waiting_[size_ % kGroup] = bits;
    if (++size_ % kGroup == 0) AddGroup();
  }

  /// Bits that more than half of what was added have.
  std::uint64_t Majority() {
    if (const std::size_t rest = size_ % kGroup; rest != 0) {
      for (std::size_t i = rest; i < kGroup; ++i) waiting_[i] = 0;
      AddGroup();
    }
    const std::uint64_t half = size_ / 2;
    std::uint64_t more = 0, equal = ~std::uint64_t{0};
    for (std::size_t p = planes_.size(); p-- > 0;) {
      const std::uint64_t wanted = (half >> p & 1) != 0 ? ~std::uint64_t{0} : 0;
      more |= equal & planes_[p] & ~wanted;
      equal &= ~(planes_[p] ^ wanted);
    }
    return more;
  }

 private:
  static constexpr std::size_t kGroup = 8;

  // Leaves the sum in `sum`, gives the carry.
  static std::uint64_t AddTwo(std::uint64_t& sum, std::uint64_t a, std::uint64_t b) {
    const std::uint64_t both = sum ^ a;
    const std::uint64_t carry = (sum & a) | (both & b);
    sum = both ^ b;
    return carry;
  }

  void AddGroup() {
    const auto& w = waiting_;
    auto& [ones, twos, fours] = low_;
    const std::uint64_t two_a = AddTwo(ones, w[0], w[1]), two_b = AddTwo(ones, w[2], w[3]);
    const std::uint64_t four_a = AddTwo(twos, two_a, two_b);
    const std::uint64_t two_c = AddTwo(ones, w[4], w[5]), two_d = AddTwo(ones, w[6], w[7]);
    const std::uint64_t four_b = AddTwo(twos, two_c, two_d);
    std::uint64_t carry = AddTwo(fours, four_a, four_b);
    planes_[0] = ones;
    planes_[1] = twos;
    planes_[2] = fours;
    for (std::size_t p = 3; carry != 0; ++p) {
      const std::uint64_t next = planes_[p] & carry;
      planes_[p] ^= carry;
      carry = next;
    }
  }

  std::size_t size_ = 0;
  std::array<std::uint64_t, kGroup> waiting_{};
  std::array<std::uint64_t, 3> low_{};
  std::array<std::uint64_t, 32> planes_{};  // more than there can be words in a text
};

// Of the words of a text, one after the other, the votes of its shingles.
class Shingler {
 public:
  /// `end`: of the bytes that may be read.
  explicit Shingler(const char* end) : end_(end) {}

  void Word(const char* at, const char* word_end) {
    std::uint64_t beyond_ascii = 0;
    const std::uint64_t hash = Hash(at, word_end, beyond_ascii);
    if (beyond_ascii == 0 || !Ideographs(at, word_end)) Take(hash);
  }

  std::uint64_t Finish() {
    if (words_ < kMinSimhashWords) return 0;
    const std::uint64_t majority = votes_.Majority();
    return majority == 0 ? 1 : majority;
  }

 private:
  // Of a word its first and its last eight bytes and its size: all of it up to sixteen bytes, and no loop
  // over longer ones, whose number of turns no processor can foresee. `beyond_ascii`: bits of such bytes are
  // set.
  std::uint64_t Hash(const char* at, const char* word_end, std::uint64_t& beyond_ascii) const {
    const auto size = static_cast<std::size_t>(word_end - at);
    std::uint64_t first = 0, last = 0;
    if (end_ - at >= 8) {
      std::memcpy(&first, at, 8);
      first &= ~std::uint64_t{0} >> (64 - 8 * std::min<std::size_t>(size, 8));
    } else {
      std::memcpy(&first, at, size);
    }
    if (size > 8) std::memcpy(&last, word_end - 8, 8);
    beyond_ascii = (first | last) & 0x8080808080808080;
    return FoldedProduct(first ^ kFirst, (last + size) ^ kSecond);
  }

  // A run with characters of U+3000 to U+9FFF, which stand without spaces: each is a word, and so is what
  // stands between them. False where there is none.
  bool Ideographs(const char* at, const char* end) {
    std::uint64_t ignored = 0;
    bool found = false;
    for (const char* between = at; at != end;) {
      const auto lead = static_cast<unsigned char>(*at);
      const bool ideograph = lead >= 0xE3 && lead <= 0xE9 && end - at >= 3;
      at += ideograph ? 3 : 1;
      if (ideograph) {
        if (at - 3 != between) Take(Hash(between, at - 3, ignored));
        Take(Hash(at - 3, at, ignored));
        between = at;
        found = true;
      } else if (at == end && found) {
        Take(Hash(between, end, ignored));
      }
    }
    return found;
  }

  void Take(std::uint64_t word) {
    static_assert(kShingleWords == 3);
    if (++words_ >= kShingleWords) {
      const std::uint64_t shingle = Rotated(before_last_, 42) + Rotated(last_, 21) + word;
      votes_.Add(FoldedProduct(shingle ^ kThird, kSecond));
    }
    before_last_ = last_;
    last_ = word;
  }

  const char* const end_;
  std::uint64_t words_ = 0, last_ = 0, before_last_ = 0;
  Votes votes_;
};

}  // namespace

std::uint64_t SimhashOf(std::string_view text) {
  if (text.size() < kMinSimhashWords) return 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  Shingler shingler(end);
  const char* word = nullptr;  // where the word began that goes on
  for (; end - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
    const std::uint32_t of_words = ByteBlock(at).OfWords();
    // Where what is of a word and what is not meet.
    std::uint32_t edges = (of_words ^ (of_words << 1 | (word != nullptr))) & ((1U << ByteBlock::kSize) - 1);
    for (; edges != 0; edges &= edges - 1) {
      const char* const edge = at + __builtin_ctz(edges);
      if (word != nullptr) {
        shingler.Word(word, edge);
        word = nullptr;
      } else {
        word = edge;
      }
    }
  }
  char last[ByteBlock::kSize] = {};
  std::memcpy(last, at, static_cast<std::size_t>(end - at));
  const std::uint32_t of_words = ByteBlock(last).OfWords();
  for (int i = 0; at != end; ++at, ++i) {
    const bool of_word = (of_words >> i & 1) != 0;
    if (of_word && word == nullptr) word = at;
    if (!of_word && word != nullptr) {
      shingler.Word(word, at);
      word = nullptr;
    }
  }
  if (word != nullptr) shingler.Word(word, end);
  return shingler.Finish();
}

}  // namespace trawl::parser
