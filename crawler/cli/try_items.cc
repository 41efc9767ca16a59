#include "crawler/cli/try_items.h"

#include <algorithm>
#include <cstdint>
#include <ostream>

#include "config/knobs.h"
#include "parser/json_reader.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kMaxSource = 40;  // columns

json::array Texts(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.push_back(json::string(text));
  return array;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool Holds(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// "meta og:title", ".price @data-amount /([0-9.]+)/"
std::string SourceOf(const config::ItemField& field) {
  std::string source = field.css;
  if (!field.xpath.empty()) source = "xpath " + field.xpath;
  if (!field.meta.empty()) source = "meta " + field.meta;
  if (!field.jsonld.empty()) source = "jsonld " + field.jsonld;
  if (!field.attr.empty()) source += " @" + field.attr;
  if (!field.regex.empty()) source += " /" + field.regex + "/";
  return source;
}

std::string TypeOf(config::ItemField field) {
  for (const config::Knob<config::ItemField>& knob : config::FieldKnobs()) {
    if (knob.key != "type") continue;
    const std::string quoted = config::ShowValue(knob.kind, knob.slot(field));
    return quoted.substr(1, quoted.size() - 2);
  }
  return {};
}

std::string Padded(std::string text, std::size_t width) {
  const std::size_t now = DisplayWidth(text);
  if (now < width) text.append(width - now, ' ');
  return text;
}

std::string Shortened(const std::string& text, std::size_t width) {
  if (width == 0 || DisplayWidth(text) <= width) return text;
  return std::string(CutToWidth(text, width > 3 ? width - 3 : 0)) + "...";
}

/// Lines of one rule.
class RuleWriter {
 public:
  RuleWriter(const TriedRule& tried, std::ostream& out, const Terminal& terminal)
      : tried_(tried), out_(out), terminal_(terminal) {
    for (const config::ItemField& field : tried.rule.fields) {
      names_ = std::max(names_, field.name.size());
      sources_ = std::max(sources_, std::min(DisplayWidth(Printable(SourceOf(field))), kMaxSource));
    }
  }

  void Run() {
    const std::size_t count = tried_.items.size();
    out_ << Coloured(tried_.rule.name + ": " + std::to_string(count) + (count == 1 ? " item" : " items"),
                     kBoldText);
    if (!tried_.matches)
      out_ << Coloured("; its match does not take this URL, so a crawl would not read it", kNoteText);
    out_ << '\n';
    if (count == 0) {
      out_ << "  " << Coloured("nothing is selected by each = " + config::Quoted(tried_.rule.each), kBadText)
           << '\n';
    }
    for (std::size_t i = 0; i < count; ++i) Item(i);
    if (tried_.truncated)
      out_ << "  " << Coloured("cut: the page gives more than a crawl would keep of it", kNoteText) << '\n';
  }

 private:
  void Item(std::size_t index) {
    const TriedItem& item = tried_.items[index];
    const std::string number = std::to_string(index + 1);
    const std::size_t digits = std::to_string(tried_.items.size()).size();
    for (std::size_t i = 0; i < tried_.rule.fields.size(); ++i) {
      const config::ItemField& field = tried_.rule.fields[i];
      const std::string front =
          "  " + Padded(i == 0 ? number : "", digits) + "  " + Padded(field.name, names_) + "  ";
      const std::string source = Padded(Shortened(Printable(SourceOf(field)), kMaxSource), sources_);
      out_ << front << Coloured(source, kFaintText) << "  "
           << Value(item, field, DisplayWidth(front) + sources_ + 2) << '\n';
    }
  }

  std::string Value(const TriedItem& item, const config::ItemField& field, std::size_t column) const {
    if (Holds(item.missing, field.name)) return Coloured("missing, and required", kBadText);
    const std::string_view value = parser::JsonValueAt(item.data, field.name);
    if (value.empty() || value == "null") return Coloured("NULL", kFaintText);
    const bool defaulted = Holds(item.defaulted, field.name);
    const std::size_t room = terminal_.columns > column + 12 ? terminal_.columns - column : 0;
    const std::string text = value[0] == '"' ? parser::JsonText(value) : std::string(value);
    const std::string shown =
        Shortened(Printable(text), terminal_.is_terminal && room > 10 ? room - 10 * defaulted : 0);
    return defaulted ? Coloured(shown + " (default)", kNoteText) : shown;
  }

  std::string Coloured(const std::string& text, std::string_view colour) const {
    return terminal_.colour ? std::string(colour) + text + std::string(kPlainText) : text;
  }

  const TriedRule& tried_;
  std::ostream& out_;
  const Terminal& terminal_;
  std::size_t names_ = 0, sources_ = 0;
};

}  // namespace

bool TriedRule::Good() const {
  return !items.empty() &&
         std::ranges::all_of(items, [](const TriedItem& item) { return item.missing.empty(); });
}

TriedRule ReadTriedRule(const config::ItemRule& rule, std::uint16_t place, const parser::ParsedPage& page) {
  TriedRule tried;
  tried.rule = rule;
  tried.truncated = page.items_truncated;
  for (const parser::ParsedItem& item : page.items) {
    if (item.rule != place) continue;
    TriedItem& one = tried.items.emplace_back();
    one.data = item.data;
    one.defaulted = Words(item.defaulted);
    for (const config::ItemField& field : rule.fields) {
      const std::string_view value = parser::JsonValueAt(one.data, field.name);
      if (field.required && (value.empty() || value == "null")) one.missing.push_back(field.name);
    }
  }
  return tried;
}

void WriteTriedRule(const TriedRule& tried, std::ostream& out, const Terminal& terminal) {
  RuleWriter(tried, out, terminal).Run();
}

std::string TriedRuleToJson(const TriedRule& tried) {
  json::array fields;
  for (const config::ItemField& field : tried.rule.fields) {
    fields.push_back(json::object{{"name", json::string(field.name)},
                                  {"from", json::string(SourceOf(field))},
                                  {"type", json::string(TypeOf(field))},
                                  {"list", field.list},
                                  {"required", field.required}});
  }
  std::string out = ToJson(json::object{{"rule", json::string(tried.rule.name)},
                                        {"matches", tried.matches},
                                        {"truncated", tried.truncated},
                                        {"fields", fields}});
  out.back() = ',';
  out += "\"items\":[";
  for (const TriedItem& item : tried.items) {
    out += (out.back() == '[' ? "{\"data\":" : ",{\"data\":") + item.data;
    out += ",\"missing\":" + ToJson(Texts(item.missing)) + ",\"defaulted\":" + ToJson(Texts(item.defaulted)) +
           "}";
  }
  return out + "]}";
}

}  // namespace trawl::crawler
