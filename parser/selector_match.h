#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/selector.h"
#include "parser/tree.h"

namespace trawl::parser {

/// Steps that selectors may take over one document, all together: comparisons of an element with a compound.
/// What is not done by then does not match, and exhausted() says so. About a second at most.
inline constexpr std::uint64_t kMaxSelectorWork = 20'000'000;

/// Matches compiled selectors against one tree. Never recurses over the document. Runs on: parser process.
/// Borrows the tree, and of selectors what :nth-child(... of S) has counted: they must outlive it.
class SelectorMatcher {
 public:
  explicit SelectorMatcher(const Tree& tree, std::uint64_t max_work = kMaxSelectorWork)
      : tree_(tree), work_left_(max_work) {}

  /// Whether `element` matches one of the list. `scope` is what :scope means.
  bool Matches(const Selector& selector, std::uint32_t element, std::uint32_t scope = 0);
  /// The elements inside `scope` that match, in document order; the root and what is asked for as :scope lies
  /// inside itself.
  std::vector<std::uint32_t> Select(const Selector& selector, std::uint32_t scope = 0);
  /// The first of them, or Tree::kNone.
  std::uint32_t SelectFirst(const Selector& selector, std::uint32_t scope = 0);
  /// What a selector with ::text or ::attr takes inside `scope`, in document order; at most `max` values.
  std::vector<std::string_view> SelectValues(const Selector& selector, std::uint32_t scope = 0,
                                             std::size_t max = SIZE_MAX);

  bool exhausted() const { return work_left_ == 0; }

 private:
  enum class Fit { kYes, kNotHere, kNotAmongSiblings, kNowhere };
  struct Context {
    std::uint32_t scope;
    std::uint32_t anchor;
  };

  bool Spend(std::uint64_t steps = 1) {
    work_left_ -= std::min(work_left_, steps);
    return work_left_ != 0;
  }
  bool MatchesAny(const std::vector<ComplexSelector>& list, std::uint32_t element, Context context);
  Fit MatchFrom(const ComplexSelector& complex, std::size_t index, std::uint32_t element, Context context);
  bool MatchCompound(const CompoundSelector& compound, std::uint32_t element, Context context);
  bool MatchSimple(const SimpleSelector& simple, std::uint32_t element, Context context);
  bool MatchAttribute(const SimpleSelector& simple, const TreeElement& element);
  bool MatchNth(const SimpleSelector& simple, std::uint32_t element, Context context);
  bool MatchHas(const SimpleSelector& simple, std::uint32_t element, Context context);
  bool MatchHasRelative(const ComplexSelector& complex, std::uint32_t element, Context context);
  bool MatchLang(const SimpleSelector& simple, std::uint32_t element);
  bool MatchContains(const SimpleSelector& simple, std::uint32_t element);
  bool IsDisabled(std::uint32_t element) const;

  enum class Count { kAll, kByType, kOfList };
  // Places among siblings, from 1; both 0 while not counted, both kNone where "of S" does not hold.
  struct Place {
    std::uint32_t first = 0, last = 0;
  };
  struct Places {
    std::uint32_t scope = Tree::kNone;
    std::vector<Place> of_element;
  };
  Place PlaceOf(Count count, const SimpleSelector& simple, std::uint32_t element, Context context);
  void CountSiblings(Count count, const SimpleSelector& simple, std::uint32_t element, Context context,
                     Places& places);

  const Tree& tree_;
  std::uint64_t work_left_;
  Places all_, by_type_;
  std::unordered_map<const SimpleSelector*, Places> of_list_;
};

}  // namespace trawl::parser
