#include "parser/url_host.h"

#include <algorithm>
#include <charconv>

#include "parser/ascii.h"
#include "parser/idna.h"
#include "parser/percent_encode.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

// The IPv4 number parser; a value past 32 bits stays past them.
std::optional<std::uint64_t> ParseIpv4Number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int radix = 10;
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    radix = 16;
  } else if (text.size() >= 2 && text[0] == '0') {
    text.remove_prefix(1);
    radix = 8;
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = HexValue(c);
    if (digit < 0 || digit >= radix) return std::nullopt;
    value = std::min<std::uint64_t>(value * static_cast<unsigned>(radix) + static_cast<unsigned>(digit),
                                    1ULL << 40);
  }
  return value;
}

void AppendNumber(std::uint32_t value, int base, std::string& out) {
  char digits[12];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, end);
}

// The dotted quad at the end of an IPv6 address: decimal without leading zeros, exactly four parts.
bool ParseEmbeddedIpv4(std::string_view text, std::array<std::uint16_t, 8>& address, int piece) {
  std::uint32_t value = 0;
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at >= text.size() || text[at++] != '.')) return false;
    const std::size_t start = at;
    std::uint32_t number = 0;
    while (at < text.size() && IsAsciiDigit(text[at])) {
      if (at > start && number == 0) return false;
      number = number * 10 + static_cast<std::uint32_t>(text[at++] - '0');
      if (number > 255) return false;
    }
    if (at == start) return false;
    value = value << 8 | number;
  }
  if (at != text.size()) return false;
  address[piece] = static_cast<std::uint16_t>(value >> 16);
  address[piece + 1] = static_cast<std::uint16_t>(value);
  return true;
}

}  // namespace

bool EndsInNumber(std::string_view domain) {
  if (!domain.empty() && domain.back() == '.') {
    domain.remove_suffix(1);
    if (domain.empty()) return false;
  }
  const std::string_view last = domain.substr(domain.rfind('.') + 1);
  if (last.empty()) return false;
  if (std::all_of(last.begin(), last.end(), IsAsciiDigit)) return true;
  return ParseIpv4Number(last).has_value();
}

std::optional<std::uint32_t> ParseIpv4(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  std::array<std::uint64_t, 4> numbers{};
  std::size_t count = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    if (count == numbers.size()) return std::nullopt;
    const auto number = ParseIpv4Number(text.substr(0, dot));
    if (!number) return std::nullopt;
    numbers[count++] = *number;
    if (dot == text.npos) break;
    text.remove_prefix(dot + 1);
  }
  std::uint64_t address = 0;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (numbers[i] > 255) return std::nullopt;
    address |= numbers[i] << (8 * (3 - i));
  }
  if (numbers[count - 1] >= 1ULL << (8 * (5 - count))) return std::nullopt;
  return static_cast<std::uint32_t>(address | numbers[count - 1]);
}

std::optional<std::array<std::uint16_t, 8>> ParseIpv6(std::string_view text) {
  std::array<std::uint16_t, 8> address{};
  int piece = 0;
  int compress = -1;
  std::size_t at = 0;
  if (!text.empty() && text[0] == ':') {
    if (text.size() < 2 || text[1] != ':') return std::nullopt;
    at = 2;
    compress = 0;
  }
  while (at < text.size()) {
    if (piece == 8) return std::nullopt;
    if (text[at] == ':') {
      if (compress >= 0) return std::nullopt;
      ++at;
      compress = piece;
      continue;
    }
    const std::size_t start = at;
    std::uint32_t value = 0;
    while (at < text.size() && at - start < 4 && HexValue(text[at]) >= 0) {
      value = value * 16 + static_cast<std::uint32_t>(HexValue(text[at++]));
    }
    if (at < text.size() && text[at] == '.') {
      if (at == start || piece > 6 || !ParseEmbeddedIpv4(text.substr(start), address, piece))
        return std::nullopt;
      piece += 2;
      break;
    }
    if (at < text.size()) {
      if (text[at] != ':' || at == start || ++at == text.size()) return std::nullopt;
    }
    address[piece++] = static_cast<std::uint16_t>(value);
  }
  if (compress < 0) return piece == 8 ? std::optional(address) : std::nullopt;
  if (piece == 8) return std::nullopt;
  std::rotate(address.begin() + compress, address.begin() + piece, address.end());
  return address;
}

void AppendIpv4(std::uint32_t address, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    AppendNumber(address >> shift & 255, 10, out);
    if (shift) out.push_back('.');
  }
}

void AppendIpv6(const std::array<std::uint16_t, 8>& address, std::string& out) {
  int best = -1;
  int best_length = 1;
  for (int i = 0; i < 8; ++i) {
    int length = 0;
    while (i + length < 8 && address[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
    i += length;
  }
  for (int i = 0; i < 8;) {
    if (i == best) {
      out.append(i == 0 ? "::" : ":");
      i += best_length;
      continue;
    }
    AppendNumber(address[i], 16, out);
    if (++i < 8) out.push_back(':');
  }
}

bool AppendHost(std::string_view host, bool is_opaque, std::string& out) {
  if (host.front() == '[') {
    if (host.back() != ']' || host.size() < 2) return false;
    const auto address = ParseIpv6(host.substr(1, host.size() - 2));
    if (!address) return false;
    out.push_back('[');
    AppendIpv6(*address, out);
    out.push_back(']');
    return true;
  }
  if (is_opaque) {
    if (std::any_of(host.begin(), host.end(), IsForbiddenHostByte)) return false;
    AppendPercentEncoded(host, EncodeSet::kC0Control, out);
    return true;
  }
  const std::size_t start = out.size();
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !IsForbiddenDomainByte(c);
  });
  if (plain) {
    for (const char c : host) out.push_back(ToAsciiLower(c));
  } else {
    const std::string domain = PercentDecode(host);
    if (!IsUtf8(domain)) return false;  // decoded with U+FFFD, which no domain may have
    const auto ascii = DomainToAscii(domain);
    if (!ascii) return false;
    out.append(*ascii);
  }
  const std::string_view written = std::string_view(out).substr(start);
  if (!EndsInNumber(written)) return true;
  const auto address = ParseIpv4(written);
  if (!address) return false;
  out.resize(start);
  AppendIpv4(*address, out);
  return true;
}

}  // namespace trawl::parser
