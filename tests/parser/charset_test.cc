#include "parser/charset.h"

#include <string>

#include "parser/charset_decode.h"
#include "parser/utf8.h"
#include "tests/support/catch.h"

using namespace trawl::parser;
using namespace std::string_literals;

namespace {

std::string Decoded(std::string_view label, std::string_view bytes) {
  Arena arena(1 << 20);
  const auto charset = CharsetOfLabel(label);
  REQUIRE(charset.has_value());
  return std::string(DecodeToUtf8(*charset, bytes, arena));
}

// "name/source" of what the sniffing says.
std::string Sniffed(std::string_view body, std::string_view content_type = "") {
  const CharsetVerdict verdict = SniffCharset(body, content_type);
  return std::string(Name(verdict.charset)) + "/" + std::string(Name(verdict.source));
}

std::string Prescanned(std::string_view body) {
  const auto charset = PrescanCharset(body);
  return charset ? std::string(Name(*charset)) : "-";
}

}  // namespace

TEST_CASE("Labels mean encodings in any case and with white space around them") {
  for (const auto& [label, name] : {std::pair{"latin1", "windows-1252"},
                                    {" UTF8\n", "UTF-8"},
                                    {"gb2312", "GBK"},
                                    {"KS_C_5601-1987", "EUC-KR"},
                                    {"x-sjis", "Shift_JIS"},
                                    {"unicode", "UTF-16LE"},
                                    {"iso-8859-1", "windows-1252"},
                                    {"logical", "ISO-8859-8-I"},
                                    {"hz-gb-2312", "replacement"},
                                    {"us-ascii", "windows-1252"}}) {
    INFO(label);
    REQUIRE(CharsetOfLabel(label).has_value());
    CHECK(Name(*CharsetOfLabel(label)) == name);
  }
  for (const char* label :
       {"", "utf-7", "utf-32", "none", "utf 8", "a label that is longer than any other one"}) {
    CHECK_FALSE(CharsetOfLabel(label).has_value());
  }
}

TEST_CASE("Every encoding's own name is one of its labels") {
  for (std::size_t i = 0; i < kCharsets; ++i)
    CHECK(CharsetOfLabel(Name(static_cast<Charset>(i))) == static_cast<Charset>(i));
}

TEST_CASE("Byte order mark before header before meta") {
  const std::string meta = "<meta charset=koi8-r>";
  CHECK(Sniffed("\xEF\xBB\xBF" + meta, "text/html; charset=euc-jp") == "UTF-8/bom");
  CHECK(Sniffed("\xFE\xFF\0a"s) == "UTF-16BE/bom");
  CHECK(Sniffed("\xFF\xFE\0a"s) == "UTF-16LE/bom");
  CHECK(Sniffed(meta, "text/html; charset=euc-jp") == "EUC-JP/http");
  CHECK(Sniffed(meta, "text/html; charset=unheard-of") == "KOI8-R/meta");
  CHECK(Sniffed(meta) == "KOI8-R/meta");
}

TEST_CASE("Without a declaration the bytes decide") {
  CHECK(Sniffed("plain") == "windows-1252/default");
  CHECK(Sniffed("") == "windows-1252/default");
  CHECK(Sniffed("caf\xC3\xA9") == "UTF-8/guess");
  CHECK(Sniffed("caf\xE9") == "windows-1252/default");
  // "Privet, mir! Eto russkij tekst bez ob'javlenija kodirovki." in windows-1251.
  CHECK(Sniffed("\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0! \xDD\xF2\xEE \xF0\xF3\xF1\xF1\xEA\xE8\xE9 "
                "\xF2\xE5\xEA\xF1\xF2 \xE1\xE5\xE7 \xEE\xE1\xFA\xFF\xE2\xEB\xE5\xED\xE8\xFF "
                "\xEA\xEE\xE4\xE8\xF0\xEE\xE2\xEA\xE8.") == "windows-1251/guess");
}

TEST_CASE("The charset parameter of a Content-Type") {
  const auto charset = [](std::string_view header) {
    const auto found = CharsetOfContentType(header);
    return found ? std::string(Name(*found)) : "-";
  };
  CHECK(charset("text/html; charset=UTF-8") == "UTF-8");
  CHECK(charset("text/html;Charset=\"koi8-r\" ; x=y") == "KOI8-R");
  CHECK(charset("text/html; x=\"; charset=koi8-r\"; charset=utf-8") == "UTF-8");
  CHECK(charset("text/html; x=\"a\\\"; charset=koi8-r\"; charset=utf-8") == "UTF-8");
  CHECK(charset("text/html; charset=\"utf-8") == "UTF-8");
  CHECK(charset("text/html; charset = utf-8") == "-");
  CHECK(charset("text/html; charset='utf-8'") == "-");
  CHECK(charset("text/html; xcharset=utf-8") == "-");
  CHECK(charset("charset=") == "-");
  CHECK(charset("") == "-");
}

TEST_CASE("The prescan of the first bytes") {
  // HTML 13.2.3.2.
  CHECK(Prescanned("<meta http-equiv=Content-Type content='text/html; charset=EUC-JP'>") == "EUC-JP");
  CHECK(Prescanned("<META/charset = \"koi8-r\" >") == "KOI8-R");
  CHECK(Prescanned("<meta content='text/html; charset=EUC-JP'>") == "-");
  CHECK(Prescanned("<meta http-equiv=refresh content='text/html; charset=EUC-JP'>") == "-");
  CHECK(Prescanned("<meta charset=x-unknown><meta charset=big5>") == "Big5");
  CHECK(Prescanned("<!-- <meta charset=koi8-r> --><meta charset=big5>") == "Big5");
  CHECK(Prescanned("<!--><meta charset=koi8-r>") == "KOI8-R");
  CHECK(Prescanned("<a b='<meta charset=koi8-r>'><meta charset=big5>") == "Big5");
  CHECK(Prescanned("</x y='<meta charset=koi8-r>'><meta charset=big5>") == "Big5");
  CHECK(Prescanned("<? <meta charset=koi8-r> <meta charset=big5>") == "Big5");
  CHECK(Prescanned("<metax charset=koi8-r>") == "-");
  CHECK(Prescanned("<meta charset=koi8-r charset=big5>") == "KOI8-R");
  CHECK(Prescanned("<meta charset=utf-16>") == "UTF-8");
  CHECK(Prescanned("<meta charset=x-user-defined>") == "windows-1252");
  CHECK(Prescanned("<?xml version='1.0' encoding='koi8-r'?>") == "KOI8-R");
  CHECK(Prescanned("<?xml version='1.0' encoding='koi8-r'?><meta charset=big5>") == "Big5");
  CHECK(Prescanned("<\0?\0x\0m\0"s) == "UTF-16LE");
}

TEST_CASE("A declaration cut off anywhere declares nothing") {
  const std::string meta = "<meta http-equiv='content-type' content='text/html; charset=koi8-r'>";
  for (std::size_t size = 0; size < meta.size(); ++size) CHECK(Prescanned(meta.substr(0, size)) == "-");
}

TEST_CASE("The prescan sees a declaration that ends at its limit and none past it") {
  const std::string meta = "<meta charset=koi8-r>";
  const std::string fill(kPrescan - meta.size(), ' ');
  CHECK(Prescanned(fill + meta) == "KOI8-R");
  CHECK(Prescanned(fill + " " + meta) == "-");
}

TEST_CASE("Single-byte encodings follow the standard's indexes where ICU does not") {
  CHECK(Decoded("koi8-u", "\xAE\xBE") == "\xD1\x9E\xD0\x8E");
  CHECK(Decoded("windows-874", "\xDB") == "\xEF\xBF\xBD");
  CHECK(Decoded("windows-1253", "\xAA") == "\xEF\xBF\xBD");
  CHECK(Decoded("windows-1255", "\xCA") == "\xD6\xBA");
  CHECK(Decoded("iso-8859-16", "\xA4\xFE") == "\xE2\x82\xAC\xC8\x9B");
  CHECK(Decoded("latin1", "\x80\x81\xE9") == "\xE2\x82\xAC\xC2\x81\xC3\xA9");
  CHECK(Decoded("x-user-defined", "a\x80\xFF") == "a\xEF\x9E\x80\xEF\x9F\xBF");
}

TEST_CASE("Multi-byte encodings follow the standard's indexes where ICU does not") {
  CHECK(Decoded("gbk", "\x80") == "\xE2\x82\xAC");
  CHECK(Decoded("gb18030", "\xA3\xA0") == "\xE3\x80\x80");
  CHECK(Decoded("gb18030", "\xA6\xD9") == "\xEF\xB8\x90");
  CHECK(Decoded("big5", "\x87\xA4") == "\xE9\xBE\x97");
  CHECK(Decoded("big5", "\x88\x62") == "\xC3\x8A\xCC\x84");
  CHECK(Decoded("big5", "\xF9\xDA") == "\xE6\x81\x92");
  CHECK(Decoded("shift_jis", "\x80\x1A\x1C\x7F\x83\x65") == "\xC2\x80\x1A\x1C\x7F\xE3\x83\x86");
  CHECK(Decoded("euc-jp", "\xA5\xC6\x80") == "\xE3\x83\x86\xEF\xBF\xBD");
  CHECK(Decoded("euc-kr", "\xB0\xA1\xC9\xA1") == "\xEA\xB0\x80\xEF\xBF\xBD");
  CHECK(Decoded("iso-2022-jp", "\x1B$B%F\x1B(Bok") == "\xE3\x83\x86ok");
}

TEST_CASE("UTF-16 pairs surrogates and replaces those without a partner") {
  CHECK(Decoded("utf-16le", "\x3D\xD8\x00\xDE"s) == "\xF0\x9F\x98\x80");
  CHECK(Decoded("utf-16be", "\xD8\x3D\x00!"s) == "\xEF\xBF\xBD!");
  CHECK(Decoded("utf-16be", "\xDE\x00\x00!"s) == "\xEF\xBF\xBD!");
  CHECK(Decoded("utf-16le", "a\0b"s) == "a\xEF\xBF\xBD");
}

TEST_CASE("A broken sequence never swallows the markup behind it") {
  for (const char* label : {"gbk", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "utf-8"}) {
    INFO(label);
    CHECK(Decoded(label, "\x81<b>") == "\xEF\xBF\xBD<b>");
  }
}

TEST_CASE("What the replacement encoding stands for is one replacement character") {
  CHECK(Decoded("iso-2022-kr", "<script>") == "\xEF\xBF\xBD");
  CHECK(Decoded("iso-2022-kr", "").empty());
}

TEST_CASE("Whatever the bytes and the encoding, the result is UTF-8") {
  std::string bytes;
  unsigned state = 1;
  for (int i = 0; i < 4096; ++i)
    bytes.push_back(static_cast<char>((state = state * 1664525 + 1013904223) >> 24));
  for (std::size_t i = 0; i < kCharsets; ++i) {
    INFO(Name(static_cast<Charset>(i)));
    CHECK(IsUtf8(Decoded(Name(static_cast<Charset>(i)), bytes)));
  }
}

TEST_CASE("A document that is UTF-8 already is not copied, its byte order mark is left out") {
  Arena arena(1 << 20);
  const std::string body =
      "\xEF\xBB\xBF"
      "caf\xC3\xA9";
  const DecodedText decoded = DecodeDocument(body, "", arena);
  CHECK(decoded.utf8 == "caf\xC3\xA9");
  CHECK(decoded.utf8.data() == body.data() + 3);
  CHECK(arena.used() == 0);
}
