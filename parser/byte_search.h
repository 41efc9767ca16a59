#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#else
#include "parser/ascii.h"
#endif

namespace trawl::parser {

/// Sixteen bytes compared at a time; bit i of a mask stands for byte i.
class ByteBlock {
 public:
  static constexpr int kSize = 16;
  static constexpr std::uint32_t kAll = (1U << kSize) - 1;

#if defined(__SSE2__)
  explicit ByteBlock(const char* at) : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))) {}

  std::uint32_t Equal(char c) const {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))));
  }
  /// Bytes that are one of `chars`.
  template <char... chars>
  std::uint32_t OneOf() const {
    __m128i found = _mm_setzero_si128();
    ((found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(chars)))), ...);
    return static_cast<std::uint32_t>(_mm_movemask_epi8(found));
  }
  /// Bytes that are one of `chars` or, without a sign, at most `max`.
  template <char max, char... chars>
  std::uint32_t AtMostOrOneOf() const {
    __m128i found = _mm_cmpeq_epi8(_mm_min_epu8(bytes_, _mm_set1_epi8(max)), bytes_);
    ((found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(chars)))), ...);
    return static_cast<std::uint32_t>(_mm_movemask_epi8(found));
  }
  /// White space of HTML.
  std::uint32_t Spaces() const {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(IsSpace()));
  }
  void Store(char* to) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes_); }
  /// Writes all bytes, white space of HTML as ' '.
  void StoreSpaced(char* to) const {
    const __m128i spaces = IsSpace();
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_or_si128(_mm_andnot_si128(spaces, bytes_),
                                                                  _mm_and_si128(spaces, _mm_set1_epi8(' '))));
  }
  /// The first eight bytes with ASCII letters in lower case, the first of them lowest.
  std::uint64_t LowerWord() const {
    const __m128i upper = _mm_andnot_si128(_mm_cmpgt_epi8(bytes_, _mm_set1_epi8('Z')),
                                           _mm_cmpgt_epi8(bytes_, _mm_set1_epi8('A' - 1)));
    const __m128i lower = _mm_or_si128(bytes_, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
    std::uint64_t word;
    _mm_storel_epi64(reinterpret_cast<__m128i*>(&word), lower);
    return word;
  }
  /// ASCII letters of both cases, digits, and bytes of 0x80 and above.
  std::uint32_t OfWords() const {
    const auto between = [](__m128i bytes, char low, char high) {
      return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(low - 1))),
                           _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(high + 1))));
    };
    const __m128i letters = between(_mm_or_si128(bytes_, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i ascii = _mm_or_si128(letters, between(bytes_, '0', '9'));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(ascii, bytes_)));
  }
  /// Bytes that may stand in the path of a normalised URL as they are (parser/request_target.h).
  std::uint32_t OfPaths() const {
    return OfTargets<'?'>();
  }
  /// The same of a query.
  std::uint32_t OfQueries() const {
    return OfTargets<'\''>();
  }
  /// Bytes of 0x80 and above.
  std::uint32_t BeyondAscii() const {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes_));
  }

 private:
  // All that RFC 3986 allows, but for '%' and `other`.
  template <char other>
  std::uint32_t OfTargets() const {
    const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const auto with = [this](char bits) { return _mm_or_si128(bytes_, _mm_set1_epi8(bits)); };
    // A space, what has no shape, and bytes beyond ASCII; '{' to '}' and DEL, '<', '>', '\\', '^'; '"', '#'.
    const __m128i low = _mm_cmpgt_epi8(_mm_set1_epi8('!'), bytes_);
    const __m128i high = _mm_or_si128(_mm_cmpgt_epi8(bytes_, _mm_set1_epi8('z')), is(with(0x62), 0x7E));
    const __m128i signs = _mm_or_si128(is(with(1), '#'), is(bytes_, '`'));
    const __m128i own = _mm_or_si128(is(bytes_, '%'), is(bytes_, other));
    const __m128i not_of =
        _mm_or_si128(_mm_or_si128(low, _mm_andnot_si128(is(bytes_, '~'), high)), _mm_or_si128(signs, own));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(not_of)) ^ kAll;
  }
  // Tab, LF, FF, CR lie together but for the vertical tab among them.
  __m128i IsSpace() const {
    const __m128i from_tab = _mm_sub_epi8(bytes_, _mm_set1_epi8('\t'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(from_tab, _mm_set1_epi8('\r' - '\t')), from_tab);
    return _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8('\v')), control),
                        _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(' ')));
  }

  __m128i bytes_;
#else
  explicit ByteBlock(const char* at) {
    std::memcpy(bytes_, at, kSize);
  }

  std::uint32_t Equal(char c) const {
    return Mask([c](char b) { return b == c; });
  }
  template <char... chars>
  std::uint32_t OneOf() const {
    return Mask([](char b) { return ((b == chars) || ...); });
  }
  template <char max, char... chars>
  std::uint32_t AtMostOrOneOf() const {
    return Mask([](char b) {
      return static_cast<unsigned char>(b) <= static_cast<unsigned char>(max) || ((b == chars) || ...);
    });
  }
  std::uint32_t Spaces() const {
    return OneOf<' ', '\t', '\n', '\f', '\r'>();
  }
  void Store(char* to) const {
    std::memcpy(to, bytes_, kSize);
  }
  void StoreSpaced(char* to) const {
    const std::uint32_t spaces = Spaces();
    for (int i = 0; i < kSize; ++i) to[i] = spaces >> i & 1 ? ' ' : bytes_[i];
  }
  std::uint64_t LowerWord() const {
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i)
      word |= std::uint64_t{static_cast<unsigned char>(ToAsciiLower(bytes_[i]))} << (8 * i);
    return word;
  }
  std::uint32_t OfWords() const {
    return Mask([](char b) {
      const char lower = static_cast<char>(b | 0x20);
      return (lower >= 'a' && lower <= 'z') || (b >= '0' && b <= '9') ||
             (static_cast<unsigned char>(b) & 0x80) != 0;
    });
  }
  std::uint32_t OfPaths() const {
    return Mask([](char b) { return b == '\'' || IsOfTargets(b); });
  }
  std::uint32_t OfQueries() const {
    return Mask([](char b) { return b == '?' || IsOfTargets(b); });
  }
  std::uint32_t BeyondAscii() const {
    return Mask([](char b) { return (static_cast<unsigned char>(b) & 0x80) != 0; });
  }

 private:
  template <class Test>
  std::uint32_t Mask(Test test) const {
    std::uint32_t mask = 0;
    for (int i = 0; i < kSize; ++i) mask |= static_cast<std::uint32_t>(test(bytes_[i])) << i;
    return mask;
  }
  static bool IsOfTargets(char b) {
    return (b >= 'a' && b <= 'z') || (b >= '@' && b <= '[') || (b >= '(' && b <= ';') || b == '!' ||
           b == '$' || b == '&' || b == '=' || b == ']' || b == '_' || b == '~';
  }

  char bytes_[kSize];
#endif
};

/// Two blocks side by side: a mask of 32 bits.
class ByteBlocks {
 public:
  static constexpr int kSize = 2 * ByteBlock::kSize;

  explicit ByteBlocks(const char* at) : low_(at), high_(at + ByteBlock::kSize) {}

  std::uint32_t Equal(char c) const { return low_.Equal(c) | high_.Equal(c) << ByteBlock::kSize; }
  template <char max, char... chars>
  std::uint32_t AtMostOrOneOf() const {
    return low_.AtMostOrOneOf<max, chars...>() | high_.AtMostOrOneOf<max, chars...>() << ByteBlock::kSize;
  }

 private:
  ByteBlock low_;
  ByteBlock high_;
};

/// The first `c` in [at, end), or `end`. For short distances, where a call of memchr costs more than the
/// search.
inline const char* FindByte(const char* at, const char* end, char c) {
  for (; end - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
    if (const std::uint32_t found = ByteBlock(at).Equal(c)) return at + __builtin_ctz(found);
  }
  while (at != end && *at != c) ++at;
  return at;
}

}  // namespace trawl::parser
