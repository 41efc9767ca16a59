#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "parser/html_names.h"
#include "parser/html_tags.h"

namespace trawl::parser {

/// One element that is open: its name's key, and of its TagRow what the stack needs.
struct OpenElement {
  std::uint64_t key;  ///< 0 once its end tag was seen while others stay open inside it
  Element element;
  TagRole role;
  std::uint16_t flags;  ///< TagFlag

  bool Has(std::uint16_t flag) const { return (flags & flag) != 0; }
};

/// The stack of open elements (HTML 13.2.4.2), as far as kMax. Runs on: any, one thread at a time. Owns a few
/// kilobytes, no heap.
class OpenElements {
 public:
  /// As deep as browsers nest. Deeper elements are not remembered, and end at once.
  static constexpr std::size_t kMax = 512;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  OpenElements() { stack_[0] = {0, Element::kOther, TagRole::kOther, 0}; }

  /// Raw text elements hold no others: one of them fits even when the stack is full.
  bool Fits(TagRole role) const { return size_ < kMax || (size_ == kMax && role == TagRole::kRaw); }
  void Push(const OpenElement& element) {
    stack_[++size_] = element;
    ++open_[Index(element.role)];
  }
  OpenElement Pop() {
    --open_[Index(stack_[size_].role)];
    return stack_[size_--];
  }
  /// Lets no end tag find the element at `index` any more.
  void Forget(std::size_t index) {
    OpenElement& element = stack_[index + 1];
    --open_[Index(element.role)];
    element.key = 0;
    element.role = TagRole::kOther;
    ++open_[Index(element.role)];
  }

  std::size_t size() const { return size_; }
  const OpenElement& operator[](std::size_t index) const { return stack_[index + 1]; }
  /// The current node; of an empty stack an element without name.
  const OpenElement& top() const { return stack_[size_]; }
  bool Holds(TagRole role) const { return open_[Index(role)] > 0; }

  /// The innermost HTML element of that role for which no element with one of the flags `barrier` stands in
  /// the way; kNone. An element with such a flag is itself found.
  std::size_t Find(TagRole role, std::uint16_t barrier) const;
  /// The same by name.
  std::size_t Find(std::uint64_t key, std::uint16_t barrier) const;

 private:
  static std::size_t Index(TagRole role) { return static_cast<std::size_t>(role); }

  // Below all lies the one without name. Nothing above size_ is read, so nothing is written there first.
  std::array<OpenElement, kMax + 2> stack_;
  std::size_t size_ = 0;
  std::array<std::uint16_t, static_cast<std::size_t>(TagRole::kCount)> open_{};
};

}  // namespace trawl::parser
