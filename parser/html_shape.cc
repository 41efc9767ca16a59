#include "parser/html_shape.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "parser/ascii.h"
#include "parser/html_names.h"

namespace trawl::parser {
namespace {

// What a tag name does to the stack of open elements (HTML 13.2.6.4.7, much simplified).
enum class Role : std::uint8_t {
  kPlain,
  kVoid,
  kIgnored,  // never nests in itself
  kRawText,
  kParagraph,
  kDiv,  // a block that an li closes through
  kBlock,
  kList,
  kItem,
  kTable,
  kSection,
  kRow,
  kCell,
  kScope,
  kForeign,
  kRuby,
  kRubyPart,
  kOption,
  kAnchor,  // ends the one before, but not what was opened since
};

struct TagName {
  char text[16] = {};  // lower case, cut
  std::size_t size = 0;
  std::uint32_t hash = 0;

  std::string_view view() const { return {text, size < sizeof text ? size : sizeof text}; }
};

struct RoleRow {
  std::string_view name;
  Role role;
};

constexpr RoleRow kRoles[] = {
    {"area", Role::kVoid},        {"base", Role::kVoid},        {"basefont", Role::kVoid},
    {"bgsound", Role::kVoid},     {"br", Role::kVoid},          {"col", Role::kVoid},
    {"embed", Role::kVoid},       {"frame", Role::kVoid},       {"hr", Role::kVoid},
    {"image", Role::kVoid},       {"img", Role::kVoid},         {"input", Role::kVoid},
    {"keygen", Role::kVoid},      {"link", Role::kVoid},        {"meta", Role::kVoid},
    {"param", Role::kVoid},       {"source", Role::kVoid},      {"track", Role::kVoid},
    {"wbr", Role::kVoid},         {"html", Role::kIgnored},     {"head", Role::kIgnored},
    {"body", Role::kIgnored},     {"colgroup", Role::kIgnored}, {"script", Role::kRawText},
    {"style", Role::kRawText},    {"textarea", Role::kRawText}, {"title", Role::kRawText},
    {"xmp", Role::kRawText},      {"iframe", Role::kRawText},   {"noembed", Role::kRawText},
    {"noframes", Role::kRawText}, {"p", Role::kParagraph},      {"div", Role::kDiv},
    {"address", Role::kDiv},      {"article", Role::kBlock},    {"aside", Role::kBlock},
    {"blockquote", Role::kBlock}, {"center", Role::kBlock},     {"details", Role::kBlock},
    {"dialog", Role::kBlock},     {"fieldset", Role::kBlock},   {"figcaption", Role::kBlock},
    {"figure", Role::kBlock},     {"footer", Role::kBlock},     {"form", Role::kBlock},
    {"h1", Role::kBlock},         {"h2", Role::kBlock},         {"h3", Role::kBlock},
    {"h4", Role::kBlock},         {"h5", Role::kBlock},         {"h6", Role::kBlock},
    {"header", Role::kBlock},     {"hgroup", Role::kBlock},     {"listing", Role::kBlock},
    {"main", Role::kBlock},       {"nav", Role::kBlock},        {"pre", Role::kBlock},
    {"search", Role::kBlock},     {"section", Role::kBlock},    {"summary", Role::kBlock},
    {"dir", Role::kList},         {"dl", Role::kList},          {"menu", Role::kList},
    {"ol", Role::kList},          {"ul", Role::kList},          {"li", Role::kItem},
    {"dt", Role::kItem},          {"dd", Role::kItem},          {"table", Role::kTable},
    {"tbody", Role::kSection},    {"thead", Role::kSection},    {"tfoot", Role::kSection},
    {"tr", Role::kRow},           {"td", Role::kCell},          {"th", Role::kCell},
    {"caption", Role::kCell},     {"object", Role::kScope},     {"marquee", Role::kScope},
    {"applet", Role::kScope},     {"template", Role::kScope},   {"button", Role::kScope},
    {"select", Role::kScope},     {"svg", Role::kForeign},      {"math", Role::kForeign},
    {"ruby", Role::kRuby},        {"rt", Role::kRubyPart},      {"rp", Role::kRubyPart},
    {"rb", Role::kRubyPart},      {"rtc", Role::kRubyPart},     {"option", Role::kOption},
    {"optgroup", Role::kOption},  {"a", Role::kAnchor},         {"nobr", Role::kAnchor},
};

constexpr std::uint32_t HashByte(std::uint32_t hash, char c) {
  return (hash ^ static_cast<unsigned char>(c)) * 16777619U;
}

constexpr std::uint32_t Hash(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = HashByte(hash, c);
  return hash;
}

constexpr std::size_t RoleSlotOf(std::uint32_t hash) {
  return (hash ^ hash >> 11) & 511;
}

// Open addressing; the rows number a sixth of the slots.
constexpr std::array<std::uint8_t, 512> MakeRoleSlots() {
  std::array<std::uint8_t, 512> slots{};
  for (std::size_t i = 0; i < std::size(kRoles); ++i) {
    std::size_t slot = RoleSlotOf(Hash(kRoles[i].name));
    while (slots[slot] != 0) slot = (slot + 1) & 511;
    slots[slot] = static_cast<std::uint8_t>(i + 1);
  }
  return slots;
}
constexpr std::array<std::uint8_t, 512> kRoleSlots = MakeRoleSlots();

Role RoleOf(const TagName& name) {
  for (std::size_t slot = RoleSlotOf(name.hash); kRoleSlots[slot] != 0; slot = (slot + 1) & 511) {
    const RoleRow& row = kRoles[kRoleSlots[slot] - 1];
    if (row.name.size() == name.size && row.name == name.view()) return row.role;
  }
  return Role::kPlain;
}

constexpr std::uint32_t Bit(Role role) {
  return 1U << static_cast<unsigned>(role);
}
template <class... R>
constexpr std::uint32_t Set(R... roles) {
  return (Bit(roles) | ...);
}

class Surveyor {
 public:
  explicit Surveyor(std::string_view html) : at_(html.data()), end_(html.data() + html.size()) {}

  HtmlShape Survey() {
    shape_.fits_tree = Fits();
    if (noscript_) EndNoscript(end_);
    return std::move(shape_);
  }

 private:
  bool Fits() {
    while (const char* const tag = Find('<')) {
      at_ = tag + 1;
      if (at_ == end_) break;
      if (IsLetter(*at_)) {
        if (!StartTag()) return false;
      } else if (*at_ == '/' && at_ + 1 != end_ && IsLetter(at_[1])) {
        ++at_;
        const TagName name = Name();
        std::size_t attributes = 0;
        SkipTag(attributes);
        if (noscript_ && name.view() == "noscript") EndNoscript(tag);
        EndTag(name);
      } else if (*at_ == '!' && end_ - at_ >= 3 && at_[1] == '-' && at_[2] == '-') {
        SkipComment();
      } else if (*at_ == '!' || *at_ == '?' || *at_ == '/') {
        const char* const close = Find('>');
        at_ = close ? close + 1 : end_;
      }
    }
    return true;
  }

  struct OpenElement {
    std::uint32_t hash;
    Role role;
  };

  static bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  const char* Find(char c) const {
    return at_ == end_ ? nullptr
                       : static_cast<const char*>(std::memchr(at_, c, static_cast<std::size_t>(end_ - at_)));
  }

  TagName Name() {
    TagName name;
    name.hash = 2166136261U;
    for (; at_ != end_ && *at_ != '>' && *at_ != '/' && !IsHtmlSpace(*at_); ++at_) {
      const char c = ToAsciiLower(*at_);
      if (name.size < sizeof name.text) name.text[name.size] = c;
      ++name.size;
      name.hash = HashByte(name.hash, c);
    }
    return name;
  }

  // Goes behind the '>' of the tag; tells whether a '/' stands before it. `attributes` is never less than
  // there are.
  bool SkipTag(std::size_t& attributes) {
    char before = 0;
    while (at_ != end_) {
      const char c = *at_++;
      if (c == '>') return before == '/';
      if (c == '/' || (IsHtmlSpace(c) && !IsHtmlSpace(before))) ++attributes;
      if (c == '=') {
        while (at_ != end_ && IsHtmlSpace(*at_)) ++at_;
        if (at_ != end_ && (*at_ == '"' || *at_ == '\'')) {
          const char quote = *at_++;
          const char* const close = Find(quote);
          at_ = close ? close + 1 : end_;
          ++attributes;
        }
      }
      before = c;
    }
    return false;
  }

  void SkipComment() {
    at_ += 3;
    while (const char* const close = Find('>')) {
      at_ = close + 1;
      if (close[-1] == '-' && close[-2] == '-') return;
      if (close[-1] == '!' && close[-2] == '-' && close[-3] == '-') return;
    }
    at_ = end_;
  }

  // Goes to the end tag of a raw text element, or to the end of the document.
  void SkipRawText(const TagName& name) {
    while (const char* const tag = Find('<')) {
      at_ = tag + 1;
      if (at_ == end_ || *at_ != '/') continue;
      const char* const mark = ++at_;
      if (Name().hash == name.hash) {
        at_ = mark - 2;
        return;
      }
      at_ = mark;
    }
    at_ = end_;
  }

  bool StartTag() {
    const TagName name = Name();
    std::size_t attributes = 0;
    const bool self_closing = SkipTag(attributes);
    // Each attribute is compared with all before it: the sum of the squares is what a document may cost.
    constexpr std::uint64_t kMaxComparisons = 100'000'000;
    comparisons_ += static_cast<std::uint64_t>(attributes) * attributes;
    if (attributes > kMaxAttributes || comparisons_ > kMaxComparisons) return false;

    constexpr std::uint32_t kTables = Set(Role::kTable, Role::kScope);
    constexpr std::uint32_t kBlocks = Set(Role::kTable, Role::kScope, Role::kCell, Role::kBlock, Role::kDiv,
                                          Role::kList, Role::kItem, Role::kForeign);
    const Role role = RoleOf(name);
    switch (role) {
      case Role::kVoid:
      case Role::kIgnored:
        return true;
      case Role::kRawText:
        if (!(self_closing && foreign_ > 0)) SkipRawText(name);
        return true;
      case Role::kPlain:
        if (!noscript_ && foreign_ == 0 && name.view() == "noscript") noscript_ = at_;
        if (self_closing && foreign_ > 0) return true;
        break;
      case Role::kRubyPart:
        if (rubies_ > 0) return true;
        break;
      case Role::kParagraph:
      case Role::kDiv:
      case Role::kBlock:
      case Role::kList:
      case Role::kTable:
        Close(Bit(Role::kParagraph), kBlocks);
        break;
      case Role::kItem:
        Close(Bit(Role::kItem),
              Set(Role::kTable, Role::kScope, Role::kCell, Role::kBlock, Role::kList, Role::kForeign));
        break;
      case Role::kSection:
        Close(Set(Role::kSection), kTables);
        break;
      case Role::kRow:
        Close(Set(Role::kRow), kTables);
        break;
      case Role::kCell:
        Close(Set(Role::kCell), kTables);
        break;
      case Role::kOption:
        Close(Set(Role::kOption), ~Bit(Role::kPlain));
        break;
      case Role::kAnchor:
        Remove(name);
        break;
      default:
        break;
    }
    return Push(name, role);
  }

  bool Push(const TagName& name, Role role) {
    if (depth_ == kMaxNesting) return false;
    stack_[depth_++] = {name.hash, role};
    ++named_[name.hash & 255];
    Count(role, 1);
    return true;
  }

  void PopTo(std::size_t depth) {
    while (depth_ > depth) {
      const OpenElement& element = stack_[--depth_];
      --named_[element.hash & 255];
      Count(element.role, -1);
    }
  }

  void Count(Role role, int by) {
    if (role == Role::kForeign) foreign_ += by;
    if (role == Role::kRuby) rubies_ += by;
  }

  void EndNoscript(const char* end) {
    shape_.noscripts.emplace_back(noscript_, static_cast<std::size_t>(end - noscript_));
    noscript_ = nullptr;
  }

  // Ends the innermost element whose role is in `what`, unless one of `barrier` stands inside it.
  void Close(std::uint32_t what, std::uint32_t barrier) {
    for (std::size_t i = depth_; i > 0; --i) {
      const std::uint32_t bit = Bit(stack_[i - 1].role);
      if (bit & what) return PopTo(i - 1);
      if (bit & barrier) return;
    }
  }

  // Takes the innermost element of that name off the stack, and leaves what stands inside it open.
  void Remove(const TagName& name) {
    if (named_[name.hash & 255] == 0) return;
    for (std::size_t i = depth_; i > 0; --i) {
      if (stack_[i - 1].hash == name.hash) {
        std::copy(stack_.begin() + i, stack_.begin() + depth_, stack_.begin() + i - 1);
        --depth_;
        --named_[name.hash & 255];
        return;
      }
      if (Bit(stack_[i - 1].role) & Set(Role::kTable, Role::kCell, Role::kScope)) return;
    }
  }

  void EndTag(const TagName& name) {
    if (named_[name.hash & 255] == 0) return;
    const Role role = RoleOf(name);
    const bool of_table =
        role == Role::kTable || role == Role::kSection || role == Role::kRow || role == Role::kCell;
    const std::uint32_t barrier = of_table ? Set(Role::kTable) : Set(Role::kTable, Role::kCell, Role::kScope);
    for (std::size_t i = depth_; i > 0; --i) {
      if (stack_[i - 1].hash == name.hash) return PopTo(i - 1);
      if (Bit(stack_[i - 1].role) & barrier) return;
    }
  }

  const char* at_;
  const char* end_;
  HtmlShape shape_;
  const char* noscript_ = nullptr;  // where the content of the one that is open begins
  std::uint64_t comparisons_ = 0;
  std::size_t depth_ = 0;
  int foreign_ = 0;
  int rubies_ = 0;
  std::array<std::uint16_t, 256> named_{};
  std::array<OpenElement, kMaxNesting> stack_;
};

}  // namespace

HtmlShape ShapeOf(std::string_view html) {
  return Surveyor(html).Survey();
}

}  // namespace trawl::parser
