#include "parser/selector_match.h"

#include <array>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "parser/selector_attribute.h"

namespace trawl::parser {
namespace {

constexpr std::uint32_t kNone = Tree::kNone;

// Whether place is step * n + offset for an n of 0 or more.
bool IsNth(std::uint32_t place, std::int32_t step, std::int32_t offset) {
  if (place == kNone) return false;
  const std::int64_t difference = static_cast<std::int64_t>(place) - offset;
  if (step == 0) return difference == 0;
  return difference % step == 0 && difference / step >= 0;
}

bool IsAnyOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsFormControl(std::string_view name) {
  return IsAnyOf(name, {"button", "input", "select", "textarea", "optgroup", "option", "fieldset"});
}

bool AsksForScope(const ComplexSelector& complex) {
  const std::vector<SimpleSelector>& subject = complex.compounds.front().simples;
  return std::any_of(subject.begin(), subject.end(),
                     [](const SimpleSelector& simple) { return simple.kind == SimpleKind::kScope; });
}

}  // namespace

bool SelectorMatcher::Matches(const Selector& selector, std::uint32_t element, std::uint32_t scope) {
  return MatchesAny(selector.list(), element, {scope, kNone}) && !exhausted();
}

bool SelectorMatcher::MatchesAny(const std::vector<ComplexSelector>& list, std::uint32_t element,
                                 Context context) {
  return std::any_of(list.begin(), list.end(), [&](const ComplexSelector& complex) {
    return MatchFrom(complex, 0, element, context) == Fit::kYes;
  });
}

std::vector<std::uint32_t> SelectorMatcher::Select(const Selector& selector, std::uint32_t scope) {
  std::vector<std::uint32_t> found;
  const Context context{scope, kNone};
  for (std::uint32_t element = scope; element < tree_[scope].end && !exhausted(); ++element) {
    for (const ComplexSelector& complex : selector.list()) {
      if (element == scope && scope != 0 && !AsksForScope(complex)) continue;
      if (MatchFrom(complex, 0, element, context) != Fit::kYes || exhausted()) continue;
      found.push_back(element);
      break;
    }
  }
  return found;
}

std::uint32_t SelectorMatcher::SelectFirst(const Selector& selector, std::uint32_t scope) {
  const Context context{scope, kNone};
  for (std::uint32_t element = scope; element < tree_[scope].end && !exhausted(); ++element) {
    for (const ComplexSelector& complex : selector.list()) {
      if (element == scope && scope != 0 && !AsksForScope(complex)) continue;
      if (MatchFrom(complex, 0, element, context) == Fit::kYes && !exhausted()) return element;
    }
  }
  return kNone;
}

std::vector<std::string_view> SelectorMatcher::SelectValues(const Selector& selector, std::uint32_t scope,
                                                            std::size_t max) {
  std::vector<std::string_view> values;
  const Context context{scope, kNone};
  std::vector<std::uint32_t> deep_end(selector.list().size(), 0);
  const TreeElement& root = tree_[scope];
  std::vector<bool> takes_text(root.end - scope);
  std::uint32_t text = root.texts_begin;
  const auto take_texts = [&](std::uint32_t end) {
    for (; text < end && values.size() < max; ++text) {
      const TreeText& one = tree_.Text(text);
      if (takes_text[one.parent - scope]) values.push_back(one.text);
    }
  };
  for (std::uint32_t element = scope; element < root.end && values.size() < max; ++element) {
    const TreeElement& of = tree_[element];
    for (std::size_t i = 0; i < selector.list().size(); ++i) {
      const ComplexSelector& complex = selector.list()[i];
      if (element >= deep_end[i]) {
        if (element == scope && scope != 0 && !AsksForScope(complex)) continue;
        if (MatchFrom(complex, 0, element, context) != Fit::kYes || exhausted()) continue;
        if (complex.deep) deep_end[i] = of.end;
      }
      if (complex.output == SelectorOutput::kText) takes_text[element - scope] = true;
      if (complex.output != SelectorOutput::kAttribute) continue;
      take_texts(of.texts_begin);
      const TreeAttribute* const attribute = tree_.Find(of, complex.attribute);
      if (attribute != nullptr && values.size() < max) values.push_back(attribute->value);
    }
    take_texts(of.texts_begin);
  }
  take_texts(root.texts_end);
  return values;
}

// Where it fails, the result says how far the search for another element left of the combinators may be cut
// short, which keeps chains of descendants from multiplying.
SelectorMatcher::Fit SelectorMatcher::MatchFrom(const ComplexSelector& complex, std::size_t index,
                                                std::uint32_t element, Context context) {
  if (!Spend()) return Fit::kNowhere;
  const CompoundSelector& compound = complex.compounds[index];
  if (!MatchCompound(compound, element, context)) return Fit::kNotHere;
  if (index + 1 == complex.compounds.size()) return Fit::kYes;
  switch (compound.combinator) {
    case Combinator::kDescendant:
      for (std::uint32_t up = tree_[element].parent; up != kNone; up = tree_[up].parent) {
        const Fit fit = MatchFrom(complex, index + 1, up, context);
        if (fit == Fit::kYes || fit == Fit::kNowhere) return fit;
      }
      return Fit::kNowhere;
    case Combinator::kChild: {
      const std::uint32_t parent = tree_[element].parent;
      if (parent == kNone) return Fit::kNowhere;
      const Fit fit = MatchFrom(complex, index + 1, parent, context);
      return fit == Fit::kYes || fit == Fit::kNowhere ? fit : Fit::kNotAmongSiblings;
    }
    case Combinator::kNextSibling: {
      const std::uint32_t previous = tree_[element].previous;
      return previous == kNone ? Fit::kNotAmongSiblings : MatchFrom(complex, index + 1, previous, context);
    }
    default:
      for (std::uint32_t sibling = tree_[element].previous; sibling != kNone;
           sibling = tree_[sibling].previous) {
        const Fit fit = MatchFrom(complex, index + 1, sibling, context);
        if (fit != Fit::kNotHere) return fit;
      }
      return Fit::kNotAmongSiblings;
  }
}

bool SelectorMatcher::MatchCompound(const CompoundSelector& compound, std::uint32_t element,
                                    Context context) {
  return std::all_of(compound.simples.begin(), compound.simples.end(),
                     [&](const SimpleSelector& simple) { return MatchSimple(simple, element, context); });
}

bool SelectorMatcher::MatchSimple(const SimpleSelector& simple, std::uint32_t element, Context context) {
  const TreeElement& of = tree_[element];
  switch (simple.kind) {
    case SimpleKind::kType:
      return simple.name.empty() || of.name == (of.html ? simple.lower_name : simple.name);
    case SimpleKind::kId: {
      const TreeAttribute* const id = tree_.Find(of, "id");
      return id != nullptr && EqualText(id->value, simple.name, tree_.quirks());
    }
    case SimpleKind::kClass: {
      const TreeAttribute* const classes = tree_.Find(of, "class");
      return classes != nullptr && HasWord(classes->value, simple.name, tree_.quirks());
    }
    case SimpleKind::kAttribute:
      return MatchAttribute(simple, of);
    case SimpleKind::kNthChild:
    case SimpleKind::kNthLastChild:
    case SimpleKind::kNthOfType:
    case SimpleKind::kNthLastOfType:
      return MatchNth(simple, element, context);
    case SimpleKind::kOnlyChild:
      return of.previous == kNone && tree_.Next(element) == kNone;
    case SimpleKind::kOnlyOfType: {
      const Place place = PlaceOf(Count::kByType, simple, element, context);
      return place.first == 1 && place.last == 1;
    }
    case SimpleKind::kIs:
      return MatchesAny(simple.list, element, context);
    case SimpleKind::kNot:
      return !MatchesAny(simple.list, element, context);
    case SimpleKind::kHas:
      return MatchHas(simple, element, context);
    case SimpleKind::kLang:
      return MatchLang(simple, element);
    case SimpleKind::kContains:
      return MatchContains(simple, element);
    case SimpleKind::kRoot:
      return of.parent == kNone;
    case SimpleKind::kScope:
      return element == context.scope;
    case SimpleKind::kAnchor:
      return element == context.anchor;
    case SimpleKind::kEmpty:
      return of.end == element + 1 && of.texts_begin == of.texts_end;
    case SimpleKind::kLink:
      return of.html && IsAnyOf(of.name, {"a", "area"}) && tree_.Find(of, "href") != nullptr;
    case SimpleKind::kEnabled:
      return of.html && IsFormControl(of.name) && !IsDisabled(element);
    case SimpleKind::kDisabled:
      return of.html && IsFormControl(of.name) && IsDisabled(element);
    case SimpleKind::kChecked: {
      if (!of.html) return false;
      if (of.name == "option") return tree_.Find(of, "selected") != nullptr;
      const TreeAttribute* const type = of.name == "input" ? tree_.Find(of, "type") : nullptr;
      return type != nullptr &&
             (EqualsIgnoringCase(type->value, "checkbox") || EqualsIgnoringCase(type->value, "radio")) &&
             tree_.Find(of, "checked") != nullptr;
    }
    case SimpleKind::kRequired:
    case SimpleKind::kOptional:
      return of.html && IsAnyOf(of.name, {"input", "select", "textarea"}) &&
             (tree_.Find(of, "required") != nullptr) == (simple.kind == SimpleKind::kRequired);
    case SimpleKind::kNoNamespace:
    case SimpleKind::kNever:
      return false;
  }
  return false;
}

bool SelectorMatcher::MatchAttribute(const SimpleSelector& simple, const TreeElement& element) {
  const std::string& name = element.html ? simple.lower_name : simple.name;
  bool ignore_case = simple.value_case == ValueCase::kIgnore;
  if (simple.value_case == ValueCase::kByDocument && element.html) ignore_case = IsCaselessAttribute(name);
  for (const TreeAttribute& attribute : tree_.Attributes(element)) {
    if ((attribute.prefixed && !simple.any_namespace) || attribute.name != name) continue;
    Spend(attribute.value.size() / 64);
    if (TestAttribute(simple.test, attribute.value, simple.value, ignore_case)) return true;
  }
  return false;
}

bool SelectorMatcher::MatchNth(const SimpleSelector& simple, std::uint32_t element, Context context) {
  const bool by_type = simple.kind == SimpleKind::kNthOfType || simple.kind == SimpleKind::kNthLastOfType;
  const bool from_end = simple.kind == SimpleKind::kNthLastChild || simple.kind == SimpleKind::kNthLastOfType;
  if (!by_type && simple.list.empty() && simple.step == 0 && simple.offset == 1) {
    return from_end ? tree_.Next(element) == kNone : tree_[element].previous == kNone;
  }
  const Count count = by_type ? Count::kByType : simple.list.empty() ? Count::kAll : Count::kOfList;
  const Place place = PlaceOf(count, simple, element, context);
  return IsNth(from_end ? place.last : place.first, simple.step, simple.offset);
}

SelectorMatcher::Place SelectorMatcher::PlaceOf(Count count, const SimpleSelector& simple,
                                                std::uint32_t element, Context context) {
  Places& places = count == Count::kAll ? all_ : count == Count::kByType ? by_type_ : of_list_[&simple];
  const bool other_scope = count == Count::kOfList && places.scope != context.scope;
  if (places.of_element.empty() || other_scope) {
    Spend(tree_.size() / 8);
    places.scope = context.scope;
    places.of_element.assign(tree_.size(), Place());
  }
  if (places.of_element[element].first == 0) CountSiblings(count, simple, element, context, places);
  return places.of_element[element];
}

void SelectorMatcher::CountSiblings(Count count, const SimpleSelector& simple, std::uint32_t element,
                                    Context context, Places& places) {
  struct Total {
    std::uint32_t count = 0;
  };
  std::uint32_t total = 0;
  std::unordered_map<std::string_view, std::array<Total, 2>> totals;
  const auto total_of = [&](std::uint32_t sibling) -> std::uint32_t& {
    if (count != Count::kByType) return total;
    return totals[tree_[sibling].name][tree_[sibling].html ? 1 : 0].count;
  };
  const std::uint32_t parent = tree_[element].parent;
  const std::uint32_t first = parent == kNone ? element : parent + 1;
  for (std::uint32_t sibling = first; sibling != kNone; sibling = tree_.Next(sibling)) {
    Spend();
    Place& place = places.of_element[sibling];
    if (count == Count::kOfList && !MatchesAny(simple.list, sibling, context)) {
      place = {kNone, kNone};
    } else {
      place.first = ++total_of(sibling);
    }
  }
  for (std::uint32_t sibling = first; sibling != kNone; sibling = tree_.Next(sibling)) {
    Place& place = places.of_element[sibling];
    if (place.first != kNone) place.last = total_of(sibling) - place.first + 1;
  }
}

bool SelectorMatcher::MatchHas(const SimpleSelector& simple, std::uint32_t element, Context context) {
  context.anchor = element;
  return std::any_of(simple.list.begin(), simple.list.end(), [&](const ComplexSelector& complex) {
    return MatchHasRelative(complex, element, context);
  });
}

bool SelectorMatcher::MatchHasRelative(const ComplexSelector& complex, std::uint32_t element,
                                       Context context) {
  const auto matches = [&](std::uint32_t candidate) {
    return MatchFrom(complex, 0, candidate, context) == Fit::kYes;
  };
  const Combinator lead = complex.compounds[complex.compounds.size() - 2].combinator;
  const bool among_siblings = lead == Combinator::kNextSibling || lead == Combinator::kLaterSibling;
  if (complex.compounds.size() == 2 && lead != Combinator::kDescendant) {
    std::uint32_t candidate = among_siblings                     ? tree_.Next(element)
                              : tree_[element].end > element + 1 ? element + 1
                                                                 : kNone;
    for (; candidate != kNone && !exhausted(); candidate = tree_.Next(candidate)) {
      if (matches(candidate)) return true;
      if (lead == Combinator::kNextSibling) return false;
    }
    return false;
  }
  std::uint32_t begin = element + 1;
  std::uint32_t end = tree_[element].end;
  if (among_siblings) {
    begin = end;
    const std::uint32_t parent = tree_[element].parent;
    end = parent == kNone ? begin : tree_[parent].end;
  }
  for (; begin < end && !exhausted(); ++begin) {
    if (matches(begin)) return true;
  }
  return false;
}

bool SelectorMatcher::MatchLang(const SimpleSelector& simple, std::uint32_t element) {
  for (std::uint32_t up = element; up != kNone; up = tree_[up].parent) {
    Spend();
    for (const TreeAttribute& attribute : tree_.Attributes(tree_[up])) {
      if (attribute.name != "lang") continue;  // with a prefix it is xml:lang
      return std::any_of(simple.texts.begin(), simple.texts.end(), [&](const std::string& range) {
        return MatchesLanguageRange(attribute.value, range);
      });
    }
  }
  return false;
}

bool SelectorMatcher::MatchContains(const SimpleSelector& simple, std::uint32_t element) {
  const std::string content = tree_.TextContent(element);
  Spend(content.size() / 16);
  return std::any_of(simple.texts.begin(), simple.texts.end(),
                     [&](const std::string& text) { return content.find(text) != std::string::npos; });
}

// HTML 4.10.19.5 and 4.16.3: also by the fieldset around it, unless it is in that one's first legend, or by
// an option's group.
bool SelectorMatcher::IsDisabled(std::uint32_t element) const {
  const TreeElement& of = tree_[element];
  if (tree_.Find(of, "disabled") != nullptr) return true;
  if (of.name == "option") {
    return of.parent != kNone && tree_[of.parent].name == "optgroup" &&
           tree_.Find(tree_[of.parent], "disabled") != nullptr;
  }
  if (of.name == "optgroup") return false;
  for (std::uint32_t below = element, up = of.parent; up != kNone; below = up, up = tree_[up].parent) {
    if (tree_[up].name != "fieldset" || tree_.Find(tree_[up], "disabled") == nullptr) continue;
    std::uint32_t legend = up + 1;
    while (legend != kNone && tree_[legend].name != "legend") legend = tree_.Next(legend);
    if (below != legend) return true;
  }
  return false;
}

}  // namespace trawl::parser
