#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// CSS selectors as they are compiled: Selectors Level 3, and of Level 4 :is, :where, :not and :has with
// lists, "of" in :nth-child, :lang with lists, the attribute flags i and s. Beyond the standard: ::text and
// ::attr(x) at the end say what is taken of an element, and :contains("text") asks for text inside it.

namespace trawl::parser {

inline constexpr std::size_t kMaxSelector = 4096;          ///< bytes
inline constexpr std::size_t kMaxSelectorCompounds = 256;  ///< of one selector, those in its arguments too
inline constexpr std::size_t kMaxSelectorNesting = 8;      ///< of arguments within arguments

enum class Combinator : std::uint8_t { kNone, kDescendant, kChild, kNextSibling, kLaterSibling };
enum class AttributeTest : std::uint8_t { kPresent, kEquals, kWord, kDash, kPrefix, kSuffix, kSubstring };
enum class ValueCase : std::uint8_t { kByDocument, kIgnore, kExact };

enum class SimpleKind : std::uint8_t {
  kType,
  kNoNamespace,  ///< no element of an HTML document
  kId,
  kClass,
  kAttribute,
  kNthChild,
  kNthLastChild,
  kNthOfType,
  kNthLastOfType,
  kOnlyChild,
  kOnlyOfType,
  kIs,
  kNot,
  kHas,
  kLang,
  kContains,
  kRoot,
  kScope,
  kAnchor,  ///< inside :has, the element that is asked about
  kEmpty,
  kLink,
  kEnabled,
  kDisabled,
  kChecked,
  kRequired,
  kOptional,
  kNever,  ///< what a page that nobody looks at cannot be, such as :hover or ::before
};

struct ComplexSelector;

/// One condition on one element.
struct SimpleSelector {
  SimpleKind kind = SimpleKind::kNever;
  AttributeTest test = AttributeTest::kPresent;
  ValueCase value_case = ValueCase::kByDocument;
  bool any_namespace = false;
  std::string name;        ///< of type, id, class, attribute; as written
  std::string lower_name;  ///< the same in lower case, for HTML elements
  std::string value;
  std::int32_t step = 0, offset = 0;  ///< An+B
  std::vector<std::string> texts;     ///< of kLang and kContains
  std::vector<ComplexSelector> list;  ///< of kIs, kNot, kHas, and "of" of nth-child
};

struct CompoundSelector {
  std::vector<SimpleSelector> simples;
  Combinator combinator = Combinator::kNone;  ///< to the compound left of it
};

/// What is taken of the elements that match.
enum class SelectorOutput : std::uint8_t { kElement, kText, kAttribute };

struct ComplexSelector {
  std::vector<CompoundSelector> compounds;  ///< right to left, as they are matched
  SelectorOutput output = SelectorOutput::kElement;
  bool deep = false;      ///< taken of the elements inside, too: "p ::text"
  std::string attribute;  ///< of ::attr(attribute)
};

struct SelectorError {
  std::size_t offset = 0;  ///< bytes into the selector
  std::string message;     ///< what is wrong there
};

/// A compiled selector list. A value; compile it once. Runs on: any.
class Selector {
 public:
  /// Nothing where `text` is no selector or passes a limit; then `error` says why.
  static std::optional<Selector> Compile(std::string_view text, SelectorError& error);

  const std::vector<ComplexSelector>& list() const { return list_; }
  /// Whether it takes texts or attributes, not elements.
  bool TakesValues() const;

 private:
  std::vector<ComplexSelector> list_;
};

}  // namespace trawl::parser
