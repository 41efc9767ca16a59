#include "parser/selector.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "parser/selector_reader.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

std::string LowerOf(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), ToAsciiLower);
  return lower;
}

// Pseudo-classes without arguments.
struct PlainPseudo {
  std::string_view name;
  SimpleKind kind;
  std::int32_t offset = 0;  ///< of an nth
};
constexpr PlainPseudo kPlainPseudos[] = {
    {"first-child", SimpleKind::kNthChild, 1},
    {"last-child", SimpleKind::kNthLastChild, 1},
    {"only-child", SimpleKind::kOnlyChild},
    {"first-of-type", SimpleKind::kNthOfType, 1},
    {"last-of-type", SimpleKind::kNthLastOfType, 1},
    {"only-of-type", SimpleKind::kOnlyOfType},
    {"root", SimpleKind::kRoot},
    {"scope", SimpleKind::kScope},
    {"empty", SimpleKind::kEmpty},
    {"link", SimpleKind::kLink},
    {"any-link", SimpleKind::kLink},
    {"enabled", SimpleKind::kEnabled},
    {"disabled", SimpleKind::kDisabled},
    {"checked", SimpleKind::kChecked},
    {"required", SimpleKind::kRequired},
    {"optional", SimpleKind::kOptional},
    {"visited", SimpleKind::kNever},
    {"hover", SimpleKind::kNever},
    {"active", SimpleKind::kNever},
    {"focus", SimpleKind::kNever},
    {"focus-within", SimpleKind::kNever},
    {"focus-visible", SimpleKind::kNever},
    {"target", SimpleKind::kNever},
};

// Those that may be written with one colon as well come first.
constexpr std::string_view kPseudoElements[] = {"before", "after",     "first-line", "first-letter",
                                                "marker", "selection", "backdrop"};
constexpr std::size_t kOneColonPseudoElements = 4;

class Compiler {
 public:
  explicit Compiler(std::string_view text) : reader_(text) {}

  bool Compile(std::vector<ComplexSelector>& list) {
    if (!ReadList(list, Place::kTop)) return false;
    if (!reader_.AtEnd()) return Fail("a comma or the end of the selector is expected here");
    const auto takes_element = [](const ComplexSelector& one) {
      return one.output == SelectorOutput::kElement;
    };
    const auto elements = std::count_if(list.begin(), list.end(), takes_element);
    return elements == 0 || elements == std::ssize(list) ||
           Fail("either all or none of a list end in ::text or ::attr(x)");
  }

  SelectorError error;

 private:
  enum class Place { kTop, kArgument, kRelative };

  bool Fail(std::string message) {
    if (error.message.empty()) error = {reader_.offset(), std::move(message)};
    return false;
  }

  // selector#, up to what is no part of a selector.
  bool ReadList(std::vector<ComplexSelector>& list, Place place) {
    do {
      ComplexSelector complex;
      if (!ReadComplex(complex, place)) return false;
      list.push_back(std::move(complex));
    } while (reader_.ReadByte(','));
    return true;
  }

  // Of :is and :where a member that is wrong is as if it were not there (Selectors 4, 3.9).
  bool ReadForgivingList(std::vector<ComplexSelector>& list) {
    do {
      ComplexSelector complex;
      const SelectorError before = error;
      const std::size_t start = reader_.offset();
      const std::size_t nesting = nesting_;
      const bool in_has = in_has_;
      bool good = ReadComplex(complex, Place::kArgument);
      if (good && !reader_.AtEnd() && reader_.Peek() != ',' && reader_.Peek() != ')') good = false;
      if (good) {
        list.push_back(std::move(complex));
      } else {
        if (limit_passed_) return false;
        error = before;
        nesting_ = nesting;
        in_has_ = in_has;
        reader_.Return(start);
        reader_.SkipArgument();
      }
    } while (reader_.ReadByte(','));
    return true;
  }

  Combinator ReadCombinator(bool space) {
    Combinator combinator = space ? Combinator::kDescendant : Combinator::kNone;
    if (reader_.ReadByte('>')) combinator = Combinator::kChild;
    if (combinator <= Combinator::kDescendant && reader_.ReadByte('+')) combinator = Combinator::kNextSibling;
    if (combinator <= Combinator::kDescendant && reader_.ReadByte('~'))
      combinator = Combinator::kLaterSibling;
    if (combinator > Combinator::kDescendant) reader_.SkipSpace();
    return combinator;
  }

  bool AtEndOfComplex() const { return reader_.AtEnd() || reader_.Peek() == ',' || reader_.Peek() == ')'; }

  bool ReadComplex(ComplexSelector& complex, Place place) {
    reader_.SkipSpace();
    std::vector<CompoundSelector> compounds;  // left to right; the combinator is to the left
    Combinator combinator = Combinator::kNone;
    if (place == Place::kRelative) {
      SimpleSelector anchor;
      anchor.kind = SimpleKind::kAnchor;
      compounds.emplace_back();
      compounds.back().simples.push_back(std::move(anchor));
      combinator = ReadCombinator(true);
    }
    while (true) {
      CompoundSelector compound;
      compound.combinator = combinator;
      if (!ReadCompound(compound, complex, place)) return false;
      const bool output_alone = compound.simples.empty();
      if (output_alone) {  // " ::text": of what is left of it, and of all inside
        if (combinator != Combinator::kDescendant || compounds.empty()) {
          return Fail("::text and ::attr(x) stand behind a selector");
        }
        complex.deep = true;
      } else {
        compounds.push_back(std::move(compound));
      }
      const bool space = reader_.SkipSpace();
      if (AtEndOfComplex()) break;
      if (complex.output != SelectorOutput::kElement) return Fail("nothing may follow ::text and ::attr(x)");
      if (ended_by_pseudo_element_) return Fail("nothing may follow a pseudo-element");
      combinator = ReadCombinator(space);
      if (combinator == Combinator::kNone) return Fail(Shown() + " cannot stand here");
      if (AtEndOfComplex()) return Fail("a selector is expected after a combinator");
    }
    ended_by_pseudo_element_ = false;
    std::reverse(compounds.begin(), compounds.end());
    for (CompoundSelector& compound : compounds) complex.compounds.push_back(std::move(compound));
    return true;
  }

  std::string Shown() const {
    std::string shown(1, '"');
    for (std::size_t i = 0; i < 4 && (i == 0 || static_cast<unsigned char>(reader_.Peek(i)) >> 6 == 2); ++i) {
      if (reader_.Peek(i) != '\0') shown += reader_.Peek(i);
    }
    shown += '"';
    return ScrubUtf8(shown);
  }

  bool ReadCompound(CompoundSelector& compound, ComplexSelector& complex, Place place) {
    if (++compounds_ > kMaxSelectorCompounds) {
      limit_passed_ = true;
      return Fail("more than " + std::to_string(kMaxSelectorCompounds) + " compound selectors");
    }
    const std::size_t start = reader_.offset();
    ended_by_pseudo_element_ = false;
    if (!ReadType(compound)) return false;
    while (true) {
      reader_.SkipComments();
      const char next = reader_.Peek();
      if (reader_.AtEnd() || (next != '#' && next != '.' && next != '[' && next != ':')) break;
      if (complex.output != SelectorOutput::kElement) return Fail("nothing may follow ::text and ::attr(x)");
      if (ended_by_pseudo_element_) return Fail("nothing may follow a pseudo-element");
      if (!ReadSimple(compound, complex, place)) return false;
    }
    if (compound.simples.empty() && complex.output == SelectorOutput::kElement) {
      if (reader_.offset() == start) {
        return Fail(AtEndOfComplex() ? "a selector is expected here" : Shown() + " cannot stand here");
      }
    }
    return true;
  }

  // type, *, prefix|type. `*` has no condition, so that it leaves a compound that always holds.
  bool ReadType(CompoundSelector& compound) {
    SimpleSelector type;
    type.kind = SimpleKind::kType;
    const bool bar = IsNamespaceBar(0);
    bool star = false;
    bool named = false;
    if (!bar) {
      star = reader_.ReadByte('*');
      named = !star && reader_.ReadIdentifier(type.name);
    }
    if (!IsNamespaceBar(0)) {
      if (named) Add(compound, std::move(type));
      if (star) AddUniversal(compound);
      return true;
    }
    if (named)
      return Fail("the namespace prefix \"" + type.name + "\" is not declared; * or nothing may stand there");
    reader_.ReadByte('|');
    const bool none = !star;
    if (reader_.ReadByte('*')) {
      AddUniversal(compound);
    } else if (reader_.ReadIdentifier(type.name)) {
      Add(compound, std::move(type));
    } else {
      return Fail("an element name is expected after |");
    }
    if (none) {
      SimpleSelector no_namespace;
      no_namespace.kind = SimpleKind::kNoNamespace;
      compound.simples.push_back(std::move(no_namespace));
    }
    return true;
  }

  bool IsNamespaceBar(std::size_t ahead) const {
    return reader_.Peek(ahead) == '|' && reader_.Peek(ahead + 1) != '=' && reader_.Peek(ahead + 1) != '|';
  }

  static void Add(CompoundSelector& compound, SimpleSelector simple) {
    simple.lower_name = LowerOf(simple.name);
    compound.simples.push_back(std::move(simple));
  }

  static void AddUniversal(CompoundSelector& compound) {
    SimpleSelector universal;
    universal.kind = SimpleKind::kType;
    compound.simples.push_back(std::move(universal));
  }

  bool ReadSimple(CompoundSelector& compound, ComplexSelector& complex, Place place) {
    SimpleSelector simple;
    if (reader_.ReadByte('#')) {
      simple.kind = SimpleKind::kId;
      if (!reader_.ReadIdentifier(simple.name)) return Fail("an id is expected after #");
    } else if (reader_.ReadByte('.')) {
      simple.kind = SimpleKind::kClass;
      if (!reader_.ReadIdentifier(simple.name)) return Fail("a class is expected after .");
    } else if (reader_.ReadByte('[')) {
      if (!ReadAttribute(simple)) return false;
    } else {
      return ReadPseudo(compound, complex, place);
    }
    Add(compound, std::move(simple));
    return true;
  }

  bool ReadAttribute(SimpleSelector& simple) {
    simple.kind = SimpleKind::kAttribute;
    reader_.SkipSpace();
    if (reader_.Peek() == '*' && IsNamespaceBar(1)) {
      reader_.ReadByte('*');
      simple.any_namespace = true;
    }
    if (IsNamespaceBar(0)) reader_.ReadByte('|');
    if (!reader_.ReadIdentifier(simple.name)) return Fail("an attribute name is expected after [");
    if (IsNamespaceBar(0)) return Fail("the namespace prefix \"" + simple.name + "\" is not declared");
    reader_.SkipSpace();
    if (reader_.AtEnd() || reader_.ReadByte(']')) return true;
    constexpr std::pair<char, AttributeTest> kTests[] = {
        {'~', AttributeTest::kWord},   {'|', AttributeTest::kDash},      {'^', AttributeTest::kPrefix},
        {'$', AttributeTest::kSuffix}, {'*', AttributeTest::kSubstring}, {'=', AttributeTest::kEquals}};
    for (const auto& [byte, test] : kTests) {
      if (simple.test == AttributeTest::kPresent && reader_.ReadByte(byte)) simple.test = test;
    }
    if (simple.test == AttributeTest::kPresent ||
        (simple.test != AttributeTest::kEquals && !reader_.ReadByte('='))) {
      return Fail("one of = ~= |= ^= $= *= or ] is expected here");
    }
    reader_.SkipSpace();
    if (!reader_.ReadIdentifier(simple.value) && !reader_.ReadString(simple.value)) {
      return Fail("a name or a string in quotes is expected as the value");
    }
    reader_.SkipSpace();
    std::string flag;
    if (reader_.ReadIdentifier(flag)) {
      flag = LowerOf(flag);
      if (flag != "i" && flag != "s") return Fail("only the flags i and s may stand behind a value");
      simple.value_case = flag == "i" ? ValueCase::kIgnore : ValueCase::kExact;
      reader_.SkipSpace();
    }
    return reader_.AtEnd() || reader_.ReadByte(']') || Fail("] is expected here");
  }

  bool ReadPseudo(CompoundSelector& compound, ComplexSelector& complex, Place place) {
    const std::size_t start = reader_.offset();
    reader_.ReadByte(':');
    const bool element = reader_.ReadByte(':');
    std::string name;
    if (!reader_.ReadIdentifier(name)) return Fail("a name is expected after :");
    name = LowerOf(name);
    const bool arguments = reader_.ReadByte('(');
    if (element) return ReadPseudoElement(name, arguments, start, compound, complex, place);
    if (arguments) return ReadFunction(name, start, compound);
    const auto* const pseudo = std::find_if(std::begin(kPlainPseudos), std::end(kPlainPseudos),
                                            [&](const PlainPseudo& known) { return known.name == name; });
    SimpleSelector simple;
    if (pseudo != std::end(kPlainPseudos)) {
      simple.kind = pseudo->kind;
      simple.offset = pseudo->offset;
      compound.simples.push_back(std::move(simple));
      return true;
    }
    const auto* const one_colon_end = std::begin(kPseudoElements) + kOneColonPseudoElements;
    if (std::find(std::begin(kPseudoElements), one_colon_end, name) != one_colon_end) {
      return ReadPseudoElement(name, false, start, compound, complex, place);
    }
    reader_.Return(start);
    return Fail("there is no pseudo-class :" + name);
  }

  bool ReadPseudoElement(const std::string& name, bool arguments, std::size_t start,
                         CompoundSelector& compound, ComplexSelector& complex, Place place) {
    if (place != Place::kTop) {
      reader_.Return(start);
      return Fail("no pseudo-element may stand inside an argument");
    }
    if (name == "text" && !arguments) {
      complex.output = SelectorOutput::kText;
      return true;
    }
    if (name == "attr" && arguments) {
      reader_.SkipSpace();
      if (!reader_.ReadIdentifier(complex.attribute))
        return Fail("an attribute name is expected in ::attr()");
      complex.attribute = LowerOf(complex.attribute);
      reader_.SkipSpace();
      complex.output = SelectorOutput::kAttribute;
      return reader_.AtEnd() || reader_.ReadByte(')') || Fail(") is expected here");
    }
    if (arguments || (std::find(std::begin(kPseudoElements), std::end(kPseudoElements), name) ==
                          std::end(kPseudoElements) &&
                      !name.starts_with("-webkit-"))) {
      reader_.Return(start);
      return Fail("there is no pseudo-element ::" + name + "; ::text and ::attr(x) are there");
    }
    compound.simples.emplace_back();  // kNever
    ended_by_pseudo_element_ = true;
    return true;
  }

  bool ReadFunction(const std::string& name, std::size_t start, CompoundSelector& compound) {
    SimpleSelector simple;
    if (++nesting_ > kMaxSelectorNesting) {
      limit_passed_ = true;
      return Fail("arguments within arguments, more than " + std::to_string(kMaxSelectorNesting) + " deep");
    }
    bool known = true;
    bool good = false;
    if (name == "is" || name == "where") {
      simple.kind = SimpleKind::kIs;
      good = ReadForgivingList(simple.list);
    } else if (name == "not") {
      simple.kind = SimpleKind::kNot;
      good = ReadList(simple.list, Place::kArgument);
    } else if (name == "has") {
      simple.kind = SimpleKind::kHas;
      if (in_has_) return Fail(":has() may not stand inside :has()");
      in_has_ = true;
      good = ReadList(simple.list, Place::kRelative);
      in_has_ = false;
    } else if (name == "lang" || name == "contains") {
      simple.kind = name == "lang" ? SimpleKind::kLang : SimpleKind::kContains;
      good = ReadTexts(simple.texts);
    } else {
      known = good = ReadNthFunction(name, simple);
      if (!known && !error.message.empty()) known = true;
    }
    ended_by_pseudo_element_ = false;
    --nesting_;
    if (!known) {
      reader_.Return(start);
      return Fail("there is no pseudo-class :" + name + "()");
    }
    if (!good) return false;
    reader_.SkipSpace();
    if (!reader_.AtEnd() && !reader_.ReadByte(')')) return Fail(") is expected here");
    compound.simples.push_back(std::move(simple));
    return true;
  }

  bool ReadTexts(std::vector<std::string>& texts) {
    do {
      reader_.SkipSpace();
      std::string text;
      if (!reader_.ReadIdentifier(text) && !reader_.ReadString(text)) {
        return Fail("a name or a string in quotes is expected here");
      }
      texts.push_back(std::move(text));
      reader_.SkipSpace();
    } while (reader_.ReadByte(','));
    return true;
  }

  // False without an error when there is no such function.
  bool ReadNthFunction(const std::string& name, SimpleSelector& simple) {
    constexpr std::pair<std::string_view, SimpleKind> kNths[] = {
        {"nth-child", SimpleKind::kNthChild},
        {"nth-last-child", SimpleKind::kNthLastChild},
        {"nth-of-type", SimpleKind::kNthOfType},
        {"nth-last-of-type", SimpleKind::kNthLastOfType}};
    const auto* const nth = std::find_if(std::begin(kNths), std::end(kNths),
                                         [&](const auto& known) { return known.first == name; });
    if (nth == std::end(kNths)) return false;
    simple.kind = nth->second;
    reader_.SkipSpace();
    if (!reader_.ReadNth(simple.step, simple.offset))
      return Fail("an expression such as 2n+1, odd or 3 is expected here");
    if (!reader_.SkipSpace() || AtEndOfComplex()) return true;
    std::string of;
    if ((nth->second != SimpleKind::kNthChild && nth->second != SimpleKind::kNthLastChild) ||
        !reader_.ReadIdentifier(of) || LowerOf(of) != "of") {
      return Fail(") is expected here");
    }
    return ReadList(simple.list, Place::kArgument);
  }

  SelectorReader reader_;
  std::size_t compounds_ = 0;
  std::size_t nesting_ = 0;
  bool in_has_ = false;
  bool limit_passed_ = false;
  bool ended_by_pseudo_element_ = false;
};

}  // namespace

std::optional<Selector> Selector::Compile(std::string_view text, SelectorError& error) {
  if (text.size() > kMaxSelector) {
    error = {kMaxSelector, "longer than " + std::to_string(kMaxSelector) + " bytes"};
    return std::nullopt;
  }
  Compiler compiler(text);
  Selector selector;
  if (!compiler.Compile(selector.list_)) {
    error = std::move(compiler.error);
    return std::nullopt;
  }
  return selector;
}

bool Selector::TakesValues() const {
  return std::any_of(list_.begin(), list_.end(), [](const ComplexSelector& complex) {
    return complex.output != SelectorOutput::kElement;
  });
}

}  // namespace trawl::parser
