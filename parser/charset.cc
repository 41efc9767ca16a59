#include "parser/charset.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/charset_decode.h"
#include "parser/charset_guess.h"
#include "parser/html_names.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

struct ByteOrderMark {
  std::string_view bytes;
  Charset charset;
};
constexpr ByteOrderMark kByteOrderMarks[] = {
    {"\xEF\xBB\xBF", Charset::kUtf8}, {"\xFE\xFF", Charset::kUtf16be}, {"\xFF\xFE", Charset::kUtf16le}};

const ByteOrderMark* FindByteOrderMark(std::string_view body) {
  for (const ByteOrderMark& mark : kByteOrderMarks) {
    if (body.starts_with(mark.bytes)) return &mark;
  }
  return nullptr;
}

bool IsUtf16(Charset charset) {
  return charset == Charset::kUtf16be || charset == Charset::kUtf16le;
}

// HTML 2.4.4, extracting a character encoding from a meta element.
std::optional<Charset> CharsetOfMetaContent(std::string_view content) {
  constexpr std::string_view kWord = "charset";
  for (std::size_t at = 0; at + kWord.size() <= content.size(); ++at) {
    if (!StartsWithIgnoreCase(content.substr(at), kWord)) continue;
    std::string_view rest = content.substr(at + kWord.size());
    const auto skip_space = [&rest] {
      while (!rest.empty() && IsHtmlSpace(rest.front())) rest.remove_prefix(1);
    };
    skip_space();
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    skip_space();
    if (rest.empty()) return std::nullopt;
    if (rest[0] == '"' || rest[0] == '\'') {
      const std::size_t close = rest.find(rest[0], 1);
      if (close == std::string_view::npos) return std::nullopt;
      return CharsetOfLabel(rest.substr(1, close - 1));
    }
    return CharsetOfLabel(rest.substr(0, rest.find_first_of("\t\n\f\r ;")));
  }
  return std::nullopt;
}

// HTML 13.2.3.2, get an XML encoding.
std::optional<Charset> CharsetOfXmlDeclaration(std::string_view body) {
  constexpr std::string_view kWord = "encoding";
  if (!body.starts_with("<?xml")) return std::nullopt;
  std::string_view rest = body.substr(0, body.find('>'));
  if (rest.size() == body.size()) return std::nullopt;
  const std::size_t word = rest.find(kWord);
  if (word == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(word + kWord.size());
  const auto skip_space = [&rest] {
    while (!rest.empty() && static_cast<unsigned char>(rest.front()) <= 0x20) rest.remove_prefix(1);
  };
  skip_space();
  if (!rest.starts_with('=')) return std::nullopt;
  rest.remove_prefix(1);
  skip_space();
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return std::nullopt;
  const std::size_t close = rest.find(rest[0], 1);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view label = rest.substr(1, close - 1);
  if (std::any_of(label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20; })) {
    return std::nullopt;
  }
  const auto charset = CharsetOfLabel(label);
  return charset && IsUtf16(*charset) ? Charset::kUtf8 : charset;
}

// One run of the prescan. Where the bytes end inside a tag nothing is known.
class Prescan {
 public:
  explicit Prescan(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::optional<Charset> Run() {
    for (; at_ != end_; ++at_) {
      if (*at_ != '<') continue;
      const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
      if (rest.starts_with("<!--")) {
        const std::size_t close = rest.find("-->", 2);
        if (close == std::string_view::npos) return std::nullopt;
        at_ += close + 2;
      } else if (rest.size() > 5 && StartsWithIgnoreCase(rest, "<meta") &&
                 (IsHtmlSpace(rest[5]) || rest[5] == '/')) {
        at_ += 5;
        if (const auto charset = Meta()) return charset;
        if (at_ == end_) break;
      } else if (IsTag(rest)) {
        while (at_ != end_ && !IsHtmlSpace(*at_) && *at_ != '>') ++at_;
        while (NextAttribute()) {
        }
        if (at_ == end_) break;
      } else if (rest.size() > 1 && (rest[1] == '!' || rest[1] == '/' || rest[1] == '?')) {
        const std::size_t close = rest.find('>');
        if (close == std::string_view::npos) return std::nullopt;
        at_ += close;
      }
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kMaxPart = 256;  // longer names and values cannot be what we look for

  struct Text {
    char bytes[kMaxPart];
    std::size_t size = 0;
    void Add(char c) {
      if (size < kMaxPart) bytes[size++] = ToAsciiLower(c);
    }
    std::string_view view() const { return {bytes, size}; }
  };

  static bool IsTag(std::string_view rest) {
    const std::size_t letter = rest.size() > 1 && rest[1] == '/' ? 2 : 1;
    if (rest.size() <= letter) return false;
    const char c = ToAsciiLower(rest[letter]);
    return c >= 'a' && c <= 'z';
  }

  std::optional<Charset> Meta() {
    bool pragma = false;
    std::optional<bool> needs_pragma;
    bool seen_http_equiv = false, seen_content = false, seen_charset = false;
    std::optional<Charset> charset;
    while (NextAttribute()) {
      const std::string_view name = name_.view();
      if (name == "http-equiv" && !seen_http_equiv) {
        seen_http_equiv = true;
        pragma = value_.view() == "content-type";
      } else if (name == "content" && !seen_content) {
        seen_content = true;
        if (const auto found = CharsetOfMetaContent(value_.view()); found && !charset) {
          charset = found;
          needs_pragma = true;
        }
      } else if (name == "charset" && !seen_charset) {
        seen_charset = true;
        charset = CharsetOfLabel(value_.view());
        needs_pragma = false;
      }
    }
    if (at_ == end_ || !charset || !needs_pragma || (*needs_pragma && !pragma)) return std::nullopt;
    if (IsUtf16(*charset)) return Charset::kUtf8;
    if (*charset == Charset::kXUserDefined) return Charset::kWindows1252;
    return charset;
  }

  // Get an attribute. False at the '>' of the tag, and at the end of the bytes.
  bool NextAttribute() {
    name_.size = value_.size = 0;
    while (at_ != end_ && (IsHtmlSpace(*at_) || *at_ == '/')) ++at_;
    if (at_ == end_ || *at_ == '>') return false;
    for (; at_ != end_ && !(*at_ == '=' && name_.size > 0); ++at_) {
      if (*at_ == '/' || *at_ == '>') return true;
      if (IsHtmlSpace(*at_)) {
        SkipSpace();
        if (at_ == end_) return false;
        if (*at_ != '=') return true;
        break;
      }
      name_.Add(*at_);
    }
    if (at_ == end_) return false;
    ++at_;
    return Value();
  }

  bool Value() {
    SkipSpace();
    if (at_ == end_) return false;
    if (*at_ == '"' || *at_ == '\'') {
      const char quote = *at_++;
      for (; at_ != end_ && *at_ != quote; ++at_) value_.Add(*at_);
      if (at_ == end_) return false;
      ++at_;
      return true;
    }
    for (; at_ != end_ && !IsHtmlSpace(*at_) && *at_ != '>'; ++at_) value_.Add(*at_);
    return at_ != end_;
  }

  void SkipSpace() {
    while (at_ != end_ && IsHtmlSpace(*at_)) ++at_;
  }

  const char* at_;
  const char* end_;
  Text name_;
  Text value_;
};

// Takes the value of the next parameter off `rest`, which begins behind its '='; quotes and escapes are
// undone.
std::string_view ParameterValue(std::string_view& rest, std::string_view closers) {
  if (!rest.starts_with('"')) {
    const std::string_view value = rest.substr(0, rest.find_first_of(closers));
    rest.remove_prefix(value.size());
    return value;
  }
  std::size_t close = 1;
  while (close < rest.size() && rest[close] != '"') close += rest[close] == '\\' ? 2 : 1;
  close = std::min(close, rest.size());
  const std::string_view value = rest.substr(1, close - 1);
  rest.remove_prefix(std::min(rest.find_first_of(closers, close), rest.size()));
  return value;
}

}  // namespace

std::optional<Charset> CharsetOfContentType(std::string_view content_type) {
  constexpr std::string_view kClosers = ";,";
  std::string_view rest = content_type;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of(";,=");
    if (end == std::string_view::npos) break;
    std::string_view name = rest.substr(0, end);
    while (!name.empty() && IsHtmlSpace(name.front())) name.remove_prefix(1);
    const bool has_value = rest[end] == '=';
    rest.remove_prefix(end + 1);
    if (!has_value) continue;
    const std::string_view value = ParameterValue(rest, kClosers);
    if (EqualsIgnoringCase(name, "charset")) {
      if (const auto charset = CharsetOfLabel(value)) return charset;
    }
  }
  return std::nullopt;
}

std::optional<Charset> PrescanCharset(std::string_view body) {
  const std::string_view bytes = body.substr(0, kPrescan);
  using namespace std::string_view_literals;
  if (bytes.starts_with("<\0?\0x\0"sv)) return Charset::kUtf16le;
  if (bytes.starts_with("\0<\0?\0x"sv)) return Charset::kUtf16be;
  if (const auto charset = Prescan(bytes).Run()) return charset;
  return CharsetOfXmlDeclaration(bytes);
}

CharsetVerdict SniffCharset(std::string_view body, std::string_view content_type) {
  if (const ByteOrderMark* const mark = FindByteOrderMark(body)) return {mark->charset, CharsetSource::kBom};
  if (const auto charset = CharsetOfContentType(content_type)) return {*charset, CharsetSource::kHttp};
  if (const auto charset = PrescanCharset(body)) return {*charset, CharsetSource::kMeta};
  const std::size_t ascii = AsciiPrefix(body);
  if (ascii < body.size()) {
    if (IsUtf8(body.substr(ascii))) return {Charset::kUtf8, CharsetSource::kGuess};
    if (const auto charset = GuessCharset(body)) return {*charset, CharsetSource::kGuess};
  }
  return {Charset::kWindows1252, CharsetSource::kDefault};
}

DecodedText DecodeDocument(std::string_view body, std::string_view content_type, Arena& arena) {
  DecodedText decoded = DecodeUnchecked(body, content_type, arena);
  if (decoded.verdict.charset == Charset::kUtf8)
    decoded.utf8 = DecodeToUtf8(Charset::kUtf8, decoded.utf8, arena);
  return decoded;
}

DecodedText DecodeUnchecked(std::string_view body, std::string_view content_type, Arena& arena) {
  const CharsetVerdict verdict = SniffCharset(body, content_type);
  if (const ByteOrderMark* const mark = FindByteOrderMark(body)) body.remove_prefix(mark->bytes.size());
  if (verdict.charset == Charset::kUtf8) return {verdict, body};
  return {verdict, DecodeToUtf8(verdict.charset, body, arena)};
}

}  // namespace trawl::parser
