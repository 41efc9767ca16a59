#include "parser/percent_encode.h"

namespace trawl::parser {

bool AwaitsHexDigit(std::string_view text) {
  if (text.ends_with('%')) return true;
  return text.size() >= 2 && text[text.size() - 2] == '%' && HexValue(text.back()) >= 0;
}

void AppendEscape(unsigned char byte, std::string& out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const char escape[3] = {'%', kHex[byte >> 4], kHex[byte & 15]};
  out.append(escape, 3);
}

void AppendPercentEncoded(std::string_view text, EncodeSet set, std::string& out) {
  std::size_t clean = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!MustEncode(text[i], set)) continue;
    out.append(text, clean, i - clean);
    AppendEscape(static_cast<unsigned char>(text[i]), out);
    clean = i + 1;
  }
  out.append(text, clean);
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = EscapedByte(text, i);
    if (byte < 0) {
      out.push_back(text[i]);
    } else {
      out.push_back(static_cast<char>(byte));
      i += 2;
    }
  }
  return out;
}

}  // namespace trawl::parser
