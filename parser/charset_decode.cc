#include "parser/charset_decode.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ustring.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "parser/charset_patches.h"
#include "parser/percent_encode.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

constexpr char16_t kReplacementUnit = 0xFFFD;

// ICU's name of a converter, null for the encodings that are decoded here.
const char* IcuName(Charset charset) {
  switch (charset) {
    case Charset::kUtf16be:
      return "UTF-16BE";
    case Charset::kUtf16le:
      return "UTF-16LE";
    case Charset::kGbk:
    case Charset::kGb18030:
      return "gb18030";
    case Charset::kBig5:
      return "Big5-HKSCS";
    case Charset::kEucJp:
      return "EUC-JP";
    case Charset::kIso2022Jp:
      return "ISO-2022-JP";
    case Charset::kShiftJis:
      return "ibm-943_P15A-2003";
    case Charset::kEucKr:
      return "windows-949-2000";
    case Charset::kIbm866:
      return "IBM866";
    case Charset::kIso88592:
      return "ISO-8859-2";
    case Charset::kIso88593:
      return "ISO-8859-3";
    case Charset::kIso88594:
      return "ISO-8859-4";
    case Charset::kIso88595:
      return "ISO-8859-5";
    case Charset::kIso88596:
      return "ISO-8859-6";
    case Charset::kIso88597:
      return "ISO-8859-7";
    case Charset::kIso88598:
    case Charset::kIso88598I:
      return "ISO-8859-8";
    case Charset::kIso885910:
      return "ISO-8859-10";
    case Charset::kIso885913:
      return "ISO-8859-13";
    case Charset::kIso885914:
      return "ISO-8859-14";
    case Charset::kIso885915:
      return "ISO-8859-15";
    case Charset::kKoi8R:
      return "KOI8-R";
    case Charset::kKoi8U:
      return "KOI8-U";
    case Charset::kMacintosh:
      return "macintosh";
    case Charset::kWindows874:
      return "windows-874";
    case Charset::kWindows1250:
      return "windows-1250";
    case Charset::kWindows1251:
      return "windows-1251";
    case Charset::kWindows1252:
      return "windows-1252";
    case Charset::kWindows1253:
      return "windows-1253";
    case Charset::kWindows1254:
      return "windows-1254";
    case Charset::kWindows1255:
      return "windows-1255";
    case Charset::kWindows1256:
      return "windows-1256";
    case Charset::kWindows1257:
      return "windows-1257";
    case Charset::kWindows1258:
      return "windows-1258";
    case Charset::kXMacCyrillic:
      return "x-mac-cyrillic";
    default:
      return nullptr;
  }
}

bool IsSingleByte(Charset charset) {
  return charset >= Charset::kIbm866;
}

struct Close {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

struct SingleBytePatch {
  Charset charset;
  unsigned char byte;
  char16_t unit;
};
// Where ICU differs from the standard's index-*.txt.
constexpr SingleBytePatch kSingleBytePatches[] = {
    {Charset::kKoi8U, 0xAE, 0x045E},       {Charset::kKoi8U, 0xBE, 0x040E},
    {Charset::kWindows874, 0xDB, 0xFFFD},  {Charset::kWindows874, 0xDC, 0xFFFD},
    {Charset::kWindows874, 0xDD, 0xFFFD},  {Charset::kWindows874, 0xDE, 0xFFFD},
    {Charset::kWindows874, 0xFC, 0xFFFD},  {Charset::kWindows874, 0xFD, 0xFFFD},
    {Charset::kWindows874, 0xFE, 0xFFFD},  {Charset::kWindows874, 0xFF, 0xFFFD},
    {Charset::kWindows1253, 0xAA, 0xFFFD}, {Charset::kWindows1255, 0xCA, 0x05BA},
};

struct ByteUnit {
  unsigned char byte;
  char16_t unit;
};
// ICU has no ISO-8859-16; this is where it differs from ISO-8859-1.
constexpr ByteUnit kIso885916[] = {
    {0xA1, 0x0104}, {0xA2, 0x0105}, {0xA3, 0x0141}, {0xA4, 0x20AC}, {0xA5, 0x201E}, {0xA6, 0x0160},
    {0xA8, 0x0161}, {0xAA, 0x0218}, {0xAC, 0x0179}, {0xAE, 0x017A}, {0xAF, 0x017B}, {0xB2, 0x010C},
    {0xB3, 0x0142}, {0xB4, 0x017D}, {0xB5, 0x201D}, {0xB8, 0x017E}, {0xB9, 0x010D}, {0xBA, 0x0219},
    {0xBC, 0x0152}, {0xBD, 0x0153}, {0xBE, 0x0178}, {0xBF, 0x017C}, {0xC3, 0x0102}, {0xC5, 0x0106},
    {0xD0, 0x0110}, {0xD1, 0x0143}, {0xD5, 0x0150}, {0xD7, 0x015A}, {0xD8, 0x0170}, {0xDD, 0x0118},
    {0xDE, 0x021A}, {0xE3, 0x0103}, {0xE5, 0x0107}, {0xF0, 0x0111}, {0xF1, 0x0144}, {0xF5, 0x0151},
    {0xF7, 0x015B}, {0xF8, 0x0171}, {0xFD, 0x0119}, {0xFE, 0x021B},
};

// The upper half of a single-byte encoding.
using UpperHalf = std::array<char16_t, 128>;

UpperHalf MakeUpperHalf(Charset charset) {
  UpperHalf units;
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<char16_t>(0x80 + i);
  if (charset == Charset::kIso885916) {
    for (const ByteUnit& row : kIso885916) units[row.byte - 0x80] = row.unit;
    return units;
  }
  UErrorCode error = U_ZERO_ERROR;
  const Converter converter(ucnv_open(IcuName(charset), &error));
  for (std::size_t i = 0; U_SUCCESS(error) && i < units.size(); ++i) {
    const char byte = static_cast<char>(0x80 + i);
    UChar unit[4];
    const int32_t size = ucnv_toUChars(converter.get(), unit, 4, &byte, 1, &error);
    units[i] = size == 1 ? unit[0] : kReplacementUnit;
  }
  for (const SingleBytePatch& patch : kSingleBytePatches) {
    if (patch.charset == charset) units[patch.byte - 0x80] = patch.unit;
  }
  return units;
}

using UpperHalves = std::array<UpperHalf, kCharsets>;

const UpperHalf& UpperHalfOf(Charset charset) {
  static const std::unique_ptr<const UpperHalves> halves = [] {
    auto all = std::make_unique<UpperHalves>();
    for (std::size_t i = 0; i < kCharsets; ++i) {
      if (IsSingleByte(static_cast<Charset>(i))) (*all)[i] = MakeUpperHalf(static_cast<Charset>(i));
    }
    return all;
  }();
  return (*halves)[static_cast<std::size_t>(charset)];
}

// Writes UTF-8 into arena memory that was taken for the worst case.
class Output {
 public:
  Output(Arena& arena, std::size_t max)
      : arena_(arena), begin_(static_cast<char*>(arena.Allocate(max))), at_(begin_) {}

  void Ascii(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void Put(std::uint32_t c) {
    if (c < 0x80) {
      *at_++ = static_cast<char>(c);
    } else if (c < 0x800) {
      *at_++ = static_cast<char>(0xC0 | c >> 6);
      *at_++ = static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      *at_++ = static_cast<char>(0xE0 | c >> 12);
      *at_++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
      *at_++ = static_cast<char>(0x80 | (c & 0x3F));
    } else {
      *at_++ = static_cast<char>(0xF0 | c >> 18);
      *at_++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
      *at_++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
      *at_++ = static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  std::string_view Finish() {
    const std::size_t size = static_cast<std::size_t>(at_ - begin_);
    arena_.Shrink(begin_, size);
    return {begin_, size};
  }

 private:
  Arena& arena_;
  char* begin_;
  char* at_;
};

std::string_view DecodeUpperHalf(const UpperHalf& units, std::string_view bytes, Arena& arena) {
  Output out(arena, 3 * bytes.size());
  while (!bytes.empty()) {
    const std::size_t ascii = AsciiPrefix(bytes);
    out.Ascii(bytes.substr(0, ascii));
    bytes.remove_prefix(ascii);
    while (!bytes.empty() && static_cast<unsigned char>(bytes.front()) >= 0x80) {
      out.Put(units[static_cast<unsigned char>(bytes.front()) - 0x80U]);
      bytes.remove_prefix(1);
    }
  }
  return out.Finish();
}

// What ICU cannot decode: the standard's few bytes that it lacks, else U+FFFD; an ASCII byte that ended a
// broken sequence is read again (Encoding Standard, 11.3.1 and its likes).
void OnUndecodable(const void* context, UConverterToUnicodeArgs* args, const char* bytes, int32_t size,
                   UConverterCallbackReason reason, UErrorCode* error) {
  if (reason > UCNV_IRREGULAR) return;
  *error = U_ZERO_ERROR;
  const Charset charset = *static_cast<const Charset*>(context);
  const auto byte = [bytes](int32_t i) { return static_cast<unsigned char>(bytes[i]); };
  UChar units[4] = {kReplacementUnit};
  int32_t count = 1;
  if (size == 1 && byte(0) == 0x80 && (charset == Charset::kGbk || charset == Charset::kGb18030)) {
    units[0] = 0x20AC;
  } else if (size == 1 && byte(0) == 0x80 && charset == Charset::kShiftJis) {
    units[0] = 0x80;
  } else if (const PatchedText* text = nullptr;
             size == 2 && charset == Charset::kBig5 &&
             (text = Big5Pair(static_cast<std::uint16_t>(byte(0) << 8 | byte(1)))) != nullptr) {
    units[0] = text->units[0];
  } else if (size >= 2 && byte(size - 1) < 0x80 && charset != Charset::kUtf16be &&
             charset != Charset::kUtf16le) {
    units[count++] = byte(size - 1);
  }
  ucnv_cbToUWriteUChars(args, units, count, 0, error);
}

// What ICU decodes otherwise than the standard. Gives one or two units.
PatchedText Patched(Charset charset, char16_t unit) {
  const bool is_private = unit >= 0xE000 && unit <= 0xF8FF;
  const bool is_c1 = unit >= 0x80 && unit < 0xA0;
  const PatchedText* text = nullptr;
  switch (charset) {
    case Charset::kGbk:
    case Charset::kGb18030:
      if (is_private) text = GbPrivate(unit);
      break;
    case Charset::kBig5:
      if (is_private) text = Big5Private(unit);
      if (!text && (is_private || is_c1)) return {{kReplacementUnit, 0}};
      break;
    case Charset::kEucJp:
    case Charset::kEucKr:
      if (is_private || is_c1) return {{kReplacementUnit, 0}};
      break;
    case Charset::kShiftJis:
      // IBM's code pages turn these three controls in a circle.
      if (unit == 0x1A) return {{0x7F, 0}};
      if (unit == 0x1C) return {{0x1A, 0}};
      if (unit == 0x7F) return {{0x1C, 0}};
      break;
    default:
      break;
  }
  return text ? *text : PatchedText{{unit, 0}};
}

// Pairs surrogates, and replaces those without a partner.
class Utf16Reader {
 public:
  explicit Utf16Reader(Output& out) : out_(out) {}
  void Put(char16_t unit) {
    if (unit >= 0xDC00 && unit <= 0xDFFF && high_ != 0) {
      out_.Put(0x10000U + ((high_ - 0xD800U) << 10) + (unit - 0xDC00U));
      high_ = 0;
      return;
    }
    Finish();
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high_ = unit;
    } else {
      out_.Put(unit >= 0xDC00 && unit <= 0xDFFF ? kReplacementUnit : unit);
    }
  }
  void Finish() {
    if (high_ != 0) out_.Put(kReplacementUnit);
    high_ = 0;
  }

 private:
  Output& out_;
  char16_t high_ = 0;
};

std::string_view DecodeWithIcu(Charset charset, std::string_view bytes, Arena& arena) {
  UErrorCode error = U_ZERO_ERROR;
  const Converter converter(ucnv_open(IcuName(charset), &error));
  if (U_FAILURE(error)) return DecodeUpperHalf(UpperHalfOf(Charset::kWindows1252), bytes, arena);
  ucnv_setToUCallBack(converter.get(), OnUndecodable, &charset, nullptr, nullptr, &error);
  // The longest growth: two bytes into two three-byte characters.
  Output out(arena, 3 * bytes.size() + 6);
  Utf16Reader reader(out);
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  std::array<UChar, 2048> units;
  do {
    error = U_ZERO_ERROR;
    UChar* target = units.data();
    ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, end, nullptr, true,
                   &error);
    for (const UChar* unit = units.data(); unit != target; ++unit) {
      const PatchedText text = Patched(charset, *unit);
      reader.Put(text.units[0]);
      if (text.units[1] != 0) reader.Put(text.units[1]);
    }
  } while (error == U_BUFFER_OVERFLOW_ERROR);
  reader.Finish();
  return out.Finish();
}

// What an encoding has no bytes for: "&#N;", percent-encoded.
void OnUnencodable(const void*, UConverterFromUnicodeArgs* args, const UChar*, int32_t, UChar32 code_point,
                   UConverterCallbackReason reason, UErrorCode* error) {
  if (reason > UCNV_IRREGULAR) return;
  *error = U_ZERO_ERROR;
  const std::string reference = "%26%23" + std::to_string(code_point) + "%3B";
  ucnv_cbFromUWriteBytes(args, reference.data(), static_cast<int32_t>(reference.size()), 0, error);
}

std::string_view RepairUtf8(std::string_view bytes, Arena& arena) {
  const std::size_t valid = Utf8Prefix(bytes);
  if (valid == bytes.size()) return bytes;
  std::string repaired;
  repaired.reserve(bytes.size() + bytes.size() / 8);
  AppendUtf8Repaired(bytes, repaired.max_size(), repaired);
  return arena.Copy(repaired);
}

}  // namespace

std::string_view DecodeToUtf8(Charset charset, std::string_view bytes, Arena& arena) {
  if (bytes.empty()) return {};
  if (charset == Charset::kUtf8) return RepairUtf8(bytes, arena);
  if (charset == Charset::kReplacement) return "\xEF\xBF\xBD";
  const bool wide = charset == Charset::kUtf16be || charset == Charset::kUtf16le;
  // All others but ISO-2022-JP, which has escapes, read ASCII as it is.
  if (!wide && charset != Charset::kIso2022Jp && IsAscii(bytes)) return bytes;
  if (IsSingleByte(charset)) return DecodeUpperHalf(UpperHalfOf(charset), bytes, arena);
  if (charset == Charset::kXUserDefined) {
    UpperHalf units;
    for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<char16_t>(0xF780 + i);
    return DecodeUpperHalf(units, bytes, arena);
  }
  return DecodeWithIcu(charset, bytes, arena);
}

std::string EncodeQuery(Charset charset, std::string_view query) {
  const bool as_utf8 =
      charset == Charset::kUtf8 || charset == Charset::kUtf16be || charset == Charset::kUtf16le;
  if (as_utf8 || IcuName(charset) == nullptr || IsAscii(query)) return std::string(query);
  UErrorCode error = U_ZERO_ERROR;
  const Converter converter(ucnv_open(IcuName(charset), &error));
  if (U_FAILURE(error)) return std::string(query);
  ucnv_setFromUCallBack(converter.get(), OnUnencodable, nullptr, nullptr, nullptr, &error);
  std::vector<UChar> units(query.size() + 1);
  int32_t count = 0;
  u_strFromUTF8(units.data(), static_cast<int32_t>(units.size()), &count, query.data(),
                static_cast<int32_t>(query.size()), &error);
  // The longest of a unit is a reference of 16 bytes.
  std::string bytes(static_cast<std::size_t>(count) * 16 + 16, '\0');
  const int32_t size = ucnv_fromUChars(converter.get(), bytes.data(), static_cast<int32_t>(bytes.size()),
                                       units.data(), count, &error);
  if (U_FAILURE(error)) return std::string(query);
  std::string encoded;
  for (int32_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    if (byte < 0x80) {
      encoded.push_back(static_cast<char>(byte));
    } else {
      AppendEscape(byte, encoded);
    }
  }
  return encoded;
}

void PreloadCharsets() {
  UpperHalfOf(Charset::kWindows1252);
  for (std::size_t i = 0; i < kCharsets; ++i) {
    const char* const name = IcuName(static_cast<Charset>(i));
    UErrorCode error = U_ZERO_ERROR;
    if (name != nullptr) const Converter converter(ucnv_open(name, &error));
  }
}

}  // namespace trawl::parser
