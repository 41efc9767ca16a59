#include "parser/html_text.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "parser/byte_search.h"
#include "parser/html_names.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

constexpr std::array<std::uint8_t, 256> MakeWordClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
    classes[c] = IsHtmlSpace(static_cast<char>(c)) ? 2 : letter ? 1 : 0;
  }
  return classes;
}
constexpr std::array<std::uint8_t, 256> kWordClasses = MakeWordClasses();

bool IsSpaceByte(char c) {
  return kWordClasses[static_cast<unsigned char>(c)] == 2;
}

// The instruction for it is not in every processor that this must run on.
std::uint32_t CountBits(std::uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
  bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return static_cast<std::uint32_t>(bits * 0x0101010101010101 >> 56);
}

// The first white space in [at, end) that is not one ' ' between two other characters.
const char* FindFold(const char* at, const char* end) {
  // Of the last byte of a block it takes the one behind it to know.
  for (; end - at > ByteBlock::kSize; at += ByteBlock::kSize) {
    const ByteBlock block(at);
    const std::uint32_t spaces = block.Spaces();
    if (spaces == 0) continue;
    const std::uint32_t next = spaces >> 1 | static_cast<std::uint32_t>(IsSpaceByte(at[ByteBlock::kSize]))
                                                 << (ByteBlock::kSize - 1);
    const std::uint32_t folds = (spaces & next) | (spaces ^ block.Equal(' '));
    if (folds != 0) return at + __builtin_ctz(folds);
  }
  while (at != end && !(IsSpaceByte(*at) && (*at != ' ' || at + 1 == end || IsSpaceByte(at[1])))) ++at;
  return at;
}

// Calls `run(text)` for each stretch that needs no folding, and `space()` for white space before, between and
// after them.
template <class Run, class Space>
void ForEachRun(std::string_view text, Run run, Space space) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (IsSpaceByte(*at)) {
      space();
      while (at != end && IsSpaceByte(*at)) ++at;
      continue;
    }
    const char* const start = at;
    at = FindFold(at, end);
    run(std::string_view(start, static_cast<std::size_t>(at - start)));
  }
}

std::string_view SkipLeadingSpace(std::string_view text) {
  std::size_t spaces = 0;
  while (spaces < text.size() && IsSpaceByte(text[spaces])) ++spaces;
  return text.substr(spaces);
}

// Copies `text` with each run of white space as one ' '. It must begin with something else, and `out` have
// room for it and a block. Gives the end of the copy.
inline char* CopyFolded(std::string_view text, const char* readable_end, char* out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint32_t behind_space = 0;
  while (at != end) {
    char last[ByteBlock::kSize];
    const char* from = at;
    if (readable_end - at < ByteBlock::kSize) {
      std::memcpy(last, at, static_cast<std::size_t>(end - at));
      from = last;
    }
    const ByteBlock block(from);
    block.StoreSpaced(out);
    std::uint32_t spaces = block.Spaces();
    std::ptrdiff_t size = ByteBlock::kSize;
    if (end - at < size) {
      size = end - at;
      spaces &= (1U << size) - 1;
    }
    const std::uint32_t folds = spaces & (spaces << 1 | behind_space);
    behind_space = spaces >> (ByteBlock::kSize - 1);
    if (folds != 0) {
      size = __builtin_ctz(folds);
      behind_space = 0;
    }
    out += size;
    at += size;
    if (folds != 0) {
      while (at != end && IsSpaceByte(*at)) ++at;
    }
  }
  return out;
}

}  // namespace

TextBuilder::TextBuilder(Arena& arena, std::size_t max) : arena_(arena) {
  begin_ = at_ = static_cast<char*>(arena.Allocate(max));
  end_ = begin_ + max;
}

void TextBuilder::Separate() {
  if (at_ != begin_) {
    const int lines = std::max(breaks_, line_ends_);
    if (lines > 0) {
      for (int i = 0; i < lines; ++i) Put('\n');
    } else if (tab_) {
      Put('\t');
    } else if (space_) {
      Put(' ');
    }
  }
  breaks_ = line_ends_ = 0;
  tab_ = space_ = false;
}

void TextBuilder::Put(char c) {
  if (at_ == end_) {
    truncated_ = true;
  } else {
    *at_++ = c;
  }
}

void TextBuilder::Append(std::string_view text, const char* readable_end) {
  constexpr std::size_t kShort = 4 * ByteBlock::kSize;
  if (text.size() <= kShort && static_cast<std::size_t>(end_ - at_) >= kShort &&
      static_cast<std::size_t>(readable_end - text.data()) >= kShort) {
    for (std::size_t i = 0; i < text.size(); i += ByteBlock::kSize) ByteBlock(text.data() + i).Store(at_ + i);
    at_ += text.size();
    return;
  }
  const std::string_view fitting = CutUtf8(text, static_cast<std::size_t>(end_ - at_));
  std::memcpy(at_, fitting.data(), fitting.size());
  at_ += fitting.size();
  if (fitting.size() < text.size()) {
    truncated_ = true;
    end_ = at_;
  }
}

void TextBuilder::Characters(std::string_view text, const char* readable_end) {
  const std::string_view rest = SkipLeadingSpace(text);
  space_ |= rest.size() < text.size();
  if (rest.empty()) return;
  Separate();
  if (static_cast<std::size_t>(end_ - at_) < rest.size() + ByteBlock::kSize) {
    ForEachRun(
        rest,
        [this, readable_end](std::string_view run) {
          Separate();
          Append(run, readable_end);
        },
        [this] { space_ = true; });
    return;
  }
  at_ = CopyFolded(rest, readable_end, at_);
  if (at_[-1] == ' ') {
    --at_;
    space_ = true;
  }
}

void TextBuilder::Preformatted(std::string_view text, const char* readable_end) {
  if (at_ == begin_) text.remove_prefix(std::min(text.size(), text.find_first_not_of('\n')));
  if (text.empty()) return;
  // Nothing but line ends is no text yet: they wait, so that a page never ends in them.
  const std::size_t last = text.find_last_not_of('\n');
  if (last == std::string_view::npos) {
    line_ends_ += static_cast<int>(text.size());
    return;
  }
  Separate();
  Append(text.substr(0, last + 1), readable_end);
  line_ends_ = static_cast<int>(text.size() - last - 1);
}

std::string_view TextBuilder::Finish() {
  const std::size_t size = static_cast<std::size_t>(at_ - begin_);
  arena_.Shrink(begin_, size);
  return {begin_, size};
}

void FoldedText::Add(std::string_view text, const char* readable_end) {
  if (full_) return;
  const std::string_view rest = SkipLeadingSpace(text);
  space_ |= rest.size() < text.size();
  if (rest.empty()) return;
  if (rest.size() >= kMax - size_) return AddRuns(rest);
  if (space_ && size_ > 0) buffer_[size_++] = ' ';
  size_ = static_cast<std::size_t>(CopyFolded(rest, readable_end, buffer_ + size_) - buffer_);
  space_ = buffer_[size_ - 1] == ' ';
  if (space_) --size_;
}

// For what may not fit.
void FoldedText::AddRuns(std::string_view text) {
  ForEachRun(
      text,
      [this](std::string_view run) {
        const std::size_t space = space_ && size_ > 0 ? 1 : 0;
        space_ = false;
        if (full_ || size_ + space >= kMax) {
          full_ = true;
          return;
        }
        const std::string_view fitting = CutUtf8(run, kMax - size_ - space);
        full_ = fitting.size() < run.size();
        if (fitting.empty()) return;
        if (space > 0) buffer_[size_++] = ' ';
        std::memcpy(buffer_ + size_, fitting.data(), fitting.size());
        size_ += fitting.size();
      },
      [this] { space_ = true; });
}

std::string_view FoldSome(std::string_view text, std::size_t max, Arena& arena) {
  text = TrimHtmlSpace(text);
  std::size_t runs = 0;
  ForEachRun(
      text, [&](std::string_view) { ++runs; }, [] {});
  if (runs <= 1) return CutUtf8(text, max);
  char* const buffer = static_cast<char*>(arena.Allocate(text.size()));
  char* at = buffer;
  ForEachRun(
      text,
      [&](std::string_view run) {
        if (at != buffer) *at++ = ' ';
        std::memcpy(at, run.data(), run.size());
        at += run.size();
      },
      [] {});
  return CutUtf8({buffer, static_cast<std::size_t>(at - buffer)}, max);
}

std::uint32_t CountWords(std::string_view text) {
  std::uint32_t words = 0;
  bool letters = false;  // the word that goes on has one
  const char* at = text.data();
  const char* const end = at + text.size();
  // Of a run of bytes that are no space, adding its letters carries into the space behind it if there are
  // any.
  constexpr int kStep = 64;
  for (; end - at >= kStep; at += kStep) {
    std::uint64_t runs = 0;
    std::uint64_t of_words = 0;
    for (int i = 0; i < kStep; i += ByteBlock::kSize) {
      const ByteBlock block(at + i);
      runs |= std::uint64_t{block.Spaces() ^ ByteBlock::kAll} << i;
      of_words |= std::uint64_t{block.OfWords()} << i;
    }
    std::uint64_t sum = 0;
    const bool carries = __builtin_add_overflow(runs, of_words & runs, &sum);
    letters = __builtin_add_overflow(sum, std::uint64_t{letters}, &sum) || carries;
    words += CountBits(sum & ~runs);
  }
  for (; at != end; ++at) {
    const std::uint8_t word_class = kWordClasses[static_cast<unsigned char>(*at)];
    if (word_class == 2) {
      words += letters;
      letters = false;
    } else {
      letters |= word_class == 1;
    }
  }
  return words + letters;
}

}  // namespace trawl::parser
