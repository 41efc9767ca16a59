// First line: the selector. The rest: the document.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "parser/html_shape.h"
#include "parser/html_tree.h"
#include "parser/selector_match.h"
#include "parser/utf8.h"
#include "tests/fuzz/fuzz.h"

namespace trawl::test {
namespace {

using namespace parser;
using Elements = std::vector<std::uint32_t>;

// Small, so that an input which takes long is one that passes its own limit.
constexpr std::uint64_t kWork = 200'000;

// Nothing where the text is no selector or takes too long.
std::optional<Elements> Select(const Tree& tree, std::string_view text) {
  SelectorError error;
  const auto selector = Selector::Compile(text, error);
  Require(selector.has_value() || (error.offset <= text.size() && !error.message.empty()),
          "what is wrong has a place and a reason", text);
  if (!selector) return std::nullopt;
  SelectorMatcher matcher(tree, kWork);
  Elements elements = matcher.Select(*selector);
  if (matcher.exhausted()) return std::nullopt;
  return elements;
}

// Whether what is written around the text leaves it as it is: nothing in it waits for its end.
bool IsClosed(std::string_view text) {
  const auto count = [&](char c) { return std::count(text.begin(), text.end(), c); };
  return text.find_first_of("\"'\\/") == text.npos && count('(') == count(')') && count('[') == count(']');
}

void Check(const Tree& tree, std::string_view text) {
  const auto all = Select(tree, "*");
  const auto found = Select(tree, text);
  if (!found || !all) return;
  Require(std::is_sorted(found->begin(), found->end()) &&
              std::adjacent_find(found->begin(), found->end()) == found->end(),
          "what is selected is in document order, each once", text);
  SelectorError error;
  const auto selector = Selector::Compile(text, error);
  SelectorMatcher one_by_one(tree, 10 * kWork);
  for (const std::uint32_t element : *all) {
    const bool selected = std::binary_search(found->begin(), found->end(), element);
    const bool matches = one_by_one.Matches(*selector, element);
    if (one_by_one.exhausted()) break;
    Require(matches == selected, "an element is selected when it matches", text);
  }
  SelectorMatcher first(tree, 10 * kWork);
  const std::uint32_t front = first.SelectFirst(*selector);
  Require(front == (found->empty() ? Tree::kNone : found->front()), "the first is the first of all", text);

  if (selector->TakesValues() || !IsClosed(text)) return;
  const std::string within(text);
  const auto twice = Select(tree, within + "," + within);
  if (twice) Require(*twice == *found, "a list of twice the same selects the same", text);
  if (text.find(':') != text.npos) return;  // of pseudo-elements and of arguments :is takes less
  const auto is = Select(tree, ":is(" + within + ")");
  if (is) Require(*is == *found, ":is(x) selects what x does", text);
  const auto neither = Select(tree, ":not(" + within + ")");
  if (neither) Require(neither->size() + found->size() == all->size(), ":not(x) selects the others", text);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  using namespace trawl::parser;
  if (size > (std::size_t{64} << 10)) return 0;
  static Arena arena(std::size_t{1} << 30);
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  const std::string_view selector = TakeLine(rest);
  const std::string html = ScrubUtf8(rest);
  arena.Reset();
  // A document that does not fit ends its worker, and would end this process.
  if (ShapeOf(html).fits_tree) Check(BuildTree(html, arena), selector);
  return 0;
}
