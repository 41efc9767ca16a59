#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trawl::parser {

/// Reads the tokens of CSS that selectors are made of (CSS Syntax Level 3, section 4). Each Read gives false,
/// and moves nothing, where its token does not stand. Runs on: any. Borrows the text.
class SelectorReader {
 public:
  explicit SelectorReader(std::string_view text) : text_(text) {}

  std::size_t offset() const { return at_; }
  void Return(std::size_t offset) { at_ = offset; }
  bool AtEnd() const { return at_ == text_.size(); }
  /// The next byte, 0 at the end.
  char Peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  bool ReadByte(char byte);
  /// Comments alone.
  void SkipComments();
  /// White space and comments; whether there was white space.
  bool SkipSpace();
  bool StartsIdentifier() const { return StartsIdentifierAt(at_); }
  bool ReadIdentifier(std::string& out);
  /// What follows a '#': any name.
  bool ReadName(std::string& out);
  /// A string in quotes, which the end of the text may close. False also where a line end breaks it.
  bool ReadString(std::string& out);
  /// An+B. Cuts what is beyond 32 bits.
  bool ReadNth(std::int32_t& step, std::int32_t& offset);
  /// Moves to the next comma or closing parenthesis of this level, or to the end.
  void SkipArgument();

 private:
  bool StartsIdentifierAt(std::size_t at) const;
  bool IsEscapeAt(std::size_t at) const;
  void ReadEscape(std::string& out);
  bool ReadDigits(std::int32_t& number);
  bool ReadWord(std::string_view lower);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace trawl::parser
