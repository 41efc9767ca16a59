#include "parser/item_extractor.h"

#include <algorithm>
#include <utility>

#include "parser/item_reader.h"
#include "parser/item_value.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kMaxKey = 4096;

// A Selector, XPath or Expression; nothing of an empty text.
template <class Compiled, class Wrong>
std::optional<Compiled> Compile(const std::string& text, ItemRuleError& error) {
  if (text.empty()) return std::nullopt;
  Wrong wrong;
  auto compiled = Compiled::Compile(text, wrong);
  if (!compiled) {
    error.offset = wrong.offset;
    error.message = wrong.message;
  }
  return compiled;
}

// "a.b.c" in its parts; none where one is empty.
std::vector<std::string> SplitPath(const std::string& path, ItemRuleError& error) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t dot = std::min(path.find('.', at), path.size());
    if (dot == at) {
      error.offset = at;
      error.message = "a name is expected here";
      return {};
    }
    parts.push_back(path.substr(at, dot - at));
    at = dot + 1;
  }
  if (path.ends_with('.')) {
    error.offset = path.size();
    error.message = "a name is expected here";
    return {};
  }
  return parts;
}

}  // namespace

ItemExtractor::ItemExtractor(const std::vector<config::ItemRule>& rules, std::vector<ItemRuleError>& errors) {
  for (const config::ItemRule& from : rules) {
    Rule& rule = rules_.emplace_back();
    ItemRuleError error;
    error.rule = rules_.size() - 1;
    const auto note = [&](std::string key) {
      if (error.message.empty()) return;
      error.key = std::move(key);
      errors.push_back(error);
      error.message.clear();
      error.offset = 0;
      rule.works = false;
    };
    rule.each = Compile<Selector, SelectorError>(from.each, error);
    if (rule.each && rule.each->TakesValues()) error.message = "::text and ::attr(x) select no element";
    note("each");
    for (const config::ItemField& source : from.fields) {
      Field& field = rule.fields.emplace_back();
      error.field = source.name;
      field.name = source.name;
      field.meta = source.meta;
      field.attr = source.attr;
      field.type = source.type;
      field.list = source.list;
      field.css = Compile<Selector, SelectorError>(source.css, error);
      if (field.css && field.css->TakesValues() && !source.attr.empty())
        error.message = "a selector that ends in ::text or ::attr(x) leaves no element for attr";
      note("css");
      field.xpath = Compile<XPath, XPathError>(source.xpath, error);
      note("xpath");
      if (!source.jsonld.empty()) field.jsonld = SplitPath(source.jsonld, error);
      note("jsonld");
      field.regex = Compile<Expression, ExpressionError>(source.regex, error);
      note("regex");
      if (source.fallback) {
        field.fallback = MakeItemValue(source.type, *source.fallback, nullptr);
        if (field.fallback.empty()) error.message = "is no value of the field's type";
        note("default");
      }
      for (const auto& [key, text] : {std::pair<const char*, const std::string&>{"xpath", source.xpath},
                                      {"meta", source.meta},
                                      {"jsonld", source.jsonld},
                                      {"attr", source.attr},
                                      {"default", field.fallback}}) {
        if (text.size() <= kMaxKey) continue;
        error.offset = kMaxKey;
        error.message = "longer than " + std::to_string(kMaxKey) + " bytes";
        note(key);
      }
    }
    error.field.clear();
  }
}

void ItemExtractor::Extract(const Tree& tree, const Url& base, std::span<const std::uint16_t> wanted,
                            Arena& arena, ParsedPage& page) const {
  ItemReader reader(tree, base, arena, page);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] >= rules_.size() || !rules_[wanted[i]].works) continue;
    if (!reader.Read(rules_[wanted[i]], static_cast<std::uint16_t>(i))) return;
  }
}

}  // namespace trawl::parser
