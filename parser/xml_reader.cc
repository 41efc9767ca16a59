#include "parser/xml_reader.h"

#include <expat.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "parser/utf8.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kSlice = 64 * 1024;
constexpr std::size_t kMostAttributes = 100;  ///< of a tag that is read leniently
constexpr std::string_view kBlank = " \t\r\n";

std::string_view LocalName(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

void AppendUtf8(std::uint32_t c, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

/// The character that "#38", "#x26" or "amp" stands for; 0 when none.
std::uint32_t Reference(std::string_view name) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [word, c] : kNamed) {
    if (name == word) return static_cast<std::uint32_t>(c);
  }
  if (name.size() < 2 || name.size() > 9 || name[0] != '#') return 0;
  const bool hex = name[1] == 'x' || name[1] == 'X';
  std::uint32_t value = 0;
  for (const char c : name.substr(hex ? 2 : 1)) {
    std::uint32_t digit = 16;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (hex && c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a') + 10;
    if (hex && c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A') + 10;
    if (digit >= (hex ? 16u : 10u)) return 0;
    value = value * (hex ? 16 : 10) + digit;
    if (value > 0x10FFFF) return 0;
  }
  return value >= 0xD800 && value < 0xE000 ? 0 : value;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '&' ? text.find(';', i) : text.npos;
    const std::uint32_t c = end == text.npos ? 0 : Reference(text.substr(i + 1, end - i - 1));
    if (c != 0) {
      AppendUtf8(c, out);
      i = end;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

/// Reads tags, texts and CDATA one after the other, and believes each of them.
class LenientReader {
 public:
  LenientReader(std::string_view text, XmlSink& sink) : text_(text), sink_(sink) {}

  void Run() {
    while (at_ < text_.size()) {
      const std::size_t open = std::min(text_.find('<', at_), text_.size());
      if (open > at_) sink_.OnText(Unescape(text_.substr(at_, open - at_)));
      at_ = open;
      if (at_ < text_.size()) Markup();
    }
  }

 private:
  void Markup() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return Skip("-->");
    if (rest.starts_with("<![CDATA[")) {
      const std::size_t end = std::min(rest.find("]]>"), rest.size());
      sink_.OnText(rest.substr(9, end - std::min<std::size_t>(end, 9)));
      return Skip("]]>");
    }
    if (rest.starts_with("<?")) return Skip("?>");
    if (rest.starts_with("<!")) return Skip(">");
    const std::size_t end = rest.find('>');
    if (end == rest.npos) {
      if (rest.starts_with("</")) sink_.OnEnd({});
      at_ = text_.size();
      return;
    }
    Tag(rest.substr(1, end - 1));
    at_ += end + 1;
  }

  void Skip(std::string_view until) {
    const std::size_t end = text_.find(until, at_);
    at_ = end == text_.npos ? text_.size() : end + until.size();
  }

  void Tag(std::string_view tag) {
    if (tag.starts_with('/')) {
      tag.remove_prefix(1);
      sink_.OnEnd(LocalName(tag.substr(0, tag.find_first_of(kBlank))));
      return;
    }
    const bool empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    const std::string_view name = LocalName(tag.substr(0, tag.find_first_of(kBlank)));
    if (name.empty()) return;
    std::vector<std::pair<std::string_view, std::string>> values;
    for (std::size_t at = tag.find_first_of(kBlank); at != tag.npos && values.size() < kMostAttributes;) {
      at = tag.find_first_not_of(kBlank, at);
      const std::size_t equals = at == tag.npos ? tag.npos : tag.find('=', at);
      const std::size_t quote = equals == tag.npos ? tag.npos : tag.find_first_of("\"'", equals);
      const std::size_t end = quote == tag.npos ? tag.npos : tag.find(tag[quote], quote + 1);
      if (end == tag.npos) break;
      std::string_view key = tag.substr(at, equals - at);
      key = LocalName(key.substr(0, key.find_first_of(kBlank)));
      values.emplace_back(key, Unescape(tag.substr(quote + 1, end - quote - 1)));
      at = end + 1;
    }
    sink_.OnStart(name, XmlSink::Attributes(values.begin(), values.end()));
    if (empty) sink_.OnEnd(name);
  }

  std::string_view text_;
  XmlSink& sink_;
  std::size_t at_ = 0;
};

struct Strict {
  XmlSink& sink;
  XML_Parser parser;
  bool entities = false;
  XML_Index done = 0;  ///< bytes of the document that the sink has seen
  XmlSink::Attributes attributes;

  void Seen() { done = XML_GetCurrentByteIndex(parser) + XML_GetCurrentByteCount(parser); }
};

void XMLCALL HandleStart(void* user, const XML_Char* name, const XML_Char** attributes) {
  auto& strict = *static_cast<Strict*>(user);
  strict.attributes.clear();
  for (; *attributes != nullptr; attributes += 2)
    strict.attributes.emplace_back(LocalName(attributes[0]), attributes[1]);
  strict.sink.OnStart(LocalName(name), strict.attributes);
  strict.Seen();
}
void XMLCALL HandleEnd(void* user, const XML_Char* name) {
  auto& strict = *static_cast<Strict*>(user);
  strict.sink.OnEnd(LocalName(name));
  strict.Seen();
}
void XMLCALL HandleText(void* user, const XML_Char* text, int size) {
  auto& strict = *static_cast<Strict*>(user);
  strict.sink.OnText({text, static_cast<std::size_t>(size)});
  strict.Seen();
}
void XMLCALL HandleCdataEnd(void* user) {
  static_cast<Strict*>(user)->Seen();
}
void XMLCALL HandleEntity(void* user, const XML_Char*, int, const XML_Char*, int, const XML_Char*,
                          const XML_Char*, const XML_Char*, const XML_Char*) {
  auto& strict = *static_cast<Strict*>(user);
  strict.entities = true;
  XML_StopParser(strict.parser, XML_FALSE);
}

}  // namespace

XmlEnd ReadXml(std::string_view utf8, XmlSink& sink) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate("UTF-8"),
                                                                       XML_ParserFree);
  if (!parser) return XmlEnd::kBroken;
  Strict strict{sink, parser.get(), false, 0, {}};
  XML_SetUserData(parser.get(), &strict);
  XML_SetElementHandler(parser.get(), HandleStart, HandleEnd);
  XML_SetCharacterDataHandler(parser.get(), HandleText);
  XML_SetCdataSectionHandler(parser.get(), nullptr, HandleCdataEnd);
  XML_SetEntityDeclHandler(parser.get(), HandleEntity);
  for (std::size_t at = 0; at < utf8.size(); at += kSlice) {
    const std::string_view slice = utf8.substr(at, kSlice);
    const bool last = at + kSlice >= utf8.size();
    if (XML_Parse(parser.get(), slice.data(), static_cast<int>(slice.size()), last) == XML_STATUS_OK)
      continue;
    if (strict.entities) return XmlEnd::kEntities;
    LenientReader(utf8.substr(std::min(static_cast<std::size_t>(strict.done), utf8.size())), sink).Run();
    return XmlEnd::kBroken;
  }
  return XmlEnd::kWhole;
}

}  // namespace trawl::parser
