// First byte: an encoding. Then a Content-Type up to the end of the line. The rest: the document.

#include <string>

#include "parser/charset.h"
#include "parser/charset_decode.h"
#include "parser/utf8.h"
#include "tests/fuzz/fuzz.h"

namespace trawl::test {
namespace {

using namespace parser;

bool IsSingleByte(Charset charset) {
  return charset >= Charset::kIbm866 || charset == Charset::kXUserDefined;
}

void CheckDecode(Charset charset, std::string_view body, Arena& arena) {
  arena.Reset();
  const std::string utf8(DecodeToUtf8(charset, body, arena));
  Require(IsUtf8(utf8), "what is decoded is UTF-8", body);
  Require(utf8.size() <= 3 * body.size() + 6, "no more than three bytes for one", body);
  // Only ISO-2022-JP has bytes that stand for nothing.
  Require(body.empty() == utf8.empty() || charset == Charset::kIso2022Jp, "something of something", body);
  Require(DecodeToUtf8(Charset::kUtf8, utf8, arena) == utf8, "UTF-8 decodes to itself", body);
  Require(IsAscii(EncodeQuery(charset, utf8)) || charset == Charset::kUtf8 || !IsSingleByte(charset) ||
              charset == Charset::kXUserDefined || charset == Charset::kIso885916,
          "a query in its encoding is percent-encoded", body);
  if (!IsSingleByte(charset)) return;
  const std::size_t half = body.size() / 2;
  std::string halves(DecodeToUtf8(charset, body.substr(0, half), arena));
  halves += DecodeToUtf8(charset, body.substr(half), arena);
  Require(halves == utf8, "single bytes decode one by one", body);
}

void CheckSniff(std::string_view body, std::string_view content_type, Arena& arena) {
  arena.Reset();
  const DecodedText decoded = DecodeDocument(body, content_type, arena);
  Require(IsUtf8(decoded.utf8), "a document is UTF-8 after decoding", body);
  const CharsetVerdict bom = SniffCharset("\xEF\xBB\xBF" + std::string(body), content_type);
  Require(bom.charset == Charset::kUtf8 && bom.source == CharsetSource::kBom, "a byte order mark wins", body);
  const CharsetVerdict header = SniffCharset(body, "text/html;charset=koi8-r");
  Require(header.source == CharsetSource::kBom || header.charset == Charset::kKoi8R,
          "a header wins but for that", body);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  using namespace trawl::parser;
  if (size == 0 || size > (std::size_t{256} << 10)) return 0;
  static Arena arena(std::size_t{64} << 20);
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::string_view content_type = TakeLine(rest);
  CheckDecode(static_cast<Charset>(bytes[0] % kCharsets), rest, arena);
  CheckSniff(rest, content_type, arena);
  return 0;
}
