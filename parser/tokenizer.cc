#include "parser/tokenizer.h"

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/html_names.h"
#include "parser/markup_extent.h"

namespace trawl::parser {

using namespace markup;

namespace {

std::string_view View(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

bool StartsWith(const char* at, const char* end, std::string_view lower) {
  return StartsWithIgnoreCase(View(at, end), lower);
}

// Whether `at` begins with the whole name "script".
bool IsScript(const char* at, const char* end) {
  constexpr std::string_view kScript = "script";
  return StartsWith(at, end, kScript) && View(at, end).size() > kScript.size() &&
         Is(at[kScript.size()], kEndsName);
}

}  // namespace

Tokenizer::Token Tokenizer::ReadOther() {
  switch (state_) {
    case State::kData:
      return ReadData();
    case State::kRcdata:
    case State::kRawText:
      return ReadRawText();
    case State::kScriptData:
      return ReadScript();
    case State::kCdataSection:
      return ReadCdata();
    case State::kPlaintext:
      text_changes_ = true;
      text_is_space_ = false;
      return EmitText(end_, RawText::kRawText);
  }
  return Token::kEnd;
}

Tokenizer::Token Tokenizer::EmitText(const char* end, RawText kind) {
  text_ = View(at_, end);
  text_kind_ = kind;
  at_ = end;
  return Token::kText;
}

// Data state (13.2.5.1), tag open and tag name state (13.2.5.6 to 8). A tag cut off by the end of the
// document is nothing.
Tokenizer::Token Tokenizer::ReadData() {
  while (*at_ == '<') {
    const std::ptrdiff_t left = end_ - at_;
    const int ends = left > 2 && at_[1] == '/' ? 1 : 0;
    const char* const name = at_ + 1 + ends;
    if (left > 1 && Is(*name, kLetter)) {
      const NameExtent extent = ExtentOfName<kEndsName>(name, end_);
      name_ = View(name, extent.end);
      name_key_ = extent.key;
      tag_ = &FindTag(extent.key, name_.size());
      attribute_count_ = 0;
      self_closing_ = false;
      at_ = extent.end;
      const Token token = ends != 0 ? Token::kEndTag : Token::kStartTag;
      const std::uint8_t left_out = left_out_ & tag_->idle;
      if (left_out != 0) {
        const char* const behind = BehindPlainTag(at_, end_, extent.stops_behind);
        if (behind == nullptr) return ReadAttributes(token);
        at_ = behind;
        if ((left_out & kIdleTags) == 0) return token;
        if (at_ == end_) return Token::kEnd;
        continue;
      }
      if (at_ == end_ || *at_ != '>') return ReadAttributes(token);
      ++at_;
      return token;
    }
    if (!BeginsMarkup(at_, end_)) break;
    const Token token = ReadRareMarkup();
    if (token != Token::kEnd || at_ == end_) return token;
  }
  return ReadText();
}

// Text up to a '<' that begins something.
Tokenizer::Token Tokenizer::ReadText() {
  if (end_ - at_ >= ByteBlock::kSize) {  // most end within a block
    const ByteBlock block(at_);
    const std::uint32_t less_than = block.Equal('<');
    const char* const end = at_ + (less_than != 0 ? __builtin_ctz(less_than) : 0);
    if (less_than != 0 && BeginsMarkup(end, end_)) {
      const std::uint32_t text = BitsBefore(less_than);
      text_is_space_ = (text & ~block.Spaces()) == 0;
      text_changes_ = (text & block.OneOf<'&', '\0', '\r'>()) != 0;
      return EmitText(end, RawText::kText);
    }
  }
  std::uint32_t changed = 0;
  const char* at = at_;
  text_is_space_ = false;
  if (Is(*at, kSpace)) {
    at = BehindSpace(at, end_, changed);
    text_is_space_ = at == end_ || (*at == '<' && BeginsMarkup(at, end_));
  }
  while (!text_is_space_) {
    std::uint32_t less_than = 0;
    for (; end_ - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
      const ByteBlock block(at);
      less_than = block.Equal('<');
      changed |= block.OneOf<'&', '\0', '\r'>() & BitsBefore(less_than);
      if (less_than != 0) break;
    }
    if (less_than != 0) {
      at += __builtin_ctz(less_than);
    } else {
      for (; at != end_ && *at != '<'; ++at) changed |= Is(*at, kChanges);
    }
    if (at == end_ || BeginsMarkup(at, end_)) break;
    ++at;
  }
  text_changes_ = changed != 0;
  return EmitText(at, RawText::kText);
}

// Tag open state (13.2.5.6), for a '<' that begins something but a tag. kEnd: nothing came of it.
Tokenizer::Token Tokenizer::ReadRareMarkup() {
  if (at_[1] == '!') return ReadBang();
  if (at_[1] == '?') return ReadBogusComment(at_ + 1);
  if (at_[2] != '>') return ReadBogusComment(at_ + 2);
  at_ += 3;
  return Token::kEnd;
}

// Before attribute name state to self-closing start tag state (13.2.5.32 to 40).
Tokenizer::Token Tokenizer::ReadAttributes(Token kind) {
  const char* at = at_;
  const char* const end = end_;
  at_ = end_;
  while (true) {
    const char* const behind = at;  // a '/' before it belongs to the value
    while (at != end && Is(*at, kBeforeName)) ++at;
    if (at == end) return Token::kEnd;
    if (*at == '>') {
      self_closing_ = at != behind && at[-1] == '/';
      break;
    }
    const char* const name = at;
    const NameExtent extent = ExtentOfName<kEndsAttributeName>(name, end);
    at = extent.end;
    ValueExtent value = {at, at, false};
    if (end - at > 1 && at[0] == '=' && at[1] == '"') {  // as most are written
      value = ExtentOfValue(at + 2, end);
      if (value.end == end) return Token::kEnd;
      at = value.end + 1;
    } else {
      at = SkipSpace(at, end);
      if (at == end) return Token::kEnd;
      if (*at == '=') {
        at = SkipSpace(at + 1, end);
        if (at == end) return Token::kEnd;
        const int quote = *at == '"' || *at == '\'' ? 1 : 0;
        value.begin = at + quote;
        value.end = quote != 0 ? FindByte(value.begin, end, *at) : FindUnquotedEnd(at, end);
        if (value.end == end) return Token::kEnd;
        at = value.end + quote;
        const std::string_view written = View(value.begin, value.end);
        value.changes = FindChangedByte(written, RawText::kAttribute) != written.size();
      }
    }
    if (attribute_count_ == attribute_slots_) {
      if (attribute_count_ == kMaxAttributes) continue;
      attribute_slots_ *= 2;
      attributes_.resize(attribute_slots_);
    }
    attributes_[attribute_count_++] = {extent.key, View(name, extent.end), View(value.begin, value.end),
                                       value.changes};
  }
  at_ = at + 1;
  if (kind == Token::kEndTag) attribute_count_ = 0;
  return kind;
}

// Markup declaration open state (13.2.5.42).
Tokenizer::Token Tokenizer::ReadBang() {
  const char* const at = at_ + 2;
  if (StartsWith(at, end_, "--")) return ReadComment();
  if (StartsWith(at, end_, "doctype")) return ReadDoctype();
  if (cdata_allowed_ && View(at, end_).starts_with("[CDATA[")) {
    at_ = at + 7;
    state_ = State::kCdataSection;
    return ReadCdata();
  }
  return ReadBogusComment(at);
}

// Comment start state to comment end bang state (13.2.5.43 to 52).
Tokenizer::Token Tokenizer::ReadComment() {
  const char* const start = at_ + 4;
  text_kind_ = RawText::kRawText;
  if (View(start, end_).starts_with('>') || View(start, end_).starts_with("->")) {
    text_ = {};
    at_ = start + (*start == '>' ? 1 : 2);
    return Token::kComment;
  }
  for (const char* at = start; (at = FindByte(at, end_, '>')) != end_; ++at) {
    const std::string_view before = View(start, at);
    const std::size_t mark = before.ends_with("--") ? 2 : before.ends_with("--!") ? 3 : 0;
    if (mark == 0) continue;
    text_ = before.substr(0, before.size() - mark);
    at_ = at + 1;
    return Token::kComment;
  }
  // What may have been the beginning of its end is not part of a comment that the document cuts off.
  text_ = View(start, end_);
  for (const std::string_view mark : {"--!", "--", "-"}) {
    if (!text_.ends_with(mark)) continue;
    text_.remove_suffix(mark.size());
    break;
  }
  at_ = end_;
  return Token::kComment;
}

Tokenizer::Token Tokenizer::ReadBogusComment(const char* start) {
  const char* const close = FindByte(start, end_, '>');
  text_ = View(start, close);
  text_kind_ = RawText::kRawText;
  at_ = close == end_ ? end_ : close + 1;
  return Token::kComment;
}

// Every state of a DOCTYPE ends at '>', inside its quotes as well (13.2.5.53 to 68).
Tokenizer::Token Tokenizer::ReadDoctype() {
  const char* const start = at_ + 9;
  const char* const close = FindByte(start, end_, '>');
  text_ = View(start, close);
  text_kind_ = RawText::kRawText;
  at_ = close == end_ ? end_ : close + 1;
  return Token::kDoctype;
}

// CDATA section state (13.2.5.69).
Tokenizer::Token Tokenizer::ReadCdata() {
  text_changes_ = true;
  text_is_space_ = false;
  for (const char* at = at_; (at = FindByte(at, end_, '>')) != end_; ++at) {
    if (!View(at_, at).ends_with("]]")) continue;
    state_ = State::kData;
    const Token token = EmitText(at - 2, RawText::kCdata);
    at_ = at + 1;
    return token;
  }
  return at_ == end_ ? Token::kEnd : EmitText(end_, RawText::kCdata);
}

// Whether the '<' begins the appropriate end tag.
bool Tokenizer::IsEndTag(const char* less_than) const {
  const std::string_view rest = View(less_than + 1, end_);
  const std::size_t size = end_tag_name_.size();
  if (size == 0 || rest.size() < size + 2 || rest[0] != '/' || !Is(rest[size + 1], kEndsName)) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (ToAsciiLower(rest[i + 1]) != ToAsciiLower(end_tag_name_[i])) return false;
  }
  return true;
}

// RCDATA and RAWTEXT states (13.2.5.2, 3, 9 to 14).
Tokenizer::Token Tokenizer::ReadRawText() {
  const char* at = at_;
  while ((at = FindByte(at, end_, '<')) != end_ && !IsEndTag(at)) ++at;
  if (at == at_) {
    state_ = State::kData;
    return ReadData();
  }
  text_changes_ = true;
  text_is_space_ = false;
  return EmitText(at, state_ == State::kRcdata ? RawText::kRcdata : RawText::kRawText);
}

// Script data states (13.2.5.4, 15 to 31). Behind "<!--" a script is escaped until "-->": there, "<script"
// begins a part in which "</script" ends only that part.
Tokenizer::Token Tokenizer::ReadScript() {
  if (*at_ == '<' && IsEndTag(at_)) {
    state_ = State::kData;
    return ReadData();
  }
  bool escaped = false;
  bool doubly = false;
  const char* at = at_;
  const char* dashes = at_;  // a '>' at or before this cannot end the escaped part
  while (true) {
    at = FindByte(at, end_, '<');
    if (escaped) {
      // The part may end before that '<'.
      const char* close = dashes;
      while ((close = FindByte(close, at, '>')) != at && !(close[-1] == '-' && close[-2] == '-')) ++close;
      if (close != at) {
        escaped = doubly = false;
      } else {
        dashes = at;
      }
    }
    if (at == end_) break;
    if (!escaped) {
      if (IsEndTag(at)) break;
      if (View(at, end_).starts_with("<!--")) {
        escaped = true;
        dashes = at + 4;
        at += 4;
        continue;
      }
    } else if (!doubly) {
      if (IsEndTag(at)) break;
      doubly = IsScript(at + 1, end_);
    } else if (at + 1 != end_ && at[1] == '/' && IsScript(at + 2, end_)) {
      doubly = false;
    }
    ++at;
  }
  text_changes_ = true;
  text_is_space_ = false;
  return EmitText(at, RawText::kRawText);
}

}  // namespace trawl::parser
