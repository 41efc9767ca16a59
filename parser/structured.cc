#include "parser/structured.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/html_names.h"
#include "parser/json_reader.h"
#include "parser/json_text.h"
#include "parser/microdata.h"

namespace trawl::parser {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// https://ogp.me/ and the vocabularies in use beside it.
constexpr Pair kPrefixes[] = {{"og", "http://ogp.me/ns#"},
                              {"article", "http://ogp.me/ns/article#"},
                              {"book", "http://ogp.me/ns/book#"},
                              {"music", "http://ogp.me/ns/music#"},
                              {"product", "http://ogp.me/ns/product#"},
                              {"profile", "http://ogp.me/ns/profile#"},
                              {"video", "http://ogp.me/ns/video#"}};
constexpr std::string_view kDublinCoreElements = "http://purl.org/dc/elements/1.1/";
constexpr std::string_view kTerms = "http://purl.org/dc/terms/";
// The fifteen of the Dublin Core Metadata Element Set.
constexpr std::string_view kElementSet[] = {
    "contributor", "coverage", "creator", "date",   "description", "format", "identifier", "language",
    "publisher",   "relation", "rights",  "source", "subject",     "title",  "type"};
// Links that are parts of the page rather than said of it.
constexpr std::string_view kPartRelations[] = {"stylesheet",   "preload",       "prefetch", "preconnect",
                                               "dns-prefetch", "modulepreload", "prerender"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = ToAsciiLower(c);
  return lower;
}

class Collector {
 public:
  Collector(Arena& arena, ParsedPage& page) : arena_(arena), page_(page) {
    for (const ParsedStatement& statement : page.statements) left_ -= std::min(left_, statement.data.size());
  }

  void ReadTree(const Tree& tree, const Url& base) {
    for (std::uint32_t i = 0; i < tree.size(); ++i) {
      const TreeElement& element = tree[i];
      if (!element.html) continue;
      if (element.name == "meta")
        Meta(tree, element);
      else if (element.name == "link")
        Link(tree, element, base);
      else if (element.name == "script")
        Script(tree, i);
    }
    Microdata(tree, base);
  }

  void ReadPage() {
    for (const std::string_view block : page_.json_ld) JsonLd(block);
    for (const MetaProperty& property : page_.properties) Property(property.name, property.content);
    for (const ParsedLink& link : page_.links) {
      if (link.kind == LinkKind::kLink && IsRelation(link.rel))
        Relation(link.rel, link.url, {{"hreflang", link.hreflang}});
    }
  }

  void Microdata(const Tree& tree, const Url& base) {
    for (const std::string& item : ReadMicrodata(tree, base, left_, page_.statements_truncated))
      Add(StatementKind::kMicrodata, item);
  }

  void Finish() {
    AddProperties(StatementKind::kOpenGraph, graph_, true);
    AddProperties(StatementKind::kTwitter, twitter_, false);
    if (!elements_.empty() || !terms_.empty())
      Add(StatementKind::kDublinCore, "{\"elements\":[" + elements_ + "],\"terms\":[" + terms_ + "]}");
    if (!relations_.empty()) Add(StatementKind::kRelations, "[" + relations_ + "]");
  }

 private:
  static std::string_view Value(const Tree& tree, const TreeElement& element, std::string_view name) {
    const TreeAttribute* const attribute = tree.Find(element, name);
    return attribute ? TrimHtmlSpace(attribute->value) : std::string_view();
  }

  void Add(StatementKind kind, std::string_view json) {
    if (json.size() > left_ || page_.statements.size() == kMaxStatements) {
      page_.statements_truncated = true;
      return;
    }
    left_ -= json.size();
    page_.statements.push_back({kind, arena_.Copy(json)});
  }

  void Script(const Tree& tree, std::uint32_t index) {
    const std::string_view type = Value(tree, tree[index], "type");
    if (!EqualsIgnoringCase(TrimHtmlSpace(type.substr(0, type.find(';'))), "application/ld+json")) return;
    JsonLd(tree.TextContent(index));
  }

  void JsonLd(std::string_view text) {
    const auto json = MendJson(text);
    if (!json) return;
    for (const std::string_view value : JsonMembers(*json)) Add(StatementKind::kJsonLd, value);
  }

  void Meta(const Tree& tree, const TreeElement& element) {
    const std::string_view content = Value(tree, element, "content");
    if (!Property(Value(tree, element, "property"), content)) Property(Value(tree, element, "name"), content);
  }

  // True where it is settled by that what the element is.
  bool Property(std::string_view key, std::string_view content) {
    const std::size_t end = key.find_first_of(":.");
    if (end == std::string_view::npos) return false;
    const std::string prefix = Lower(key.substr(0, end));
    if (key[end] == '.') {
      if (prefix == "dc" || prefix == "dcterms") DublinCore(prefix, key, key.substr(end + 1), content);
      return false;
    }
    if (prefix == "twitter") {
      twitter_.emplace_back(key, content);
      return true;
    }
    if (!IsVocabulary(prefix)) return false;
    graph_.emplace_back(key, content);
    return true;
  }

  static bool IsVocabulary(std::string_view prefix) {
    return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                       [prefix](const Pair& row) { return row.first == prefix; });
  }

  void DublinCore(std::string_view prefix, std::string_view key, std::string_view term,
                  std::string_view content) {
    const std::string lower = Lower(term);
    const bool element = prefix == "dc" && std::find(std::begin(kElementSet), std::end(kElementSet), lower) !=
                                               std::end(kElementSet);
    std::string& out = element ? elements_ : terms_;
    if (out.size() + key.size() + content.size() > kMaxStatementBytes / 2) return;
    out += out.empty() ? "{" : ",{";
    Member("name", key, out);
    out += ',';
    Member("content", content, out);
    out += ',';
    Member("URI", std::string(element ? kDublinCoreElements : kTerms) + (element ? lower : std::string(term)),
           out);
    out += '}';
  }

  static void Member(std::string_view name, std::string_view value, std::string& out) {
    AppendJsonString(name, out);
    out += ':';
    AppendJsonString(value, out);
  }

  void Link(const Tree& tree, const TreeElement& element, const Url& base) {
    const std::string_view rel = Value(tree, element, "rel");
    const std::string_view href = Value(tree, element, "href");
    if (!IsRelation(rel) || href.empty()) return;
    const auto url = Url::Parse(href, &base);
    if (!url) return;
    std::vector<Pair> more;
    for (const std::string_view name : {"hreflang", "type", "media", "title"})
      more.emplace_back(name, Value(tree, element, name));
    Relation(rel, url->Href(), more);
  }

  /// Whether a <link> says something of the page, and names no part of it.
  static bool IsRelation(std::string_view rel) {
    std::string_view rest = rel;
    for (std::string_view token = NextToken(rest); !token.empty(); token = NextToken(rest)) {
      if (std::find(std::begin(kPartRelations), std::end(kPartRelations), Lower(token)) !=
          std::end(kPartRelations))
        return false;
    }
    return !rel.empty();
  }

  void Relation(std::string_view rel, std::string_view url, const std::vector<Pair>& more) {
    if (relations_.size() + rel.size() + url.size() > kMaxStatementBytes / 2) return;
    relations_ += relations_.empty() ? "{" : ",{";
    Member("rel", Lower(rel), relations_);
    relations_ += ',';
    Member("href", url, relations_);
    for (const auto& [name, value] : more) {
      if (value.empty() || value.size() > kMaxPropertyContent) continue;
      relations_ += ',';
      Member(name, value, relations_);
    }
    relations_ += '}';
  }

  void AddProperties(StatementKind kind, const std::vector<Pair>& properties, bool vocabularies) {
    if (properties.empty()) return;
    std::string json = "{";
    if (vocabularies) {
      json += "\"namespace\":{";
      for (const auto& [prefix, uri] : kPrefixes) {
        const std::string_view name = prefix;
        const bool used = std::any_of(properties.begin(), properties.end(), [name](const Pair& property) {
          return Lower(property.first.substr(0, property.first.find(':'))) == name;
        });
        if (!used) continue;
        if (json.back() != '{') json += ',';
        Member(prefix, uri, json);
      }
      json += "},";
    }
    json += "\"properties\":[";
    for (const auto& [name, content] : properties) {
      if (json.size() + name.size() + content.size() > kMaxStatementBytes / 2) break;
      json += json.back() == '[' ? "[" : ",[";
      AppendJsonString(name, json);
      json += ',';
      AppendJsonString(content, json);
      json += ']';
    }
    Add(kind, json + "]}");
  }

  Arena& arena_;
  ParsedPage& page_;
  std::size_t left_ = kMaxStatementBytes;
  std::vector<Pair> graph_, twitter_;
  std::string elements_, terms_, relations_;
};

}  // namespace

void ReadStructured(const Tree& tree, const Url& base, Arena& arena, ParsedPage& page) {
  Collector collector(arena, page);
  collector.ReadTree(tree, base);
  collector.Finish();
}

void ReadStatements(Arena& arena, ParsedPage& page) {
  Collector collector(arena, page);
  collector.ReadPage();
  collector.Finish();
}

void ReadMicrodataStatements(const Tree& tree, const Url& base, Arena& arena, ParsedPage& page) {
  Collector(arena, page).Microdata(tree, base);
}

bool MentionsMicrodata(std::string_view html) {
  constexpr std::string_view kWord = "itemscope";
  constexpr std::size_t kLast = kWord.size() - 1;
  const char* at = html.data();
  const char* const end = html.data() + html.size();
  // Sixteen places at a time: where its first and its last letter stand as far apart as in the word.
  for (; end - at >= static_cast<std::ptrdiff_t>(ByteBlock::kSize + kLast); at += ByteBlock::kSize) {
    std::uint32_t places = ByteBlock(at).OneOf<'i', 'I'>() & ByteBlock(at + kLast).OneOf<'e', 'E'>();
    for (; places != 0; places &= places - 1) {
      const char* const place = at + __builtin_ctz(places);
      if (StartsWithIgnoreCase({place, static_cast<std::size_t>(end - place)}, kWord)) return true;
    }
  }
  for (; end - at >= static_cast<std::ptrdiff_t>(kWord.size()); ++at) {
    if (StartsWithIgnoreCase({at, static_cast<std::size_t>(end - at)}, kWord)) return true;
  }
  return false;
}

}  // namespace trawl::parser
