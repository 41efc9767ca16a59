#include "parser/json_reader.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <iterator>
#include <utility>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

constexpr bool IsJsonSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool IsHex(char c) {
  return IsAsciiDigit(c) || (ToAsciiLower(c) >= 'a' && ToAsciiLower(c) <= 'f');
}

// The size of the string, number or word at the beginning of `text`; 0 when there is none.
std::size_t StringSize(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') return at + 1;
    if (static_cast<unsigned char>(c) < 0x20) return 0;
    if (c != '\\') continue;
    if (++at == text.size()) return 0;
    if (text[at] == 'u') {
      if (at + 4 >= text.size() || !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                                text.begin() + static_cast<std::ptrdiff_t>(at) + 5, IsHex))
        return 0;
      at += 4;
    } else if (std::string_view("\"\\/bfnrt").find(text[at]) == std::string_view::npos) {
      return 0;
    }
  }
  return 0;
}

std::size_t NumberSize(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && IsAsciiDigit(text[at])) ++at;
    return at > from;
  };
  const auto take = [&](char c) { return at < text.size() && text[at] == c && ++at; };
  take('-');
  if (!take('0') && !digits()) return 0;
  if (take('.') && !digits()) return 0;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (!digits()) return 0;
  }
  return at;
}

std::size_t ScalarSize(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '"') return StringSize(text);
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text.starts_with(word)) return word.size();
  }
  return NumberSize(text);
}

// The size of the value at the beginning of JSON that is known to be good.
std::size_t ValueSize(std::string_view json) {
  std::size_t depth = 0, at = 0;
  do {
    const char c = json[at];
    if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (c == ',' || c == ':' || IsJsonSpace(c)) {
      ++at;
    } else {
      at += std::max<std::size_t>(ScalarSize(json.substr(at)), 1);
    }
  } while (depth > 0 && at < json.size());
  return at;
}

// The members of an object or array, by `take(key, value)`; an array's have no key.
template <class Take>
void ForEachMember(std::string_view json, Take take) {
  const bool object = json[0] == '{';
  std::size_t at = 1;
  const auto skip = [&] {
    while (at < json.size() && (IsJsonSpace(json[at]) || json[at] == ',' || json[at] == ':')) ++at;
  };
  for (skip(); at < json.size() && json[at] != '}' && json[at] != ']'; skip()) {
    std::string_view key;
    if (object) {
      key = json.substr(at, StringSize(json.substr(at)));
      at += key.size();
      skip();
    }
    const std::string_view value = json.substr(at, ValueSize(json.substr(at)));
    at += value.size();
    take(key, value);
  }
}

// Writes tokens one after the other and leaves out what JSON does not know.
class Mender {
 public:
  explicit Mender(std::string_view text) : text_(text) {}

  std::optional<std::string> Run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) <= 0x20 || c == ';') {
        ++at_;
      } else if (text_.substr(at_).starts_with("\xEF\xBB\xBF")) {
        at_ += 3;
      } else if (!Comment() && !Token(c)) {
        return std::nullopt;
      }
    }
    if (values_ > 1) out_ = "[" + out_ + "]";
    return IsJson(out_) ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  static constexpr std::pair<std::string_view, std::string_view> kComments[] = {
      {"<!--", "-->"}, {"/*", "*/"}, {"//", "\n"}, {"<![CDATA[", ""}, {"]]>", ""}, {"-->", ""}};

  /// Where the comments of a kind end next, looked for once: a page may open very many.
  std::size_t NextClose(std::size_t kind, std::size_t from) {
    std::size_t& close = closes_[kind];
    if (close != std::string_view::npos && close < from) close = text_.find(kComments[kind].second, from);
    return close;
  }

  bool Comment() {
    for (std::size_t kind = 0; kind < std::size(kComments); ++kind) {
      const auto& [open, close] = kComments[kind];
      if (!text_.substr(at_).starts_with(open)) continue;
      const std::size_t end = close.empty() ? at_ + open.size() : NextClose(kind, at_ + open.size());
      // A comment around all of it, as in old scripts, hides nothing.
      const bool around =
          end == std::string_view::npos || (open == "<!--" && out_.empty() && close.size() == 3 &&
                                            text_.substr(end).size() <= close.size() + 2);
      at_ = around ? at_ + open.size() : end + (close == "\n" ? 0 : close.size());
      return true;
    }
    return false;
  }

  bool Token(char c) {
    if (depth_ == 0) {
      if (c == ',') return ++at_;
      if (values_++ > 0) out_ += ',';
    }
    if (c == '"') return Text();
    if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      if (depth_ == 0) return false;
      --depth_;
      if (out_.back() == ',') out_.pop_back();
    } else if (c == ',' && (out_.back() == ',' || out_.back() == '{' || out_.back() == '[')) {
      ++at_;
      return true;
    } else if (c != ',' && c != ':') {
      const std::size_t size = ScalarSize(text_.substr(at_));
      out_ += text_.substr(at_, size);
      at_ += size;
      return size > 0;
    }
    out_ += c;
    ++at_;
    return true;
  }

  bool Text() {
    out_ += '"';
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        out_ += '"';
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        AppendControl(c);
      } else if (c == '\\' && at_ + 1 < text_.size()) {
        Escape();
      } else {
        out_ += c;
      }
    }
    return false;
  }

  void AppendControl(char c) {
    if (c == '\n')
      out_ += "\\n";
    else if (c == '\t')
      out_ += "\\t";
    else if (c == '\r')
      out_ += "\\r";
  }

  void Escape() {
    const char c = text_[++at_];
    const bool unicode = c == 'u' && at_ + 4 < text_.size() && IsHex(text_[at_ + 1]) &&
                         IsHex(text_[at_ + 2]) && IsHex(text_[at_ + 3]) && IsHex(text_[at_ + 4]);
    if (unicode || (c != 'u' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos)) {
      out_ += '\\';
      out_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      AppendControl(c);
    } else {
      out_ += c;  // an escape that JSON does not know, such as \'
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  std::array<std::size_t, std::size(kComments)> closes_{};  // by kind; npos: none follows
  std::string out_;
};

}  // namespace

bool IsJson(std::string_view text) {
  std::bitset<kMaxJsonDepth> objects;
  std::size_t depth = 0, at = 0;
  const auto skip = [&] {
    while (at < text.size() && IsJsonSpace(text[at])) ++at;
  };
  const auto key = [&] {
    const std::size_t size = at < text.size() && text[at] == '"' ? StringSize(text.substr(at)) : 0;
    at += size;
    skip();
    if (size == 0 || at == text.size() || text[at] != ':') return false;
    ++at;
    skip();
    return true;
  };
  for (skip();;) {  // once for each value
    if (at == text.size()) return false;
    bool opened = false;
    if (text[at] == '{' || text[at] == '[') {
      if (depth == kMaxJsonDepth) return false;
      objects[depth++] = text[at++] == '{';
      opened = true;
      skip();
      if (at == text.size()) return false;
      if (text[at] != (objects[depth - 1] ? '}' : ']')) {
        if (objects[depth - 1] && !key()) return false;
        continue;
      }
    } else {
      const std::size_t size = ScalarSize(text.substr(at));
      if (size == 0) return false;
      at += size;
    }
    // What closes behind the value, then a comma or the end.
    for (skip(); depth > 0 && at < text.size() && text[at] == (objects[depth - 1] ? '}' : ']'); skip()) {
      ++at;
      --depth;
      opened = false;
    }
    if (opened) return false;
    if (depth == 0) return at == text.size();
    if (at == text.size() || text[at] != ',') return false;
    ++at;
    skip();
    if (objects[depth - 1] && !key()) return false;
  }
}

std::optional<std::string> MendJson(std::string_view text) {
  return Mender(text).Run();
}

std::string_view JsonValueAt(std::string_view json, std::string_view key) {
  std::string_view found;
  if (!json.starts_with('{')) return found;
  ForEachMember(json, [&](std::string_view name, std::string_view value) {
    const bool plain = name.find('\\') == std::string_view::npos;
    if (found.empty() && (plain ? name.substr(1, name.size() - 2) == key : JsonText(name) == key))
      found = value;
  });
  return found;
}

std::string JsonText(std::string_view string) {
  std::string text;
  const auto unit = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (const char c : string.substr(at, 4))
      value = value * 16 + static_cast<std::uint32_t>(IsAsciiDigit(c) ? c - '0' : ToAsciiLower(c) - 'a' + 10);
    return value;
  };
  for (std::size_t at = 1; at + 1 < string.size(); ++at) {
    if (string[at] != '\\') {
      text += string[at];
      continue;
    }
    const char c = string[++at];
    constexpr std::string_view kNames = "bfnrt", kValues = "\b\f\n\r\t";
    if (c != 'u') {
      const std::size_t name = kNames.find(c);
      text += name == std::string_view::npos ? c : kValues[name];
      continue;
    }
    std::uint32_t code = unit(at + 1);
    at += 4;
    if (code >= 0xD800 && code < 0xDC00 && string.substr(at + 1, 2) == "\\u") {
      const std::uint32_t low = unit(at + 3);
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
      }
    }
    AppendUtf8(code, text);
  }
  return text;
}

std::vector<std::string_view> JsonMembers(std::string_view json) {
  std::vector<std::string_view> members;
  if (!json.starts_with('[')) return {json};
  ForEachMember(json, [&](std::string_view, std::string_view member) { members.push_back(member); });
  return members;
}

}  // namespace trawl::parser
