#include "parser/tree.h"

#include <algorithm>

#include "parser/html_names.h"

namespace trawl::parser {

void Tree::Reserve(std::size_t elements, std::size_t attributes, std::size_t texts) {
  elements_.reserve(elements);
  attributes_.reserve(attributes);
  texts_.reserve(texts);
}

void Tree::Open(std::string_view name, bool html) {
  const std::uint32_t number = size();
  if (last_child_.empty()) last_child_.push_back(kNone);
  const auto attributes = static_cast<std::uint32_t>(attributes_.size());
  const auto texts = static_cast<std::uint32_t>(texts_.size());
  elements_.push_back(
      {name, open_, number + 1, last_child_.back(), attributes, attributes, texts, texts, 0, 0, html});
  last_child_.back() = number;
  last_child_.push_back(kNone);
  open_ = number;
}

void Tree::SetSource(std::size_t begin, std::size_t end) {
  if (begin > end || end > source_.size()) return;
  elements_.back().source_begin = static_cast<std::uint32_t>(begin);
  elements_.back().source_end = static_cast<std::uint32_t>(end);
}

void Tree::AddText(std::string_view text) {
  if (!text.empty()) texts_.push_back({text, open_});
}

void Tree::Close() {
  TreeElement& element = elements_[open_];
  element.end = size();
  element.texts_end = static_cast<std::uint32_t>(texts_.size());
  open_ = element.parent;
  last_child_.pop_back();
}

const TreeAttribute* Tree::Find(const TreeElement& element, std::string_view name) const {
  for (const TreeAttribute& attribute : Attributes(element)) {
    if (attribute.name == name && !attribute.prefixed) return &attribute;
  }
  return nullptr;
}

std::uint32_t Tree::Next(std::uint32_t element) const {
  const std::uint32_t end = elements_[element].end;
  return end < size() && elements_[end].parent == elements_[element].parent ? end : kNone;
}

std::string Tree::TextContent(std::uint32_t element) const {
  std::string content;
  for (const TreeText& text : Texts(elements_[element])) content += text.text;
  return content;
}

std::string_view Tree::Markup(std::uint32_t element) const {
  const TreeElement& of = elements_[element];
  return TrimHtmlSpace(source_.substr(of.source_begin, of.source_end - of.source_begin));
}

}  // namespace trawl::parser
