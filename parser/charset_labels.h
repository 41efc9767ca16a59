#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trawl::parser {

/// The encodings of the Encoding Standard, section 4.
enum class Charset : std::uint8_t {
  kUtf8,
  kUtf16be,
  kUtf16le,
  kReplacement,
  kXUserDefined,
  kGbk,
  kGb18030,
  kBig5,
  kEucJp,
  kIso2022Jp,
  kShiftJis,
  kEucKr,
  kIbm866,
  kIso88592,
  kIso88593,
  kIso88594,
  kIso88595,
  kIso88596,
  kIso88597,
  kIso88598,
  kIso88598I,
  kIso885910,
  kIso885913,
  kIso885914,
  kIso885915,
  kIso885916,
  kKoi8R,
  kKoi8U,
  kMacintosh,
  kWindows874,
  kWindows1250,
  kWindows1251,
  kWindows1252,
  kWindows1253,
  kWindows1254,
  kWindows1255,
  kWindows1256,
  kWindows1257,
  kWindows1258,
  kXMacCyrillic,
};
inline constexpr std::size_t kCharsets = static_cast<std::size_t>(Charset::kXMacCyrillic) + 1;

/// The encoding's name as the standard writes it, e.g. "windows-1252".
std::string_view Name(Charset charset);

/// The encoding that a label means, in any case and with white space around it; nothing for an unknown one.
std::optional<Charset> CharsetOfLabel(std::string_view label);

}  // namespace trawl::parser
