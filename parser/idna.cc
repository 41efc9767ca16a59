#include "parser/idna.h"

#include <unicode/uidna.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "parser/ascii.h"
#include "parser/error.h"
#include "parser/percent_encode.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

constexpr std::string_view kForbiddenHost("\0\t\n\r #/:<>?@[\\]^|", 17);

constexpr std::array<std::uint8_t, 256> MakeForbidden() {
  std::array<std::uint8_t, 256> forbidden{};  // bit 1: in a host, bit 2: in a domain
  for (const char c : kForbiddenHost) forbidden[static_cast<unsigned char>(c)] = 3;
  for (int c = 0; c < 0x20; ++c) forbidden[c] |= 2;
  forbidden['%'] = 2;
  forbidden[0x7f] = 2;
  return forbidden;
}

constexpr std::array<std::uint8_t, 256> kForbidden = MakeForbidden();

// What UTS #46 calls errors only under CheckHyphens and VerifyDnsLength, which the URL Standard turns off.
constexpr std::uint32_t kToleratedErrors = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                           UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                           UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

// What the mapping table of UTS #46 says anew since Unicode 15.1 and 16 about characters that ICU 72 (Unicode
// 15) knows: capitals it refused are now mapped, invisible ones it refused are now dropped (to = 0). To a
// newer ICU it is no news. From the outside nothing else differs but U+1806 and characters assigned since.
struct Remapped {
  UChar32 first, last, to;
};
constexpr Remapped kRemapped[] = {
    {0x04c0, 0x04c0, 0x04cf},    {0x10a0, 0x10c5, 0x2d00},   {0x115f, 0x1160, 0},
    {0x17b4, 0x17b5, 0},         {0x180e, 0x180e, 0},        {0x1e9e, 0x1e9e, 0x00df},
    {0x2061, 0x2063, 0},         {0x206a, 0x206f, 0},        {0x2132, 0x2132, 0x214e},
    {0x2183, 0x2183, 0x2184},    {0x3164, 0x3164, 0},        {0xffa0, 0xffa0, 0},
    {0x1d173, 0x1d17a, 0},       {0x2f868, 0x2f868, 0x36fc}, {0x2f874, 0x2f874, 0x5f53},
    {0x2f91f, 0x2f91f, 0x243ab}, {0x2f95f, 0x2f95f, 0x7aee}, {0x2f9bf, 0x2f9bf, 0x45d7},
};

std::string Remap(std::string_view domain) {
  std::string out;
  out.reserve(domain.size());
  const auto length = static_cast<std::int32_t>(domain.size());
  for (std::int32_t i = 0; i < length;) {
    const std::int32_t start = i;
    UChar32 c = 0;
    U8_NEXT(domain.data(), i, length, c);
    const auto found = std::find_if(std::begin(kRemapped), std::end(kRemapped), [c](const Remapped& range) {
      return c >= range.first && c <= range.last;
    });
    if (found == std::end(kRemapped)) {
      out.append(domain, static_cast<std::size_t>(start), static_cast<std::size_t>(i - start));
    } else if (found->to) {
      char bytes[U8_MAX_LENGTH];
      std::size_t written = 0;
      U8_APPEND_UNSAFE(bytes, written, found->to + (c - found->first));
      out.append(bytes, written);
    }
  }
  return out;
}

// Immutable and shared by all threads; ICU promises that a UIDNA may be used so.
const UIDNA* Uts46() {
  static const UIDNA* const uts46 = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UIDNA* opened =
        uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                            UIDNA_NONTRANSITIONAL_TO_UNICODE,
                        &status);
    return U_SUCCESS(status) ? opened : nullptr;
  }();
  return uts46;
}

Result<std::string> Checked(std::string ascii) {
  if (ascii.empty() || std::any_of(ascii.begin(), ascii.end(), IsForbiddenDomainByte))
    return ParserErrc::kInvalidUrl;
  return ascii;
}

}  // namespace

bool IsForbiddenDomainByte(char c) {
  return kForbidden[static_cast<unsigned char>(c)] & 2;
}

bool IsForbiddenHostByte(char c) {
  return kForbidden[static_cast<unsigned char>(c)] & 1;
}

bool LoadIdnaTables() {
  return DomainToAscii("\xc3\xa4").has_value();
}

Result<std::string> DomainToAscii(std::string_view domain) {
  if (IsAscii(domain)) {
    std::string lower(domain);
    std::transform(lower.begin(), lower.end(), lower.begin(), ToAsciiLower);
    return Checked(std::move(lower));
  }
  const UIDNA* const uts46 = Uts46();
  if (!uts46) return ParserErrc::kInvalidUrl;
  const std::string mapped = Remap(domain);
  std::string ascii(mapped.size() * 2 + 64, '\0');
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    const std::int32_t length =
        uidna_nameToASCII_UTF8(uts46, mapped.data(), static_cast<std::int32_t>(mapped.size()), ascii.data(),
                               static_cast<std::int32_t>(ascii.size()), &info, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      ascii.resize(static_cast<std::size_t>(length));
      continue;
    }
    if (U_FAILURE(status) || (info.errors & ~kToleratedErrors)) return ParserErrc::kInvalidUrl;
    ascii.resize(static_cast<std::size_t>(length));
    return Checked(std::move(ascii));
  }
  return ParserErrc::kInvalidUrl;
}

}  // namespace trawl::parser
