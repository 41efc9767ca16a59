#pragma once

#include <cstdint>
#include <string_view>

#include "parser/arena.h"
#include "parser/byte_search.h"

namespace trawl::parser {

/// Puts the visible text of a page together as a browser lays it out: runs of white space are one space,
/// blocks are lines, paragraphs have an empty line between them, cells of a row are parted by tabs (HTML,
/// innerText). Runs on: parser process. Owns nothing: its buffer lies in the arena.
class TextBuilder {
 public:
  /// `max`: bytes that the text may have.
  TextBuilder(Arena& arena, std::size_t max);

  /// `readable_end`: how far memory may be read, at least the text's end; with some bytes more it goes
  /// faster.
  void Characters(std::string_view text, const char* readable_end);
  void Characters(std::string_view text) { Characters(text, text.data() + text.size()); }
  void Space() { space_ = true; }  ///< characters that are white space
  /// As they are, with their spaces and line ends.
  void Preformatted(std::string_view text, const char* readable_end);
  /// At least `lines` line ends between what is before and what comes after; none before the first character.
  void Break(int lines) {
    if (lines > breaks_) breaks_ = lines;
  }
  void LineEnd() { ++line_ends_; }  ///< <br>: one line end more
  void Tab() { tab_ = true; }       ///< between two cells of one line

  /// The text so far; alive as long as the arena's contents. To be called once, last.
  std::string_view Finish();
  bool truncated() const { return truncated_; }

 private:
  void Separate();
  void Put(char c);
  void Append(std::string_view text, const char* readable_end);

  Arena& arena_;
  char* begin_;
  char* at_;
  char* end_;
  int breaks_ = 0;
  int line_ends_ = 0;
  bool tab_ = false;
  bool space_ = false;
  bool truncated_ = false;
};

/// A short text put together from pieces: white space folded and trimmed, cut between two characters at kMax
/// bytes. Runs on: parser process. Owns its bytes.
class FoldedText {
 public:
  static constexpr std::size_t kMax = 512;

  void Clear() {
    size_ = 0;
    space_ = full_ = false;
  }
  /// `readable_end`: as of TextBuilder.
  void Add(std::string_view text, const char* readable_end);
  void Add(std::string_view text) { Add(text, text.data() + text.size()); }
  void Space() {  // counts as white space between two pieces
    space_ = true;
  }
  std::string_view text() const { return {buffer_, size_}; }

 private:
  void AddRuns(std::string_view text);

  char buffer_[kMax + ByteBlock::kSize];
  std::size_t size_ = 0;
  bool space_ = false;
  bool full_ = false;
};

/// `text` with runs of white space folded into one space, trimmed, cut between two characters at `max` bytes.
/// A view of `text` where nothing had to be folded, else of the arena.
inline std::string_view Fold(std::string_view text, std::size_t max, Arena& arena);

/// Words of a text: runs between white space that hold a letter, a digit or anything beyond ASCII.
std::uint32_t CountWords(std::string_view text);

// Implementation.

std::string_view FoldSome(std::string_view text, std::size_t max, Arena& arena);

inline std::string_view Fold(std::string_view text, std::size_t max, Arena& arena) {
  return text.empty() ? text : FoldSome(text, max, arena);
}

}  // namespace trawl::parser
