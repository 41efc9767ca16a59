#include "parser/selector.h"

#include <string>
#include <vector>

#include "parser/html_tree.h"
#include "parser/selector_attribute.h"
#include "parser/selector_match.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

using Words = std::vector<std::string>;

Selector Compiled(std::string_view text) {
  SelectorError error;
  auto selector = Selector::Compile(text, error);
  INFO(text << ": " << error.message << " at " << error.offset);
  REQUIRE(selector.has_value());
  return *selector;
}

// "offset: message", or "good".
std::string Wrong(std::string_view text) {
  SelectorError error;
  if (Selector::Compile(text, error)) return "good";
  return std::to_string(error.offset) + ": " + error.message;
}

class Document {
 public:
  explicit Document(std::string html, std::size_t arena = 64 << 20)
      : html_(std::move(html)), arena_(arena), tree_(BuildTree(html_, arena_)) {}

  // The ids of what is selected; the name of an element that has none.
  Words Ids(std::string_view text, std::uint32_t scope = 0) const {
    const Selector selector = Compiled(text);
    SelectorMatcher matcher(tree_);
    Words ids;
    for (const std::uint32_t element : matcher.Select(selector, scope)) {
      const TreeAttribute* const id = tree_.Find(tree_[element], "id");
      ids.emplace_back(id != nullptr ? id->value : tree_[element].name);
      CHECK(matcher.Matches(selector, element, scope));
    }
    return ids;
  }
  Words Values(std::string_view text, std::uint32_t scope = 0, std::size_t max = SIZE_MAX) const {
    SelectorMatcher matcher(tree_);
    const Selector selector = Compiled(text);
    const auto values = matcher.SelectValues(selector, scope, max);
    return {values.begin(), values.end()};
  }
  std::uint32_t First(std::string_view text) const {
    const Selector selector = Compiled(text);
    return SelectorMatcher(tree_).SelectFirst(selector);
  }
  const Tree& tree() const { return tree_; }

 private:
  std::string html_;
  Arena arena_;
  Tree tree_;
};

// Its arena is small: tests that bound address space share this program.
const Document kList(
    "<!DOCTYPE html><ul id=u><li id=a class='x y'>1<li id=b class=x>2<p id=p>in</p><li id=c class=Y>3<li "
    "id=d "
    "class=x>4</ul><div id=e><b id=f>t</b>u<i id=g></i></div>",
    1 << 20);

}  // namespace

TEST_CASE("Combinators are matched right to left") {
  CHECK(kList.Ids("ul > li") == Words{"a", "b", "c", "d"});
  CHECK(kList.Ids("li + li + li") == Words{"c", "d"});
  CHECK(kList.Ids("#a ~ .x") == Words{"b", "d"});
  CHECK(kList.Ids("ul p, b") == Words{"p", "f"});
  CHECK(kList.Ids("html body ul li p") == Words{"p"});
  CHECK(kList.Ids("div ul").empty());
  CHECK(kList.Ids("body>div>b+i") == Words{"g"});
}

TEST_CASE("Places among siblings") {
  CHECK(kList.Ids("li:nth-child(2n+1)") == Words{"a", "c"});
  CHECK(kList.Ids("li:nth-child(-n+2)") == Words{"a", "b"});
  CHECK(kList.Ids("li:nth-child( 3 )") == Words{"c"});
  CHECK(kList.Ids("li:nth-last-child(even)") == Words{"a", "c"});
  CHECK(kList.Ids("li:nth-child(2 of .x)") == Words{"b"});
  CHECK(kList.Ids("li:nth-last-child(1 of .x, #c)") == Words{"d"});
  CHECK(kList.Ids("div > :last-of-type") == Words{"f", "g"});
  CHECK(kList.Ids("div > :only-of-type") == Words{"f", "g"});
  CHECK(kList.Ids("li:nth-child(n+99)").empty());
  CHECK(kList.Ids("li:nth-child(-2147483648n-99999999999)").empty());
  CHECK(kList.Ids(":root") == Words{"html"});
}

TEST_CASE("Selectors within selectors") {
  CHECK(kList.Ids("li:not(.x, :last-child)") == Words{"c"});
  CHECK(kList.Ids("li:is(#a, #d)") == Words{"a", "d"});
  CHECK(kList.Ids(":is(ul, div) > :where(.x, b)") == Words{"a", "b", "d", "f"});
  CHECK(kList.Ids("li:has(p)") == Words{"b"});
  CHECK(kList.Ids("li:has(> p)") == Words{"b"});
  CHECK(kList.Ids("li:has(+ #c)") == Words{"b"});
  CHECK(kList.Ids("li:has(~ .Y)") == Words{"a", "b"});
  CHECK(kList.Ids("ul:has(~ div b)") == Words{"u"});
  CHECK(kList.Ids("body:has(ul p)") == Words{"body"});
  CHECK(kList.Ids("p:has(ul p)").empty());
  CHECK(kList.Ids("div:not(:has(p))") == Words{"e"});
  // A wrong member of :is is left out; one of :not is an error.
  CHECK(kList.Ids("li:is(#a, :nonsense, ::before, [)") == Words{"a"});
  CHECK(kList.Ids("li:is()").empty());
}

TEST_CASE("Names are compared as their document says") {
  CHECK(kList.Ids("LI.x") == Words{"a", "b", "d"});
  CHECK(kList.Ids(".y") == Words{"a"});
  const Document quirks("<p id=A class=Big>");
  CHECK(quirks.Ids("#a.bIG") == Words{"A"});
  const Document foreign(
      "<!DOCTYPE html><svg id=s viewBox='0 0'><linearGradient id=l xlink:href=x /></svg><x-Y id=own></x-Y>");
  CHECK(foreign.Ids("linearGradient") == Words{"l"});
  CHECK(foreign.Ids("lineargradient").empty());
  CHECK(foreign.Ids("[viewBox]") == Words{"s"});
  CHECK(foreign.Ids("[href]").empty());
  CHECK(foreign.Ids("[*|href]") == Words{"l"});
  CHECK(foreign.Ids("X-y") == Words{"own"});
}

TEST_CASE("Attributes") {
  const Document page(
      "<!DOCTYPE html><a id=a href='http://X/' rel=NoFollow data-k='A b' lang=en-GB><a id=b href='' "
      "data-k=''>");
  CHECK(page.Ids("[rel=nofollow]") == Words{"a"});  // of the attributes whose case HTML ignores
  CHECK(page.Ids("[rel=nofollow s]").empty());
  CHECK(page.Ids("[data-k~=a]").empty());
  CHECK(page.Ids("[data-k~=a i]") == Words{"a"});
  CHECK(page.Ids("[href^='http:']") == Words{"a"});
  CHECK(page.Ids("[href$='x/' i]") == Words{"a"});
  CHECK(page.Ids("[data-k*='A B' i]") == Words{"a"});
  CHECK(page.Ids("[data-k='']") == Words{"b"});
  CHECK(page.Ids("[data-k*='']").empty());
  CHECK(page.Ids("[LANG|=en]") == Words{"a"});
  CHECK(page.Ids(":lang('*-gb')") == Words{"a"});
  CHECK(page.Ids("a:link:not([data-k=''])") == Words{"a"});
}

TEST_CASE("States of form controls follow the markup") {
  const Document page(
      "<!DOCTYPE html><fieldset id=f disabled><legend><input id=a></legend><input id=b><legend><input "
      "id=c></legend>"
      "</fieldset><select id=s><optgroup id=g disabled><option id=o></select><input id=r type=CheckBox "
      "checked "
      "required>");
  CHECK(page.Ids(":disabled") == Words{"f", "b", "c", "g", "o"});
  CHECK(page.Ids(":enabled") == Words{"a", "s", "r"});
  CHECK(page.Ids(":checked") == Words{"r"});
  CHECK(page.Ids(":required") == Words{"r"});
  CHECK(page.Ids("select:optional") == Words{"s"});
}

TEST_CASE("Emptiness, text and what a template holds") {
  const Document page(
      "<!DOCTYPE html><p id=a><!-- c --></p><p id=b> </p><template id=t><p id=in></p></template>");
  CHECK(page.Ids("p:empty") == Words{"a"});
  CHECK(page.Ids("template, template p") == Words{"t"});
  CHECK(kList.Ids("li:contains('in')") == Words{"b"});
  CHECK(kList.Ids("li:contains('1', \"4\")") == Words{"a", "d"});
}

TEST_CASE("Texts and attributes are taken in document order, each once") {
  CHECK(kList.Values("div::text") == Words{"u"});
  CHECK(kList.Values("div ::text") == Words{"t", "u"});
  CHECK(kList.Values("body ::text, div ::text, b::text") == Words{"1", "2", "in", "3", "4", "t", "u"});
  CHECK(kList.Values(".x::attr(CLASS)") == Words{"x y", "x", "x"});
  CHECK(kList.Values("div ::attr(id)") == Words{"e", "f", "g"});
  CHECK(kList.Values("div::attr(id), div ::text") == Words{"e", "t", "u"});
  CHECK(kList.Values("li::attr(id)", 0, 2) == Words{"a", "b"});
}

TEST_CASE("A scope bounds what is selected, and ancestors outside of it still count") {
  const std::uint32_t second = kList.First("#b");
  CHECK(kList.Ids("p", second) == Words{"p"});
  CHECK(kList.Ids("ul p", second) == Words{"p"});
  CHECK(kList.Ids("li", second).empty());
  CHECK(kList.Ids(":scope", second) == Words{"b"});
  CHECK(kList.Ids(":scope > p", second) == Words{"p"});
  CHECK(kList.Values(":scope::attr(id)", second) == Words{"b"});
  CHECK(kList.Values(":scope ::text", second) == Words{"2", "in"});
}

TEST_CASE("Escapes, comments and ends left open") {
  const Document page("<!DOCTYPE html><p id='1 a' class='a:b'>");
  CHECK(page.Ids("#\\31\\ a") == Words{"1 a"});
  CHECK(page.Ids("#\\000031 \\ a") == Words{"1 a"});
  CHECK(page.Ids("/* x */p/**/.a\\:b/* y */") == Words{"1 a"});
  CHECK(page.Ids("[id='1 a") == Words{"1 a"});
  CHECK(page.Ids("p:not(b") == Words{"1 a"});
  CHECK(page.Ids("[id='1\\\n a']") == Words{"1 a"});
}

TEST_CASE("What is no selector says where and why") {
  CHECK(Wrong("") == "0: a selector is expected here");
  CHECK(Wrong("a,,b") == "2: a selector is expected here");
  CHECK(Wrong("a >") == "3: a selector is expected after a combinator");
  CHECK(Wrong("> a") == "0: \">\" cannot stand here");
  CHECK(Wrong("a $ b") == "2: \"$\" cannot stand here");
  CHECK(Wrong("a b)") == "3: a comma or the end of the selector is expected here");
  CHECK(Wrong("#1a") == "1: an id is expected after #");
  CHECK(Wrong(".") == "1: a class is expected after .");
  CHECK(Wrong("[a=]") == "3: a name or a string in quotes is expected as the value");
  CHECK(Wrong("[a b]") == "3: one of = ~= |= ^= $= *= or ] is expected here");
  CHECK(Wrong("[a=b x]") == "6: only the flags i and s may stand behind a value");
  CHECK(Wrong("ns|a") == "2: the namespace prefix \"ns\" is not declared; * or nothing may stand there");
  CHECK(Wrong("p:nonsense") == "1: there is no pseudo-class :nonsense");
  CHECK(Wrong("p:nonsense(1)") == "1: there is no pseudo-class :nonsense()");
  CHECK(Wrong("p:nth-child(2x)") == "12: an expression such as 2n+1, odd or 3 is expected here");
  CHECK(Wrong("p::texts") == "1: there is no pseudo-element ::texts; ::text and ::attr(x) are there");
  CHECK(Wrong("p::text b") == "8: nothing may follow ::text and ::attr(x)");
  CHECK(Wrong("::text > b") == "6: ::text and ::attr(x) stand behind a selector");
  CHECK(Wrong(":not(p::text)") == "6: no pseudo-element may stand inside an argument");
  CHECK(Wrong("a, b::text") == "10: either all or none of a list end in ::text or ::attr(x)");
  CHECK(Wrong(":has(:has(a))") == "10: :has() may not stand inside :has()");
  CHECK(Wrong(":not()") == "5: a selector is expected here");
  CHECK(Wrong("a + + b") == "4: \"+\" cannot stand here");
  for (const char* nth : {"+ n", "n + - 1", "2n1", "n-", "--1", "2 n", "n+ 1x", ""}) {
    CHECK(Wrong(std::string("p:nth-child(") + nth + ")") != "good");
  }
  for (const char* nth : {"+n", "n-1", "N- 1", "2N + 3", "-0n+1", "+5", "ODD"}) {
    CHECK(Wrong(std::string("p:nth-child(") + nth + ")") == "good");
  }
}

TEST_CASE("A selector has limits of length, compounds and nesting") {
  CHECK(Wrong(std::string(kMaxSelector, 'a')) == "good");
  CHECK(Wrong(std::string(kMaxSelector + 1, 'a')) == "4096: longer than 4096 bytes");
  std::string compounds = "a";
  for (std::size_t i = 1; i < kMaxSelectorCompounds; ++i) compounds += " a";
  CHECK(Wrong(compounds) == "good");
  CHECK(Wrong(compounds + " a").ends_with("more than 256 compound selectors"));
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += ":not(";
    return text + "a" + std::string(depth, ')');
  };
  CHECK(Wrong(nested(kMaxSelectorNesting)) == "good");
  CHECK(Wrong(nested(kMaxSelectorNesting + 1)).ends_with("more than 8 deep"));
  std::string forgiven;
  for (int i = 0; i < 20; ++i) forgiven += ":is(";
  CHECK(Wrong(forgiven).ends_with("more than 8 deep"));
}

TEST_CASE("The work over one document is bounded, and what it cuts is not taken for a match") {
  std::string html = "<!DOCTYPE html>";
  for (int i = 0; i < 2000; ++i) html += "<p>";
  const Document page(html);
  const Selector selector = Compiled("p:not(p ~ p ~ b)");
  SelectorMatcher enough(page.tree());
  CHECK(enough.Select(selector).size() == 2000);
  CHECK_FALSE(enough.exhausted());
  SelectorMatcher little(page.tree(), 1000);
  CHECK(little.Select(selector).size() < 1000);
  CHECK(little.exhausted());
  CHECK_FALSE(little.Matches(selector, 3));
}

TEST_CASE("Chains of descendants and wide tables do not multiply") {
  std::string html = "<!DOCTYPE html>";
  for (int i = 0; i < 400; ++i) html += "<div>";
  const Document deep(html);
  SelectorMatcher matcher(deep.tree());
  const Selector chain = Compiled("div div div div div div div div b div");
  CHECK(matcher.Select(chain).empty());
  CHECK_FALSE(matcher.exhausted());
  html = "<!DOCTYPE html><table>";
  for (int i = 0; i < 20000; ++i) html += "<tr><td>";
  const Document wide(html);
  SelectorMatcher rows(wide.tree());
  const Selector even = Compiled("tr:nth-last-of-type(even) > td:nth-child(1)");
  CHECK(rows.Select(even).size() == 10000);
  CHECK_FALSE(rows.exhausted());
}

TEST_CASE("A tree knows subtrees, siblings, texts and the source of its elements") {
  const Tree& tree = kList.tree();
  const std::uint32_t list = kList.First("#u");
  const std::uint32_t second = kList.First("#b");
  CHECK(tree[second].parent == list);
  CHECK(tree.Next(tree[second].previous) == second);
  CHECK(tree.Next(kList.First("#d")) == Tree::kNone);
  CHECK(tree.TextContent(list) == "12in34");
  CHECK(tree.Markup(kList.First("#p")) == "<p id=p>in</p>");
  CHECK(tree.Markup(second) == "<li id=b class=x>2<p id=p>in</p>");
  CHECK(tree.Markup(kList.First("body")).empty());
}

TEST_CASE("A language range is matched as RFC 4647 says") {
  CHECK(MatchesLanguageRange("de-Latn-DE-1996", "de-de"));
  CHECK(MatchesLanguageRange("de-DE", "de-*-DE"));
  CHECK_FALSE(MatchesLanguageRange("de-x-DE", "de-DE"));
  CHECK_FALSE(MatchesLanguageRange("deva", "de"));
  CHECK(MatchesLanguageRange("", ""));
  CHECK_FALSE(MatchesLanguageRange("", "*"));
}
