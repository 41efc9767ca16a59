#include "parser/token_notation.h"

#include <algorithm>
#include <map>

#include "parser/ascii.h"
#include "parser/doctype.h"
#include "parser/html_names.h"

namespace trawl::parser {
namespace {

using State = Tokenizer::State;
using Token = Tokenizer::Token;

std::string Characters(std::string_view raw, RawText kind) {
  std::string text;
  AppendCharacters(raw, kind, text);
  return text;
}

std::string LowerName(std::string_view raw) {
  std::string name = Characters(raw, RawText::kRawText);
  std::transform(name.begin(), name.end(), name.begin(), ToAsciiLower);
  return name;
}

class Notation {
 public:
  void Add(const Tokenizer& tokenizer, Token token, bool closed) {
    if (token == Token::kText) {
      characters_ += Characters(tokenizer.text(), tokenizer.text_kind());
      return;
    }
    FlushCharacters();
    switch (token) {
      case Token::kStartTag:
        Begin("StartTag");
        AddString(LowerName(tokenizer.name()));
        AddAttributes(tokenizer);
        if (tokenizer.self_closing()) json_ += ",true";
        break;
      case Token::kEndTag:
        Begin("EndTag");
        AddString(LowerName(tokenizer.name()));
        break;
      case Token::kComment:
        Begin("Comment");
        AddString(Characters(tokenizer.text(), tokenizer.text_kind()));
        break;
      default:
        AddDoctype(ReadDoctype(tokenizer.text(), closed));
        break;
    }
    json_ += ']';
  }

  std::string Finish() {
    FlushCharacters();
    return json_.empty() ? "[]" : json_ + "]";
  }

 private:
  void Begin(std::string_view kind) {
    json_ += json_.empty() ? "[[" : ",[";
    Quote(kind);
  }

  void FlushCharacters() {
    if (characters_.empty()) return;
    Begin("Character");
    AddString(characters_);
    json_ += ']';
    characters_.clear();
  }

  void AddString(std::string_view text) {
    json_ += ',';
    Quote(text);
  }

  void AddDoctype(const Doctype& doctype) {
    Begin("DOCTYPE");
    const auto add = [this](const auto& part, auto text_of) {
      if (part)
        AddString(text_of(*part));
      else
        json_ += ",null";
    };
    const auto as_it_is = [](std::string_view id) { return Characters(id, RawText::kRawText); };
    add(doctype.name, LowerName);
    add(doctype.public_id, as_it_is);
    add(doctype.system_id, as_it_is);
    json_ += doctype.force_quirks ? ",false" : ",true";
  }

  void AddAttributes(const Tokenizer& tokenizer) {
    std::map<std::string, std::string> attributes;
    for (const RawAttribute& attribute : tokenizer.attributes()) {
      attributes.emplace(LowerName(attribute.name), Characters(attribute.value, RawText::kAttribute));
    }
    json_ += ",{";
    for (const auto& [name, value] : attributes) {
      if (json_.back() != '{') json_ += ',';
      Quote(name);
      json_ += ':';
      Quote(value);
    }
    json_ += '}';
  }

  void Quote(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    json_ += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        json_ += '\\';
        json_ += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        json_ += "\\u00";
        json_ += kHex[c >> 4];
        json_ += kHex[c & 15];
      } else {
        json_ += c;
      }
    }
    json_ += '"';
  }

  std::string json_;
  std::string characters_;
};

}  // namespace

std::optional<State> TokenizerStateNamed(std::string_view name) {
  if (name == "Data state") return State::kData;
  if (name == "RCDATA state") return State::kRcdata;
  if (name == "RAWTEXT state") return State::kRawText;
  if (name == "Script data state") return State::kScriptData;
  if (name == "PLAINTEXT state") return State::kPlaintext;
  if (name == "CDATA section state") return State::kCdataSection;
  return std::nullopt;
}

std::string NoteTokens(std::string_view html, State state, std::string_view last_start_tag) {
  Tokenizer tokenizer(html);
  tokenizer.SwitchTo(state, last_start_tag);
  Notation notation;
  for (Token token; (token = tokenizer.Next()) != Token::kEnd;) {
    const std::string_view text = tokenizer.text();
    const bool closed = token == Token::kDoctype && text.data() + text.size() != html.data() + html.size();
    notation.Add(tokenizer, token, closed);
  }
  return notation.Finish();
}

}  // namespace trawl::parser
