#include "parser/utf8.h"

#include <cstring>

#include "parser/byte_search.h"

namespace trawl::parser {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;

std::uint64_t Load64(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

struct Sequence {
  int length;  // bytes of the well-formed sequence, or of the maximal ill-formed part
  bool valid;
};

// Reads the sequence that begins with the non-ASCII byte at `at`.
Sequence ReadSequence(const unsigned char* at, const unsigned char* end) {
  const unsigned char lead = *at;
  int length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {1, false};
  }
  for (int i = 1; i < length; ++i) {
    if (at + i == end || at[i] < low || at[i] > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

}  // namespace

std::size_t AsciiPrefix(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* at = begin;
  // Of a text that is not all ASCII the next other byte is near.
  if (end - at >= ByteBlock::kSize) {
    if (const std::uint32_t found = ByteBlock(at).BeyondAscii()) {
      return static_cast<std::size_t>(__builtin_ctz(found));
    }
    at += ByteBlock::kSize;
  }
  constexpr int kStep = 128;  // as a sum of this size the compiler sees vectors in it
  for (; end - at >= kStep; at += kStep) {
    std::uint64_t bits = 0;
    for (int i = 0; i < kStep; i += 8) bits |= Load64(at + i);
    if (bits & kHighBits) break;
  }
  for (; end - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
    if (const std::uint32_t found = ByteBlock(at).BeyondAscii()) {
      return static_cast<std::size_t>(at + __builtin_ctz(found) - begin);
    }
  }
  while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
  return static_cast<std::size_t>(at - begin);
}

std::size_t Utf8Prefix(std::string_view bytes) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = begin + bytes.size();
  const auto* at = begin;
  while (at != end) {
    if (*at < 0x80) {
      at += AsciiPrefix(bytes.substr(static_cast<std::size_t>(at - begin)));
      continue;
    }
    const Sequence sequence = ReadSequence(at, end);
    if (!sequence.valid) break;
    at += sequence.length;
  }
  return static_cast<std::size_t>(at - begin);
}

void AppendUtf8(std::uint32_t code_point, std::string& out) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) code_point = 0xFFFD;
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    const char bytes[] = {static_cast<char>(0xC0 | code_point >> 6),
                          static_cast<char>(0x80 | (code_point & 0x3F))};
    out.append(bytes, sizeof bytes);
  } else if (code_point < 0x10000) {
    const char bytes[] = {static_cast<char>(0xE0 | code_point >> 12),
                          static_cast<char>(0x80 | (code_point >> 6 & 0x3F)),
                          static_cast<char>(0x80 | (code_point & 0x3F))};
    out.append(bytes, sizeof bytes);
  } else {
    const char bytes[] = {
        static_cast<char>(0xF0 | code_point >> 18), static_cast<char>(0x80 | (code_point >> 12 & 0x3F)),
        static_cast<char>(0x80 | (code_point >> 6 & 0x3F)), static_cast<char>(0x80 | (code_point & 0x3F))};
    out.append(bytes, sizeof bytes);
  }
}

bool AppendUtf8Repaired(std::string_view bytes, std::size_t max, std::string& out) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  while (!bytes.empty()) {
    const std::size_t valid = Utf8Prefix(bytes);
    const std::string_view fitting = CutUtf8(bytes.substr(0, valid), max - out.size());
    out.append(fitting);
    if (fitting.size() < valid) return false;
    bytes.remove_prefix(valid);
    if (bytes.empty()) return true;
    if (out.size() + kReplacement.size() > max) return false;
    out.append(kReplacement);
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    bytes.remove_prefix(static_cast<std::size_t>(ReadSequence(at, at + bytes.size()).length));
  }
  return true;
}

std::string ScrubUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 16);
  AppendUtf8Repaired(bytes, out.max_size(), out);
  return out;
}

std::string_view CutUtf8(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
  return text.substr(0, max);
}

}  // namespace trawl::parser
