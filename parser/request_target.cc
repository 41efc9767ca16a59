#include "parser/request_target.h"

#include <array>
#include <cstdint>

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/percent_encode.h"

namespace trawl::parser {
namespace {

enum Class : std::uint8_t { kPathByte = 1, kQueryByte = 2, kUnreserved = 4, kHostByte = 8, kUpperHex = 16 };

constexpr std::array<std::uint8_t, 256> MakeTargetClasses() {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&classes](std::string_view bytes, int bits) {
    for (const char c : bytes) classes[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(bits);
  };
  constexpr int kBoth = kPathByte | kQueryByte;
  add("abcdefghijklmnopqrstuvwxyz0123456789-._", kBoth | kUnreserved | kHostByte);
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZ~", kBoth | kUnreserved);
  add("!$&()*+,;=:@/[]", kBoth);
  add("'", kPathByte);
  add("?", kQueryByte);
  add("0123456789ABCDEF", kUpperHex);
  return classes;
}

constexpr std::array<std::uint8_t, 256> kTargetClasses = MakeTargetClasses();

bool Is(char c, Class wanted) {
  return kTargetClasses[static_cast<unsigned char>(c)] & wanted;
}

void AppendNormalized(std::string_view text, Class allowed, std::string& out) {
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '%') {
      if (Is(c, allowed)) {
        out.push_back(c);
      } else {
        AppendEscape(static_cast<unsigned char>(c), out);
      }
      continue;
    }
    const int byte = EscapedByte(text, i);
    if (byte < 0) {
      out.push_back('%');
      continue;
    }
    const char decoded = static_cast<char>(byte);
    if (Is(decoded, kUnreserved) &&
        !(HexValue(decoded) >= 0 && AwaitsHexDigit(std::string_view(out).substr(start)))) {
      out.push_back(decoded);
    } else {
      AppendEscape(static_cast<unsigned char>(byte), out);
    }
    i += 2;
  }
}

// Whether the '%' at `at` begins an upper-case escape of a byte that has to be escaped.
bool IsCleanEscape(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || !Is(text[at + 1], kUpperHex) || !Is(text[at + 2], kUpperHex)) return false;
  return !Is(static_cast<char>(EscapedByte(text, at)), kUnreserved);
}

// Whether the segment that begins with the '.' at `at` is "." or "..".
bool IsDotSegment(std::string_view target, std::size_t at) {
  ++at;
  if (at < target.size() && target[at] == '.') ++at;
  return at == target.size() || target[at] == '/' || target[at] == '?';
}

// The first place from `at` on that asks for a second look: a byte that may not stand there as it is, or a
// '.' at the beginning of a segment. `at` is not 0.
std::size_t NextPathStop(std::string_view target, std::size_t at) {
  const auto stops = [&target](std::size_t block_at) {
    const ByteBlock block(target.data() + block_at), before(target.data() + block_at - 1);
    return (block.OfPaths() ^ ByteBlock::kAll) | (before.Equal('/') & block.Equal('.'));
  };
  for (; at + ByteBlock::kSize <= target.size(); at += ByteBlock::kSize) {
    if (const std::uint32_t found = stops(at)) return at + static_cast<std::size_t>(__builtin_ctz(found));
  }
  if (at == target.size()) return at;
  if (target.size() > ByteBlock::kSize) {
    const std::size_t last = target.size() - ByteBlock::kSize;
    const std::uint32_t found = stops(last) >> (at - last);
    return found ? at + static_cast<std::size_t>(__builtin_ctz(found)) : target.size();
  }
  while (at < target.size() && Is(target[at], kPathByte) && !(target[at] == '.' && target[at - 1] == '/')) {
    ++at;
  }
  return at;
}

// Four numbers as the host serializer writes them: decimal, no leading zeros.
bool IsCanonicalIpv4(std::string_view host) {
  for (int part = 0; part < 4; ++part) {
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < host.size() && IsAsciiDigit(host[digits]); ++digits) {
      value = value * 10 + static_cast<unsigned>(host[digits] - '0');
      if (digits >= 3 || value > 255 || (digits > 0 && host[0] == '0')) return false;
    }
    if (digits == 0) return false;
    host.remove_prefix(digits);
    if (part == 3) return host.empty();
    if (!host.starts_with('.')) return false;
    host.remove_prefix(1);
  }
  return false;
}

}  // namespace

void AppendTarget(std::string_view path, std::string_view query, std::string& out) {
  AppendNormalized(path, kPathByte, out);
  if (query.empty()) return;
  out.push_back('?');
  AppendNormalized(query, kQueryByte, out);
}

bool IsCleanTarget(std::string_view target) {
  if (target.empty() || target[0] != '/') return false;
  for (std::size_t at = NextPathStop(target, 1); at < target.size(); at = NextPathStop(target, at)) {
    const char c = target[at];
    if (c == '?') return IsCleanQuery(target.substr(at + 1));
    if (c == '.' && !IsDotSegment(target, at)) {
      ++at;
    } else if (c == '%' && IsCleanEscape(target, at)) {
      at += 3;
    } else {
      return false;
    }
  }
  return true;
}

bool IsCleanQuery(std::string_view query) {
  std::size_t at = 0;
  for (; at + ByteBlock::kSize <= query.size(); at += ByteBlock::kSize) {
    if (ByteBlock(query.data() + at).OfQueries() != ByteBlock::kAll) break;
  }
  for (; at < query.size(); ++at) {
    if (Is(query[at], kQueryByte)) continue;
    if (query[at] != '%' || !IsCleanEscape(query, at)) return false;
    at += 2;
  }
  return !query.empty();
}

std::size_t PlainHostLength(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && Is(text[length], kHostByte)) ++length;
  return length;
}

bool IsPlainHost(std::string_view host) {
  if (host.empty() || host.back() == '.') return false;
  return !IsAsciiDigit(host[host.rfind('.') + 1]) || IsCanonicalIpv4(host);
}

}  // namespace trawl::parser
