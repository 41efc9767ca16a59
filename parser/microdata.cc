#include "parser/microdata.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "parser/html_names.h"
#include "parser/json_text.h"

namespace trawl::parser {
namespace {

struct ValueAttribute {
  std::string_view element, attribute;
  bool url;
};
// HTML 5.2.4, the value of a property.
constexpr ValueAttribute kValues[] = {
    {"meta", "content", false}, {"audio", "src", true},    {"embed", "src", true},
    {"iframe", "src", true},    {"img", "src", true},      {"source", "src", true},
    {"track", "src", true},     {"video", "src", true},    {"a", "href", true},
    {"area", "href", true},     {"link", "href", true},    {"object", "data", true},
    {"data", "value", false},   {"meter", "value", false}, {"time", "datetime", false},
};

class Reader {
 public:
  Reader(const Tree& tree, const Url& base, std::size_t max) : tree_(tree), base_(base), left_(max) {
    for (std::uint32_t i = 0; i < tree.size(); ++i) {
      const TreeElement& element = tree[i];
      if (element.attributes_begin == element.attributes_end) continue;
      if (const TreeAttribute* const id = tree.Find(element, "id")) ids_.emplace(id->value, i);
    }
  }

  std::vector<std::string> Run(bool& truncated) {
    std::vector<std::string> items;
    for (std::uint32_t i = 0; i < tree_.size(); ++i) {
      if (!Has(i, "itemscope") || Has(i, "itemprop")) continue;
      std::string item;
      Item(i, item);
      if (!Spend(item.size())) break;
      items.push_back(std::move(item));
    }
    truncated |= spent_;
    return items;
  }

 private:
  bool Has(std::uint32_t index, std::string_view name) const {
    const TreeElement& element = tree_[index];
    return element.attributes_begin != element.attributes_end && tree_.Find(element, name) != nullptr;
  }
  std::string_view Value(std::uint32_t index, std::string_view name) const {
    const TreeAttribute* const attribute = tree_.Find(tree_[index], name);
    return attribute ? attribute->value : std::string_view();
  }

  bool Spend(std::size_t size) {
    if (size > left_) spent_ = true;
    left_ -= std::min(size, left_);
    return !spent_;
  }

  // The elements that are properties of an item, in tree order (HTML 5.2.5).
  std::vector<std::uint32_t> PropertiesOf(std::uint32_t root) const {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges{{root + 1, tree_[root].end}};
    std::string_view references = Value(root, "itemref");
    for (std::string_view id = NextToken(references); !id.empty(); id = NextToken(references)) {
      const auto found = ids_.find(id);
      if (found != ids_.end() && found->second != root)
        ranges.emplace_back(found->second, tree_[found->second].end);
    }
    std::vector<std::uint32_t> properties;
    for (const auto& [begin, end] : ranges) {
      for (std::uint32_t i = begin; i < end;) {
        if (Has(i, "itemprop")) properties.push_back(i);
        // An item that was referred to by its id, and is no property, lends what it has.
        const bool lends = i == begin && begin != root + 1 && !Has(i, "itemprop");
        i = Has(i, "itemscope") && !lends ? tree_[i].end : i + 1;
      }
    }
    std::sort(properties.begin(), properties.end());
    properties.erase(std::unique(properties.begin(), properties.end()), properties.end());
    return properties;
  }

  static void Tokens(std::string_view text, std::string& out) {
    std::vector<std::string_view> tokens;
    for (std::string_view token = NextToken(text); !token.empty(); token = NextToken(text))
      tokens.push_back(token);
    if (tokens.size() != 1) out += '[';
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) out += ',';
      AppendJsonString(tokens[i], out);
    }
    if (tokens.size() != 1) out += ']';
  }

  void Item(std::uint32_t root, std::string& out) {
    if (spent_ || open_.size() == kMaxMicrodataDepth ||
        std::find(open_.begin(), open_.end(), root) != open_.end()) {
      out += "null";
      return;
    }
    open_.push_back(root);
    out += '{';
    if (!TrimHtmlSpace(Value(root, "itemtype")).empty()) {
      out += "\"type\":";
      Tokens(Value(root, "itemtype"), out);
      out += ',';
    }
    if (Has(root, "itemid")) {
      out += "\"id\":";
      AppendUrl(Value(root, "itemid"), out);
      out += ',';
    }
    out += "\"properties\":{";
    std::vector<std::pair<std::string_view, std::vector<std::string>>> properties;
    for (const std::uint32_t index : PropertiesOf(root)) {
      std::string value;
      PropertyValue(index, value);
      std::string_view names = Value(index, "itemprop");
      for (std::string_view name = NextToken(names); !name.empty(); name = NextToken(names)) {
        const auto same = std::find_if(properties.begin(), properties.end(),
                                       [name](const auto& property) { return property.first == name; });
        if (!Spend(value.size() + name.size())) break;
        if (same == properties.end())
          properties.emplace_back(name, std::vector<std::string>{value});
        else
          same->second.push_back(value);
      }
      if (spent_) break;
    }
    WriteProperties(properties, out);
    out += "}}";
    open_.pop_back();
  }

  static void WriteProperties(
      const std::vector<std::pair<std::string_view, std::vector<std::string>>>& properties,
      std::string& out) {
    for (const auto& [name, values] : properties) {
      if (out.back() != '{') out += ',';
      AppendJsonString(name, out);
      out += values.size() > 1 ? ":[" : ":";
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += ',';
        out += values[i];
      }
      if (values.size() > 1) out += ']';
    }
  }

  void PropertyValue(std::uint32_t index, std::string& out) {
    if (Has(index, "itemscope")) return Item(index, out);
    const std::string_view name = tree_[index].name;
    const auto row = std::find_if(std::begin(kValues), std::end(kValues),
                                  [name](const ValueAttribute& value) { return value.element == name; });
    if (row != std::end(kValues) && (name != "time" || Has(index, "datetime"))) {
      const std::string_view value = Value(index, row->attribute);
      return row->url ? AppendUrl(value, out) : AppendJsonString(value, out);
    }
    // Beyond the standard, from the examples of schema.org.
    if (Has(index, "content")) return AppendJsonString(Value(index, "content"), out);
    AppendJsonString(ShownText(index), out);
  }

  void AppendUrl(std::string_view text, std::string& out) const {
    text = TrimHtmlSpace(text);
    const auto url = text.empty() ? Result<Url>(base_) : Url::Parse(text, &base_);
    AppendJsonString(text.empty() || !url ? text : std::string_view(url->Href()), out);
  }

  // Its text without scripts and styles, white space folded.
  std::string ShownText(std::uint32_t index) const {
    std::string text;
    bool space = false;
    for (const TreeText& part : tree_.Texts(tree_[index])) {
      const std::string_view parent = tree_[part.parent].name;
      if (parent == "script" || parent == "style") continue;
      for (const char c : part.text) {
        if (IsHtmlSpace(c)) {
          space = !text.empty();
          continue;
        }
        if (space) text += ' ';
        space = false;
        text += c;
      }
    }
    return text;
  }

  const Tree& tree_;
  const Url& base_;
  std::size_t left_;
  bool spent_ = false;
  std::map<std::string_view, std::uint32_t> ids_;
  std::vector<std::uint32_t> open_;
};

}  // namespace

std::vector<std::string> ReadMicrodata(const Tree& tree, const Url& base, std::size_t max, bool& truncated) {
  return Reader(tree, base, max).Run(truncated);
}

}  // namespace trawl::parser
