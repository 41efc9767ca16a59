// How knobs read to people: what is allowed, a value as TOML, the manual.

#include <cstdio>

#include "config/knobs.h"
#include "config/units.h"

namespace trawl::config {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string Words(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += Quoted(words[i]);
  }
  return text;
}

template <class Value>
std::string Show(const Kind& kind, const Value& value) {
  if constexpr (std::is_same_v<Value, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_enum_v<Value>) {
    return Quoted(std::get<ChoiceKind>(kind).words[static_cast<std::size_t>(value)]);
  } else if constexpr (std::is_integral_v<Value>) {
    return std::to_string(value);
  } else if constexpr (std::is_same_v<Value, Duration>) {
    return Quoted(FormatDuration(value));
  } else if constexpr (std::is_same_v<Value, Bytes>) {
    return Quoted(FormatSize(value));
  } else if constexpr (std::is_same_v<Value, std::string>) {
    return Quoted(value);
  } else if constexpr (std::is_same_v<Value, TextList>) {
    std::string text = "[";
    for (const std::string& item : value) text += (text.size() > 1 ? ", " : "") + Quoted(item);
    return text + "]";
  } else if constexpr (std::is_same_v<Value, SitemapSources>) {
    return value.urls.empty() ? Show(kind, value.robots) : Show(kind, value.urls);
  } else if constexpr (std::is_same_v<Value, TextPairs>) {
    std::string text = "{";
    for (const auto& [name, entry] : value)
      text += (text.size() > 1 ? ", " : " ") + Quoted(name) + " = " + Quoted(entry);
    return text + (value.empty() ? "}" : " }");
  } else {
    return value ? Show(kind, *value) : "";  // an optional
  }
}

/// Appends `text` in lines of at most 100 columns, each after `indent`.
void Wrap(std::string& out, std::string_view indent, std::string_view text) {
  constexpr std::size_t kWidth = 100;
  while (!text.empty()) {
    std::size_t room = kWidth - indent.size(), cut = text.size();
    if (cut > room) {
      cut = text.rfind(' ', room);
      if (cut == std::string_view::npos) cut = room;
    }
    out.append(indent).append(text.substr(0, cut)).append("\n");
    text.remove_prefix(cut);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
}

template <class Owner>
void Describe(std::string& out, std::string_view prefix, std::span<const Knob<Owner>> knobs) {
  Owner defaults;
  for (const Knob<Owner>& knob : knobs) {
    std::string value = ShowValue(knob.kind, knob.slot(defaults));
    out.append(prefix).append(knob.key);
    if (!value.empty()) out.append(" = ").append(value);
    out += "\n";
    Wrap(out, "    ", knob.sentence);
    Wrap(out, "    ", "Allowed: " + Allowed(knob.kind) + ".");
    out += "\n";
  }
}

/// The values of `owner` that are not the default's, as lines of TOML.
template <class Owner>
std::string Differences(Owner owner, std::span<const Knob<Owner>> knobs) {
  Owner defaults;
  std::string lines;
  for (const Knob<Owner>& knob : knobs) {
    const std::string value = ShowValue(knob.kind, knob.slot(owner));
    if (value.empty() || value == ShowValue(knob.kind, knob.slot(defaults))) continue;
    lines.append(knob.key).append(" = ").append(knob.secret ? "\"(hidden)\"" : value).append("\n");
  }
  return lines;
}

std::string ShowItem(const ItemRule& rule) {
  std::string text = Differences(rule, ItemKnobs());
  for (const ItemField& field : rule.fields) {
    ItemField copy = field, defaults;
    std::string inner;
    for (const Knob<ItemField>& knob : FieldKnobs()) {
      const std::string value = ShowValue(knob.kind, knob.slot(copy));
      if (value.empty() || value == ShowValue(knob.kind, knob.slot(defaults))) continue;
      inner.append(inner.empty() ? " " : ", ").append(knob.key).append(" = ").append(value);
    }
    text.append("fields.").append(field.name).append(" = {").append(inner).append(" }\n");
  }
  return text;
}

}  // namespace

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", byte);
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string Allowed(const Kind& kind) {
  return std::visit(
      Overloaded{
          [](const FlagKind&) -> std::string { return "true or false"; },
          [](const CountKind& count) {
            std::string min = std::to_string(count.min);
            if (count.max == INT64_MAX) return "a whole number, " + min + " or more";
            return "a whole number from " + min + " to " + std::to_string(count.max);
          },
          [](const TimeKind& time) {
            return "a duration such as \"250ms\", \"1.5s\", \"5min\" or \"2h\", from " +
                   FormatDuration(time.min) + " to " + FormatDuration(time.max);
          },
          [](const SizeKind& size) {
            return "a size such as \"512B\", \"64KiB\" or \"10MiB\", from " + FormatSize(size.min) + " to " +
                   FormatSize(size.max);
          },
          [](const ChoiceKind& choice) { return Words(choice.words); },
          [](const TextKind&) -> std::string { return "a string"; },
          [](const ListKind& list) -> std::string {
            return list.numbers ? "an array of numbers and strings" : "an array of strings";
          },
          [](const SourcesKind&) -> std::string { return "true, false or an array of strings"; },
          [](const PairsKind&) -> std::string { return "a table of strings"; },
      },
      kind);
}

std::string ShowValue(const Kind& kind, const Slot& slot) {
  return std::visit([&](const auto* value) { return Show(kind, *value); }, slot);
}

std::string ShowOptions(const Options& options) {
  std::string text = Differences(options, OptionKnobs());
  for (const Target& target : options.targets) {
    text += "\n[[target]]\n" + Differences(target, TargetKnobs());
    for (const ItemRule& rule : target.items) text += "\n[[target.item]]\n" + ShowItem(rule);
  }
  return text;
}

std::string KnobManual() {
  std::string manual;
  Describe(manual, "", OptionKnobs());
  Describe(manual, "target.", TargetKnobs());
  Describe(manual, "target.item.", ItemKnobs());
  Describe(manual, "target.item.fields.NAME.", FieldKnobs());
  return manual;
}

void CopyValue(const Slot& from, const Slot& to) {
  std::visit([&to](auto* value) { *std::get<decltype(value)>(to) = *value; }, from);
}

}  // namespace trawl::config
