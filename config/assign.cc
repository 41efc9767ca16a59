#include "config/assign.h"

#include <algorithm>
#include <optional>
#include <type_traits>

#include "config/units.h"

namespace trawl::config {
namespace {

using NodeKind = TomlNode::Kind;

/// One assignment under way: the value that is read, and where complaints go.
class Assignment {
 public:
  Assignment(const Kind& kind, const TomlNode& node, Spelling spelling, const Complain& complain)
      : kind_(kind), node_(node), spelling_(spelling), complain_(complain) {}

  template <class Value>
  void Into(Value& value) const {
    if constexpr (std::is_same_v<Value, bool>) {
      if (Expect(NodeKind::kBool)) value = node_.boolean;
    } else if constexpr (std::is_enum_v<Value>) {
      if (auto index = ReadChoice()) value = static_cast<Value>(*index);
    } else if constexpr (std::is_integral_v<Value>) {
      if (auto count = ReadCount()) value = static_cast<Value>(*count);
    } else if constexpr (std::is_same_v<Value, Duration>) {
      if (auto time = ReadTime()) value = *time;
    } else if constexpr (std::is_same_v<Value, Bytes>) {
      if (auto size = ReadSize()) value = *size;
    } else if constexpr (std::is_same_v<Value, std::string>) {
      if (ExpectText() && Passes(std::get<TextKind>(kind_).check, node_, -1)) value = node_.text;
    } else if constexpr (std::is_same_v<Value, TextList>) {
      ReadList(value);
    } else if constexpr (std::is_same_v<Value, SitemapSources>) {
      ReadSources(value);
    } else if constexpr (std::is_same_v<Value, TextPairs>) {
      ReadPairs(value);
    } else {  // an optional
      typename Value::value_type inner{};
      bool wrong = false;
      Complain note = [&](const TomlNode& at, int index, std::string message) {
        wrong = true;
        complain_(at, index, std::move(message));
      };
      Assignment(kind_, node_, spelling_, note).Into(inner);
      if (!wrong) value = inner;
    }
  }

 private:
  void Wrong(std::string_view what) const {
    complain_(node_, -1, std::string(what) + "; allowed: " + Allowed(kind_));
  }

  bool Expect(NodeKind expected) const {
    if (node_.kind == expected) return true;
    Wrong("is " + std::string(KindName(node_.kind)));
    return false;
  }

  /// On the command line nobody quotes: what looks like a number or a date may be meant as text.
  bool IsText(const TomlNode& node) const {
    if (node.kind == NodeKind::kString) return true;
    return spelling_ == Spelling::kCommandLine && node.kind != NodeKind::kArray &&
           node.kind != NodeKind::kTable;
  }

  bool ExpectText() const { return IsText(node_) || Expect(NodeKind::kString); }

  bool Passes(TextCheck check, const TomlNode& node, int index) const {
    std::string wrong = check(node.text);
    if (!wrong.empty()) complain_(node, index, Quoted(node.text) + " " + wrong);
    return wrong.empty();
  }

  std::optional<std::size_t> ReadChoice() const {
    if (!ExpectText()) return std::nullopt;
    std::span<const std::string_view> words = std::get<ChoiceKind>(kind_).words;
    auto word = std::find(words.begin(), words.end(), node_.text);
    if (word != words.end()) return static_cast<std::size_t>(word - words.begin());
    Wrong(Quoted(node_.text) + " is not a choice");
    return std::nullopt;
  }

  std::optional<std::int64_t> ReadCount() const {
    if (!Expect(NodeKind::kInteger)) return std::nullopt;
    const auto& range = std::get<CountKind>(kind_);
    if (node_.integer >= range.min && node_.integer <= range.max) return node_.integer;
    Wrong(std::to_string(node_.integer) + " is out of range");
    return std::nullopt;
  }

  /// A quantity is a string with its unit; a bare 0 needs none.
  template <class Quantity>
  std::optional<Quantity> ReadQuantity(std::optional<Quantity> (*parse)(std::string_view), Quantity min,
                                       Quantity max, std::string_view noun) const {
    std::optional<Quantity> quantity;
    if (node_.kind == NodeKind::kString) {
      quantity = parse(node_.text);
      if (!quantity) Wrong(Quoted(node_.text) + " is not a " + std::string(noun));
    } else if (node_.kind == NodeKind::kInteger && node_.integer == 0) {
      quantity = Quantity{};
    } else if (node_.kind == NodeKind::kInteger) {
      Wrong(std::to_string(node_.integer) + " has no unit");
    } else {
      Wrong("is " + std::string(KindName(node_.kind)));
    }
    if (quantity && (*quantity < min || *quantity > max)) {
      Wrong((node_.kind == NodeKind::kString ? Quoted(node_.text) : "0") + " is out of range");
      quantity.reset();
    }
    return quantity;
  }

  std::optional<Duration> ReadTime() const {
    const auto& range = std::get<TimeKind>(kind_);
    return ReadQuantity<Duration>(ParseDuration, range.min, range.max, "duration");
  }

  std::optional<Bytes> ReadSize() const {
    const auto& range = std::get<SizeKind>(kind_);
    return ReadQuantity<Bytes>(ParseSize, range.min, range.max, "size");
  }

  void ReadSources(SitemapSources& sources) const {
    if (node_.kind == NodeKind::kBool) {
      sources = {node_.boolean, {}};
    } else if (node_.kind == NodeKind::kArray) {
      TextList urls;
      bool wrong = false;
      const Complain note = [&](const TomlNode& at, int index, std::string message) {
        wrong = true;
        complain_(at, index, std::move(message));
      };
      const Kind list = ListKind{std::get<SourcesKind>(kind_).check};
      Assignment(list, node_, spelling_, note).ReadList(urls);
      if (!wrong) sources = {false, std::move(urls)};
    } else {
      Wrong("is " + std::string(KindName(node_.kind)));
    }
  }

  void ReadList(TextList& list) const {
    const auto [check, numbers] = std::get<ListKind>(kind_);
    if (spelling_ == Spelling::kCommandLine && IsText(node_)) {
      if (Passes(check, node_, -1)) list = {node_.text};
      return;
    }
    if (!Expect(NodeKind::kArray)) return;
    TextList read;
    bool good = true;
    for (std::size_t i = 0; i < node_.items.size(); ++i) {
      std::optional<TomlNode> number;
      if (numbers && node_.items[i].kind == NodeKind::kInteger) {
        number = node_.items[i];
        number->text = std::to_string(number->integer);
        number->kind = NodeKind::kString;
      }
      const TomlNode& item = number ? *number : node_.items[i];
      int index = static_cast<int>(i);
      if (item.kind != NodeKind::kString) {
        complain_(item, index, "holds " + std::string(KindName(item.kind)) + "; allowed: " + Allowed(kind_));
        good = false;
      } else if (!Passes(check, item, index)) {
        good = false;
      } else {
        read.push_back(item.text);
      }
    }
    if (good) list = std::move(read);
  }

  void ReadPairs(TextPairs& pairs) const {
    if (!Expect(NodeKind::kTable)) return;
    TextPairs read = spelling_ == Spelling::kCommandLine ? pairs : TextPairs{};
    bool good = true;
    for (const TomlNode::Entry& entry : node_.entries) {
      std::string wrong;
      if (!IsText(entry.value)) {
        wrong = "is " + std::string(KindName(entry.value.kind)) + "; allowed: a string";
      } else {
        wrong = std::get<PairsKind>(kind_).check(entry.key, entry.value.text);
      }
      if (!wrong.empty()) {
        complain_(entry.value, -1, Quoted(entry.key) + " " + wrong);
        good = false;
        continue;
      }
      std::erase_if(read, [&](const auto& pair) { return pair.first == entry.key; });
      read.emplace_back(entry.key, entry.value.text);
    }
    if (good) pairs = std::move(read);
  }

  const Kind& kind_;
  const TomlNode& node_;
  Spelling spelling_;
  const Complain& complain_;
};

}  // namespace

void Assign(const Kind& kind, const Slot& slot, const TomlNode& node, Spelling spelling,
            const Complain& complain) {
  Assignment assignment(kind, node, spelling, complain);
  std::visit([&](auto* value) { assignment.Into(*value); }, slot);
}

}  // namespace trawl::config
