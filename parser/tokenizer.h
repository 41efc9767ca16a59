#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "parser/character_reference.h"
#include "parser/html_tags.h"

namespace trawl::parser {

/// One attribute of a start tag as it is written: the name in any case, the value with its references.
struct RawAttribute {
  std::uint64_t key = 0;  ///< NameKey of the name in lower case
  std::string_view name;
  std::string_view value;
  bool value_changes = false;  ///< whether ForEachPiece may find anything but the value as it is
};

/// The tokenization of HTML 13.2.5 over a whole document in memory (UTF-8). It decodes nothing: what it gives
/// are views of the document, for ForEachPiece to read. Runs on: any, one thread at a time. Borrows the
/// document; owns one list, reused.
///
/// Who builds a tree, or behaves as if, tells it after a start tag which state comes next, and before the
/// next token whether CDATA sections are open to it.
class Tokenizer {
 public:
  enum class Token : std::uint8_t { kEnd, kText, kStartTag, kEndTag, kComment, kDoctype };
  enum class State : std::uint8_t { kData, kRcdata, kRawText, kScriptData, kPlaintext, kCdataSection };

  /// The most attributes kept of one tag. Those behind them are read over.
  static constexpr std::size_t kMaxAttributes = 4096;

  explicit Tokenizer(std::string_view html) : at_(html.data()), end_(html.data() + html.size()) {}

  /// Reads the next token. kEnd stays kEnd. Text may come in several pieces, some of them empty.
  Token Next() {
    if (at_ == end_) return Token::kEnd;
    return state_ == State::kData ? ReadData() : ReadOther();
  }

  /// kText, kComment: the raw characters. kDoctype: what stands between "<!DOCTYPE" and ">".
  std::string_view text() const { return text_; }
  /// kText, kComment: how ForEachPiece must read it.
  RawText text_kind() const { return text_kind_; }
  /// kText: whether ForEachPiece may find anything but the text as it is.
  bool text_changes() const { return text_changes_; }
  /// kText: known to be nothing but white space, as what stands between two tags often is.
  bool text_is_space() const { return text_is_space_; }

  /// kStartTag, kEndTag: the name as written.
  std::string_view name() const { return name_; }
  /// NameKey of the name in lower case.
  std::uint64_t name_key() const { return name_key_; }
  /// kStartTag, kEndTag: what the name means.
  const TagRow& tag() const { return *tag_; }
  /// kStartTag. Of two attributes of one name the first counts.
  std::span<const RawAttribute> attributes() const { return {attributes_.data(), attribute_count_}; }
  /// kStartTag.
  bool self_closing() const { return self_closing_; }

  /// In the states kRcdata, kRawText and kScriptData the end tag of `end_tag_name`, in any case, ends the
  /// text; it leads back to kData, as the end of a CDATA section does.
  void SwitchTo(State state, std::string_view end_tag_name = {}) {
    state_ = state;
    end_tag_name_ = end_tag_name;
  }
  /// Whether "<![CDATA[" begins a CDATA section: the adjusted current node is not in the HTML namespace
  /// (13.2.5.42).
  void AllowCdata(bool allow) { cdata_allowed_ = allow; }
  /// Lets the tokenizer leave IdleParts out. Tags that would need a closer look are given as ever: those with
  /// an attribute that begins with 'h' or 's', or that is written in a rarer way than name="value".
  void LeaveOut(std::uint8_t idle_parts) { left_out_ = idle_parts; }
  /// Reads over a line end, if one comes next.
  void SkipLineEnd() {
    const bool carriage_return = at_ != end_ && *at_ == '\r';
    at_ += carriage_return;
    if (at_ != end_ && *at_ == '\n') ++at_;
  }

 private:
  Token ReadData();
  Token ReadOther();
  Token ReadText();
  Token ReadRareMarkup();
  Token ReadBang();
  Token ReadComment();
  Token ReadBogusComment(const char* start);
  Token ReadDoctype();
  Token ReadCdata();
  Token ReadAttributes(Token kind);
  Token ReadRawText();
  Token ReadScript();
  Token EmitText(const char* end, RawText kind);
  bool IsEndTag(const char* less_than) const;

  const char* at_;
  const char* end_;
  State state_ = State::kData;
  bool cdata_allowed_ = false;
  std::uint8_t left_out_ = 0;
  std::string_view end_tag_name_;

  std::string_view text_;
  RawText text_kind_ = RawText::kText;
  bool text_changes_ = false;
  bool text_is_space_ = false;
  std::string_view name_;
  std::uint64_t name_key_ = 0;
  const TagRow* tag_ = nullptr;
  bool self_closing_ = false;
  // The slots double up to the most, and are as many as the vector has. To clear a vector would be a branch
  // for each tag, to ask it for its size a division for each attribute.
  static constexpr std::size_t kFirstSlots = 32;
  static_assert(kMaxAttributes % kFirstSlots == 0 && std::has_single_bit(kMaxAttributes));
  std::size_t attribute_slots_ = kFirstSlots;
  std::size_t attribute_count_ = 0;
  std::vector<RawAttribute> attributes_ = std::vector<RawAttribute>(attribute_slots_);
};

}  // namespace trawl::parser
