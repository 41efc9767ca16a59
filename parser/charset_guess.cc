#include "parser/charset_guess.h"

#include <uchardet/uchardet.h>

#include <algorithm>
#include <memory>

#include "parser/utf8.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kLooked = 64 * 1024;
// With fewer bytes beyond ASCII uchardet is wrong more often than windows-1252 is.
constexpr std::ptrdiff_t kMinBytes = 8;

struct Free {
  void operator()(uchardet_t detector) const { uchardet_delete(detector); }
};

bool IsHigh(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::optional<Charset> GuessCharset(std::string_view body) {
  body.remove_prefix(AsciiPrefix(body));
  body = body.substr(0, kLooked);
  if (std::count_if(body.begin(), body.end(), IsHigh) < kMinBytes) return std::nullopt;
  const std::unique_ptr<std::remove_pointer_t<uchardet_t>, Free> detector(uchardet_new());
  if (!detector || uchardet_handle_data(detector.get(), body.data(), body.size()) != 0) return std::nullopt;
  uchardet_data_end(detector.get());
  const auto charset = CharsetOfLabel(uchardet_get_charset(detector.get()));
  // What no browser decodes without being told, it does not take for a guess either; and it is not UTF-8, or
  // we would not be here.
  if (!charset || *charset == Charset::kReplacement || *charset == Charset::kUtf8 ||
      *charset == Charset::kUtf16be || *charset == Charset::kUtf16le) {
    return std::nullopt;
  }
  return charset;
}

}  // namespace trawl::parser
