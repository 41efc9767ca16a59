#include "crawler/item_rules.h"

#include <algorithm>
#include <utility>

#include "parser/item_extractor.h"
#include "parser/wire_rules.h"

namespace trawl::crawler {
namespace {

std::string_view AllowedAt(std::string_view key) {
  if (key == "regex" || key == "match") return "RE2 syntax";
  if (key == "xpath") return "XPath 1.0";
  if (key == "jsonld") return "a path such as Product.offers.price";
  if (key == "default") return "what a page could give for it";
  if (key == "css" || key == "each") return "a CSS selector";
  return "a shorter text";
}

std::string Sentence(std::string_view key, std::size_t offset, const std::string& message) {
  std::string text = key == "default" ? message : "at byte " + std::to_string(offset + 1) + ": " + message;
  return text + "; allowed: " + std::string(AllowedAt(key));
}

}  // namespace

ItemRules::ItemRules(config::Loaded& loaded) {
  std::vector<std::string> paths;
  for (std::size_t t = 0; t < loaded.options.targets.size(); ++t) {
    const std::vector<config::ItemRule>& items = loaded.options.targets[t].items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      paths.push_back("target[" + std::to_string(t) + "].item[" + std::to_string(i) + "]");
      Place place{static_cast<std::uint16_t>(t), std::nullopt};
      parser::ExpressionError wrong;
      if (!items[i].match.empty()) {
        place.match = parser::Expression::Compile(items[i].match, wrong);
        if (!place.match)
          loaded.AddError(paths.back() + ".match", Sentence("match", wrong.offset, wrong.message),
                          wrong.offset);
      }
      rules_.push_back(items[i]);
      places_.push_back(std::move(place));
    }
  }
  std::vector<parser::ItemRuleError> errors;
  const parser::ItemExtractor compiled(rules_, errors);
  for (const parser::ItemRuleError& error : errors) {
    const std::string path =
        paths[error.rule] + (error.field.empty() ? "" : ".fields." + error.field) + "." + error.key;
    loaded.AddError(path, Sentence(error.key, error.offset, error.message), error.offset);
  }
  frame_ = std::make_shared<const std::string>(parser::EncodeRules(rules_));
}

std::vector<std::uint16_t> ItemRules::Matching(std::uint16_t target, std::string_view url) const {
  std::vector<std::uint16_t> matching;
  for (std::uint16_t rule = 0; rule < places_.size(); ++rule) {
    if (places_[rule].target == target && Matches(rule, url)) matching.push_back(rule);
  }
  return matching;
}

bool ItemRules::Matches(std::uint16_t rule, std::string_view url) const {
  return !places_[rule].match || places_[rule].match->Matches(url);
}

std::optional<std::uint16_t> ItemRules::Find(std::string_view name) const {
  const auto found = std::ranges::find(rules_, name, &config::ItemRule::name);
  if (found == rules_.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - rules_.begin());
}

}  // namespace trawl::crawler
