#include "parser/item_reader.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "parser/html_text.h"
#include "parser/item_value.h"
#include "parser/json_reader.h"
#include "parser/json_text.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

// Parts of JSON-LD that a path has reached, and objects it may begin at.
constexpr std::size_t kMaxJsonNodes = 1000;

// Elements that do not part the words before them from those behind them.
bool IsInline(std::string_view name) {
  constexpr std::string_view kInline[] = {
      "a",    "abbr",   "b",     "bdi", "bdo",   "big",  "cite", "code", "data", "del",  "dfn",    "em",
      "font", "i",      "ins",   "kbd", "label", "mark", "meta", "q",    "s",    "samp", "script", "small",
      "span", "strong", "style", "sub", "sup",   "time", "tt",   "u",    "var",  "wbr"};
  return std::binary_search(std::begin(kInline), std::end(kInline), name);
}

bool IsType(std::string_view node, std::string_view type) {
  const std::string_view value = JsonValueAt(node, "@type");
  if (value.empty()) return false;
  const auto members = JsonMembers(value);
  return std::any_of(members.begin(), members.end(), [type](std::string_view member) {
    if (!member.starts_with('"')) return false;
    const std::string text = JsonText(member);
    return std::string_view(text).substr(text.find_last_of("/#:") + 1) == type;
  });
}

}  // namespace

bool ItemReader::Read(const ItemExtractor::Rule& rule, std::uint16_t number) {
  std::vector<std::uint32_t> scopes = {0};
  if (rule.each) scopes = matcher_.Select(*rule.each);
  for (const std::uint32_t scope : scopes) {
    if (page_.items.size() == kMaxItems || !ReadItem(rule, number, scope)) {
      page_.items_truncated = true;
      return false;
    }
  }
  const bool exhausted = matcher_.exhausted() || xpath_.exhausted();
  page_.items_truncated = page_.items_truncated || exhausted;
  return !exhausted;
}

bool ItemReader::ReadItem(const ItemExtractor::Rule& rule, std::uint16_t number, std::uint32_t scope) {
  std::string json = "{", defaulted;
  for (const Field& field : rule.fields) {
    if (json.size() > 1) json += ',';
    AppendJsonString(field.name, json);
    json += ':';
    ReadField(field, scope);
    if (count_ == 0 && !field.fallback.empty()) {
      values_ = field.fallback;
      count_ = 1;
      if (!defaulted.empty()) defaulted += ' ';
      defaulted += field.name;
    }
    if (count_ == 0)
      json += "null";
    else
      json += field.list ? "[" + values_ + "]" : values_;
    if (json.size() > kMaxItemBytes - bytes_) return false;
  }
  json += '}';
  if (json.size() > kMaxItemBytes - bytes_) return false;
  bytes_ += json.size();
  page_.items.push_back({number, arena_.Copy(json), arena_.Copy(defaulted)});
  return true;
}

void ItemReader::ReadField(const Field& field, std::uint32_t scope) {
  values_.clear();
  count_ = 0;
  if (field.css) {
    FromSelector(field, scope);
  } else if (field.xpath) {
    FromXPath(field, scope);
  } else if (!field.meta.empty()) {
    FromMeta(field);
  } else if (!field.jsonld.empty()) {
    FromJsonLd(field);
  }
}

bool ItemReader::Enough(const Field& field) const {
  return count_ == (field.list ? kMaxItemList : 1) || values_.size() > kMaxItemBytes;
}

std::string_view ItemReader::Cut(std::string_view text) {
  if (text.size() <= kMaxItemValue) return text;
  page_.items_truncated = true;
  return CutUtf8(text, kMaxItemValue);
}

// The text becomes a value, unless it is none.
void ItemReader::Take(const Field& field, std::string_view text) {
  if (field.regex) {
    const auto found = field.regex->Find(text);
    if (!found) return;
    text = *found;
  }
  const std::string value = MakeItemValue(field.type, Cut(text), &base_);
  if (value.empty()) return;
  if (Enough(field)) {
    page_.items_truncated = page_.items_truncated || field.list;
    return;
  }
  if (count_++ > 0) values_ += ',';
  values_ += value;
}

// A single value is mostly the first that is selected; only where that one gives nothing the others are
// looked for.
void ItemReader::FromSelector(const Field& field, std::uint32_t scope) {
  if (field.css->TakesValues()) {
    const auto take = [&](std::string_view value) {
      Take(field, field.type == config::FieldType::kJson ? value : Fold(value, kMaxItemValue, arena_));
    };
    if (!field.list) {
      for (const std::string_view value : matcher_.SelectValues(*field.css, scope, 1)) take(value);
      if (count_ > 0) return;
    }
    for (const std::string_view value : matcher_.SelectValues(*field.css, scope, kMaxItemList + 1)) {
      take(value);
      if (!field.list && count_ > 0) return;
    }
    return;
  }
  if (!field.list) {
    const std::uint32_t first = matcher_.SelectFirst(*field.css, scope);
    if (first == Tree::kNone) return;
    FromElement(field, first);
    if (count_ > 0) return;
  }
  for (const std::uint32_t element : matcher_.Select(*field.css, scope)) {
    FromElement(field, element);
    if (!field.list && count_ > 0) return;
    if (page_.items_truncated && Enough(field)) return;
  }
}

void ItemReader::FromXPath(const Field& field, std::uint32_t scope) {
  for (const XPathDocument::Value& value : xpath_.Evaluate(*field.xpath, scope)) {
    if (const auto* element = std::get_if<std::uint32_t>(&value)) {
      FromElement(field, *element);
    } else {
      const std::string& text = std::get<std::string>(value);
      Take(field, field.type == config::FieldType::kJson ? text : Fold(text, kMaxItemValue, arena_));
    }
    if (!field.list && count_ > 0) return;
    if (page_.items_truncated && Enough(field)) return;
  }
}

void ItemReader::FromElement(const Field& field, std::uint32_t element) {
  const TreeElement& of = tree_[element];
  const auto attribute = [&](std::string_view name) {
    const TreeAttribute* const found = tree_.Find(of, name);
    return found ? std::optional(found->value) : std::nullopt;
  };
  if (!field.attr.empty()) {
    if (const auto value = attribute(field.attr)) Take(field, *value);
    return;
  }
  // What an element says beside its text, where that is what the type asks for.
  std::optional<std::string_view> said;
  if (of.name == "meta") said = attribute("content");
  if (field.type == config::FieldType::kUrl) {
    for (const std::string_view name : {"href", "src"}) {
      if (!said) said = attribute(name);
    }
  }
  if (field.type == config::FieldType::kDate && of.name == "time") said = attribute("datetime");
  if (said) return Take(field, *said);
  if (field.type == config::FieldType::kHtml) return Take(field, tree_.Markup(element));
  Take(field, field.type == config::FieldType::kJson ? RawTextOf(element) : TextOf(element));
}

// White space folded; blocks, cells and line ends part words. Scripts and styles are no text, unless one is
// asked for itself.
std::string_view ItemReader::TextOf(std::uint32_t element) {
  const TreeElement& of = tree_[element];
  std::vector<bool> parted(of.texts_end - of.texts_begin + 1);
  for (std::uint32_t inner = element + 1; inner < of.end; ++inner) {
    const TreeElement& within = tree_[inner];
    if (within.html && IsInline(within.name)) continue;
    parted[within.texts_begin - of.texts_begin] = true;
    parted[within.texts_end - of.texts_begin] = true;
  }
  text_.clear();
  bool space = false;
  for (std::uint32_t i = of.texts_begin; i < of.texts_end; ++i) {
    const TreeText& text = tree_.Text(i);
    const std::string_view name = tree_[text.parent].name;
    space = space || parted[i - of.texts_begin];
    if (text.parent != element && (name == "script" || name == "style")) continue;
    for (const char c : text.text) {
      if (IsHtmlSpace(c)) {
        space = true;
        continue;
      }
      if (space && !text_.empty()) text_ += ' ';
      space = false;
      text_ += c;
    }
    if (text_.size() > kMaxItemValue) break;
  }
  return text_;
}

std::string_view ItemReader::RawTextOf(std::uint32_t element) {
  text_.clear();
  for (const TreeText& text : tree_.Texts(tree_[element])) {
    text_ += text.text;
    if (text_.size() > kMaxItemValue) break;
  }
  return text_;
}

void ItemReader::LoadMetas() {
  metas_.emplace();
  for (std::uint32_t i = 0; i < tree_.size(); ++i) {
    const TreeElement& element = tree_[i];
    if (!element.html || element.name != "meta") continue;
    const TreeAttribute* const content = tree_.Find(element, "content");
    if (content == nullptr) continue;
    for (const std::string_view key : {"property", "name", "itemprop", "http-equiv"}) {
      if (const TreeAttribute* const name = tree_.Find(element, key))
        metas_->emplace_back(TrimHtmlSpace(name->value), content->value);
    }
  }
}

void ItemReader::FromMeta(const Field& field) {
  if (!metas_) LoadMetas();
  for (const auto& [name, content] : *metas_) {
    if (Enough(field) && !field.list) return;
    const bool same = name.size() == field.meta.size() &&
                      std::equal(name.begin(), name.end(), field.meta.begin(),
                                 [](char a, char b) { return ToAsciiLower(a) == ToAsciiLower(b); });
    if (same) Take(field, content);
  }
}

// The objects that a path may begin at: each value of each block, and what @graph holds.
void ItemReader::LoadJsonLd() {
  nodes_.emplace();
  for (const std::string_view block : page_.json_ld) {
    if (auto json = MendJson(block)) blocks_.push_back(std::move(*json));
  }
  for (const std::string& block : blocks_) {
    for (const std::string_view node : JsonMembers(block)) {
      if (!node.starts_with('{') || nodes_->size() >= kMaxJsonNodes) continue;
      nodes_->push_back(node);
      const std::string_view graph = JsonValueAt(node, "@graph");
      if (!graph.starts_with('[')) continue;
      for (const std::string_view member : JsonMembers(graph)) {
        if (member.starts_with('{') && nodes_->size() < kMaxJsonNodes) nodes_->push_back(member);
      }
    }
  }
}

void ItemReader::FromJsonLd(const Field& field) {
  if (!nodes_) LoadJsonLd();
  std::size_t part = 0;
  std::vector<std::string_view> reached = *nodes_;
  if (const std::string& type = field.jsonld[0]; type[0] >= 'A' && type[0] <= 'Z') {
    part = 1;
    std::erase_if(reached, [&](std::string_view node) { return !IsType(node, type); });
  }
  for (; part < field.jsonld.size(); ++part) {
    std::vector<std::string_view> next;
    for (const std::string_view value : reached) {
      for (const std::string_view member : JsonMembers(value)) {
        const std::string_view found = JsonValueAt(member, field.jsonld[part]);
        if (!found.empty() && next.size() < kMaxJsonNodes) next.push_back(found);
      }
    }
    reached = std::move(next);
  }
  for (const std::string_view value : reached) {
    if (field.type == config::FieldType::kJson && !field.list) {
      TakeJson(field, value);
      if (count_ > 0) return;
      continue;
    }
    for (const std::string_view member : JsonMembers(value)) {
      TakeJson(field, member);
      if (!field.list && count_ > 0) return;
    }
  }
}

// The value itself; of an object what names it, when it is not wanted whole.
void ItemReader::TakeJson(const Field& field, std::string_view json) {
  if (field.type == config::FieldType::kJson) {
    if (json.size() <= kMaxItemValue) return Take(field, json);
    page_.items_truncated = true;
    return;
  }
  if (json.starts_with('{')) {
    const bool url = field.type == config::FieldType::kUrl;
    std::string_view name;
    for (const std::string_view key :
         {url ? "url" : "@value", url ? "@id" : "name", url ? "contentUrl" : "@id"}) {
      if (name.empty()) name = JsonValueAt(json, key);
    }
    json = name;
  }
  if (json.empty() || json == "null" || json[0] == '{' || json[0] == '[') return;
  if (json[0] != '"') return Take(field, json);
  const std::string text = JsonText(json);
  Take(field, Fold(text, kMaxItemValue, arena_));
}

}  // namespace trawl::parser
