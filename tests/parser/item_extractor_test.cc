#include "parser/item_extractor.h"

#include <string>
#include <vector>

#include "parser/document_kinds.h"
#include "parser/json_reader.h"
#include "tests/support/catch.h"
#include "tests/support/repeat.h"

using namespace trawl;
using namespace trawl::parser;
using config::FieldType;
using config::ItemField;
using config::ItemRule;
using trawl::test::Repeat;

namespace {

using Lines = std::vector<std::string>;

/// Reads a page at http://shop.test/dir/page, by rules that are good.
struct Page {
  explicit Page(std::string html) {
    job.url = "http://shop.test/dir/page";
    job.content_type = "text/html; charset=utf-8";
    job.body = std::move(html);
  }

  Lines Items(const std::vector<ItemRule>& rules) {
    std::vector<ItemRuleError> errors;
    const ItemExtractor extractor(rules, errors);
    REQUIRE(errors.empty());
    job.extractor = &extractor;
    job.items.clear();
    for (std::size_t i = 0; i < rules.size(); ++i) job.items.push_back(static_cast<std::uint16_t>(i));
    Arena arena(160 << 20);
    std::string frame;
    EncodeAnswer(ParseDocument(job, arena), frame);
    const auto page = DecodeAnswer({frame.begin() + kFrameHeader, frame.end()});
    REQUIRE(page.has_value());
    truncated = page->items_truncated;
    Lines lines;
    for (const ParsedItem& item : page->items) {
      lines.push_back((rules.size() > 1 ? std::to_string(item.rule) + " " : "") + std::string(item.data) +
                      (item.defaulted.empty() ? "" : " default: " + std::string(item.defaulted)));
    }
    return lines;
  }

  /// The only item's only value.
  std::string Field(ItemField field) {
    field.name = "f";
    ItemRule rule;
    rule.fields = {field};
    const Lines items = Items({rule});
    REQUIRE(items.size() == 1);
    return items[0].substr(5, items[0].rfind('}') - 5) + items[0].substr(items[0].rfind('}') + 1);
  }

  PageJob job;
  bool truncated = false;
};

std::string Field(std::string html, ItemField field) {
  return Page(std::move(html)).Field(std::move(field));
}

}  // namespace

TEST_CASE("Each element is an item whose fields are looked for inside it") {
  Page page(R"(<title>t</title><ul><li class=p><h2>A</h2><b class=price>$1,299.00</b><a href=a>x</a>
    <li class=p><h2>B <i>&amp; C</i></h2><b class=price>ask</b></ul><h2>outside</h2>)");
  ItemRule rule;
  rule.each = "li.p";
  rule.fields = {{.name = "title", .css = "h2"},
                 {.name = "price", .css = ".price", .type = FieldType::kNumber, .required = true},
                 {.name = "link", .css = "a", .type = FieldType::kUrl}};
  CHECK(page.Items({rule}) == Lines{R"({"title":"A","price":1299,"link":"http://shop.test/dir/a"})",
                                    R"({"title":"B & C","price":null,"link":null})"});
  rule.each = "li.none";
  CHECK(page.Items({rule}).empty());
  CHECK_FALSE(page.truncated);
}

TEST_CASE("Without each the page is one item, and every rule of the job reads it") {
  Page page("<h1>One</h1><p>two<p>three");
  ItemRule head, all;
  head.fields = {{.name = "h", .css = "h1"}};
  all.each = "p";
  all.fields = {{.name = "own", .css = ":scope"}};
  CHECK(page.Items({head, all}) == Lines{R"(0 {"h":"One"})", R"(1 {"own":"two"})", R"(1 {"own":"three"})"});
}

TEST_CASE("Values become what their type says") {
  CHECK(Field("<p>  two\n words ", {.css = "p"}) == R"("two words")");
  CHECK(Field("<p>1.234,50 EUR", {.css = "p", .type = FieldType::kNumber}) == "1234.5");
  CHECK(Field("<p>100000", {.css = "p", .type = FieldType::kNumber}) == "100000");
  CHECK(Field("<p>12 left", {.css = "p", .type = FieldType::kInteger}) == "12");
  CHECK(Field("<p>12.5", {.css = "p", .type = FieldType::kInteger}) == "null");
  CHECK(Field("<p>9007199254740993", {.css = "p", .type = FieldType::kInteger}) == "9007199254740993");
  CHECK(Field("<p>99999999999999999999", {.css = "p", .type = FieldType::kInteger}) == "null");
  for (const char* yes : {"true", "Yes", "ON", "1"})
    CHECK(Field(std::string("<p>") + yes, {.css = "p", .type = FieldType::kBoolean}) == "true");
  for (const char* no : {"false", "no", "Off", "0"})
    CHECK(Field(std::string("<p>") + no, {.css = "p", .type = FieldType::kBoolean}) == "false");
  CHECK(Field("<p>maybe", {.css = "p", .type = FieldType::kBoolean}) == "null");
  CHECK(Field("<p>January 31, 2024", {.css = "p", .type = FieldType::kDate}) == R"("2024-01-31")");
  CHECK(Field("<time datetime=2024-01-31T10:00:00Z>last week</time>",
              {.css = "time", .type = FieldType::kDate}) == R"("2024-01-31T10:00:00.000Z")");
  CHECK(Field("<base href=/b/><img src=i.png>", {.css = "img", .type = FieldType::kUrl}) ==
        R"("http://shop.test/b/i.png")");
  CHECK(Field("<p>../up", {.css = "p", .type = FieldType::kUrl}) == R"("http://shop.test/up")");
  CHECK(Field("<script id=d>{a:1}</script><script id=e>{\"a\":[1,],}</script>",
              {.css = "script", .type = FieldType::kJson}) == R"({"a":[1]})");
  CHECK(Field("<div><b class=\"x\">1</b></div>", {.css = "b", .type = FieldType::kHtml}) ==
        R"("<b class=\"x\">1</b>")");
  CHECK(Field("<p>\"quoted\" \\", {.css = "p"}) == R"("\"quoted\" \\")");
}

TEST_CASE("Texts of blocks, cells and lines are parted, of inline elements not: scripts are none") {
  CHECK(Field("<div id=x><p>a<p>b<b>c</b>d<br>e<script>no</script><table><tr><td>1<td>2</table></div>",
              {.css = "#x"}) == R"("a bcd e 1 2")");
  CHECK(Field("<script>var x = 7;</script>",
              {.css = "script", .regex = "x = (\\d+)", .type = FieldType::kInteger}) == "7");
}

TEST_CASE("Values come from texts, attributes, metas and expressions") {
  CHECK(Field("<p>a<b>b</b>c", {.css = "p::text"}) == R"("a")");
  CHECK(Field("<p>a<b>b</b>c", {.css = "p::text", .list = true}) == R"(["a","c"])");
  CHECK(Field("<i data-x=5><i data-x=6>",
              {.css = "i::attr(data-x)", .type = FieldType::kNumber, .list = true}) == "[5,6]");
  CHECK(Field("<i data-x=5>", {.css = "i", .attr = "data-x"}) == R"("5")");
  CHECK(Field("<i>", {.css = "i", .attr = "data-x"}) == "null");
  CHECK(Field("<meta property=OG:Title content=T>", {.meta = "og:title"}) == R"("T")");
  CHECK(Field("<meta name=k content=a><meta name=k content=b>", {.meta = "k", .list = true}) ==
        R"(["a","b"])");
  CHECK(Field("<meta itemprop=price content=5>", {.css = "[itemprop=price]", .type = FieldType::kNumber}) ==
        "5");
  CHECK(Field("<p>SKU: A-77 (new)", {.css = "p", .regex = "SKU: (\\S+)"}) == R"("A-77")");
  CHECK(Field("<p>SKU: A-77", {.css = "p", .regex = "[A-Z]-\\d+"}) == R"("A-77")");
  CHECK(Field("<p>nothing", {.css = "p", .regex = "SKU: (\\S+)"}) == "null");
}

TEST_CASE("The first value that is one counts, and a default where there is none") {
  CHECK(Field("<p> <p>n/a<p>7<p>8", {.css = "p", .type = FieldType::kNumber}) == "7");
  CHECK(Field("<p> <p>n/a<p>7<p>8", {.css = "p", .type = FieldType::kNumber, .list = true}) == "[7,8]");
  CHECK(Field("<p>n/a", {.css = "p", .type = FieldType::kNumber, .fallback = "-1"}) == "-1 default: f");
  CHECK(Field("", {.css = "p", .list = true, .fallback = "x"}) == R"(["x"] default: f)");
  CHECK(Field("", {.css = "p", .list = true}) == "null");
  CHECK(Field("", {.css = "p", .type = FieldType::kBoolean, .fallback = "no"}) == "false default: f");
}

TEST_CASE("JSON-LD is reached by type and path, through arrays and graphs") {
  const std::string html = R"(<script type="application/ld+json">{"@context":"https://schema.org","@graph":[
    {"@type":"WebPage","name":"page"},
    {"@type":["Thing","schema:Product"],"name":"Caf\u00e9 \"X\"","brand":{"@type":"Brand","name":"Acme"},
     "image":["/1.png",{"url":"/2.png"}],"offers":[{"price":"1.299,00 EUR"},{"price":12.5}],"isNew":true,"gone":null}]}
    </script><script type="application/ld+json">{oops</script>)";
  CHECK(Field(html, {.jsonld = "Product.name"}) == R"("Caf)"
                                                   "\xC3\xA9"
                                                   R"( \"X\"")");
  CHECK(Field(html, {.jsonld = "name"}) == R"("page")");
  CHECK(Field(html, {.jsonld = "Product.brand"}) == R"("Acme")");
  CHECK(Field(html, {.jsonld = "Product.offers.price", .type = FieldType::kNumber}) == "1299");
  CHECK(Field(html, {.jsonld = "Product.offers.price", .type = FieldType::kNumber, .list = true}) ==
        "[1299,12.5]");
  CHECK(Field(html, {.jsonld = "Product.image", .type = FieldType::kUrl, .list = true}) ==
        R"(["http://shop.test/1.png","http://shop.test/2.png"])");
  CHECK(Field(html, {.jsonld = "Product.isNew", .type = FieldType::kBoolean}) == "true");
  CHECK(Field(html, {.jsonld = "Product.brand", .type = FieldType::kJson}) ==
        R"({"@type":"Brand","name":"Acme"})");
  CHECK(Field(html, {.jsonld = "Product.gone"}) == "null");
  CHECK(Field(html, {.jsonld = "Person.name"}) == "null");
}

TEST_CASE("What a rule gives is cut at its limits, and said so") {
  ItemRule rule;
  rule.each = "i";
  rule.fields = {{.name = "f", .css = ":scope"}};
  Page most(Repeat("<i>x</i>", kMaxItems));
  CHECK(most.Items({rule}).size() == kMaxItems);
  CHECK_FALSE(most.truncated);
  Page more(Repeat("<i>x</i>", kMaxItems + 1));
  CHECK(more.Items({rule}).size() == kMaxItems);
  CHECK(more.truncated);

  Page value("<p>" + std::string(kMaxItemValue, 'x'));
  CHECK(value.Field({.css = "p"}).size() == kMaxItemValue + 2);
  CHECK_FALSE(value.truncated);
  Page longer("<p>" + std::string(kMaxItemValue + 1, 'x'));
  CHECK(longer.Field({.css = "p"}).size() == kMaxItemValue + 2);
  CHECK(longer.truncated);

  Page total(Repeat("<i>" + std::string(kMaxItemValue - 100, 'x') + "</i>", 20));
  CHECK(total.Items({rule}).size() == 16);
  CHECK(total.truncated);

  Page list(Repeat("<b>1</b>", kMaxItemList + 1));
  const std::string numbers = list.Field({.css = "b", .type = FieldType::kInteger, .list = true});
  CHECK(JsonMembers(numbers).size() == kMaxItemList);
  CHECK(list.truncated);
}

TEST_CASE("JSON that would nest too deep within an item is none") {
  const std::string deep = Repeat("[", kMaxJsonDepth) + Repeat("]", kMaxJsonDepth);
  CHECK(Field("<p>" + deep, {.css = "p", .type = FieldType::kJson}) == "null");
  const std::string less = Repeat("[", kMaxJsonDepth - 2) + Repeat("]", kMaxJsonDepth - 2);
  CHECK(Field("<p>" + less, {.css = "p", .type = FieldType::kJson, .list = true}) == "[" + less + "]");
}

TEST_CASE("XPath reads from the item's element, or from the whole page") {
  const char* const html =
      "<h1>Shop</h1><ul><li><dl><dt>Name<dd>Nut <b>M8</b></dd><dt>Weight</dt><dd title='7'>7,5 g</dd></dl>"
      "<img src=a.png><img src='../b.png'></li></ul><svg viewBox='0 0 1 1'/>";
  const auto at = [&](std::string xpath, FieldType type = FieldType::kText, bool list = false) {
    return Field(html, {.xpath = std::move(xpath), .type = type, .list = list});
  };
  CHECK(at(".//dt[.='Weight']/following-sibling::dd[1]", FieldType::kNumber) == "7.5");
  CHECK(at("//dd", FieldType::kText, true) == R"(["Nut M8","7,5 g"])");
  CHECK(at("//dd[2] | //h1", FieldType::kText, true) == R"(["Shop","7,5 g"])");
  CHECK(at("//img/@src", FieldType::kUrl, true) ==
        R"(["http://shop.test/dir/a.png","http://shop.test/b.png"])");
  CHECK(at("//img[2]", FieldType::kUrl) == R"("http://shop.test/b.png")");
  CHECK(at("//dd[1]/text()") == R"("Nut")");
  CHECK(at("count(//dd)", FieldType::kInteger) == "2");
  CHECK(at("not(//table)", FieldType::kBoolean) == "true");
  CHECK(at("string(//svg/@viewBox)") == R"("0 0 1 1")");
  CHECK(at("//dd[2]", FieldType::kHtml) == R"("<dd title='7'>7,5 g</dd>")");
  CHECK(at("//table") == "null");
  CHECK(Field(html, {.xpath = "//dd[2]", .attr = "title", .type = FieldType::kInteger}) == "7");
  ItemRule each;
  each.each = "dt";
  each.fields = {{.name = "key", .xpath = "."}, {.name = "value", .xpath = "following-sibling::dd[1]"}};
  CHECK(Page(html).Items({each}) ==
        Lines{R"({"key":"Name","value":"Nut M8"})", R"({"key":"Weight","value":"7,5 g"})"});
}

TEST_CASE("XPath that does not end is given up, and the page kept") {
  ItemRule rule;
  rule.fields = {{.name = "f", .xpath = "count(//*[count(//*[count(//*) > 3]) > 3])"},
                 {.name = "t", .css = "p"}};
  Page page(Repeat("<p>x</p>", 3000));
  CHECK(page.Items({rule}) == Lines{R"({"f":null,"t":"x"})"});
  CHECK(page.truncated);
}

TEST_CASE("What does not compile is told with its offset, all of it") {
  ItemRule rule;
  rule.each = "li >";
  rule.fields = {{.name = "a", .css = "p["},
                 {.name = "b", .css = "p", .regex = "a(b"},
                 {.name = "c", .jsonld = "a..b"},
                 {.name = "d", .css = "p", .type = FieldType::kNumber, .fallback = "many"},
                 {.name = "e", .css = "p::text", .attr = "x"},
                 {.name = "f", .jsonld = "a."},
                 {.name = "x", .xpath = ".//p["},
                 {.name = "good", .css = "p"}};
  ItemRule values;
  values.each = "p::text";
  values.fields = {{.name = "g", .meta = std::string(5000, 'm')},
                   {.name = "h", .xpath = "//p[.='" + std::string(5000, 'x') + "']"}};
  std::vector<ItemRuleError> errors;
  const ItemExtractor extractor({rule, values}, errors);
  CHECK(extractor.size() == 2);
  Lines lines;
  for (const ItemRuleError& error : errors)
    lines.push_back(std::to_string(error.rule) + " " + error.field + " " + error.key + " " +
                    std::to_string(error.offset));
  CHECK(lines == Lines{"0  each 4", "0 a css 2", "0 b regex 1", "0 c jsonld 2", "0 d default 0", "0 e css 0",
                       "0 f jsonld 2", "0 x xpath 5", "1  each 0", "1 g meta 4096", "1 h xpath 4096"});
}

TEST_CASE("Structured data is read off a scan, and microdata off the tree it needs") {
  PageJob job;
  job.url = "http://shop.test/";
  job.want_statements = true;
  const auto kinds = [&](std::string html) {
    job.body = std::move(html);
    Arena arena(64 << 20);
    Lines lines;
    const ParsedPage page = ParseDocument(job, arena);
    for (const ParsedStatement& statement : page.statements) {
      CHECK(IsJson(statement.data));
      lines.push_back(std::string(Name(statement.kind)) + " " + std::string(statement.data));
    }
    return lines;
  };
  const std::string plain = R"(<meta property=og:title content=T><meta name=twitter:card content=s>
    <meta name=DC.title content=D><script type=application/ld+json>[{"a":1}]</script>
    <link rel=stylesheet href=s><link rel=Alternate hreflang=de href=d><link rel=next href=n>)";
  const Lines said = kinds(plain);
  CHECK(
      said ==
      Lines{
          R"(json-ld {"a":1})",
          R"(opengraph {"namespace":{"og":"http://ogp.me/ns#"},"properties":[["og:title","T"]]})",
          R"(twitter {"properties":[["twitter:card","s"]]})",
          R"(dublincore {"elements":[{"name":"DC.title","content":"D","URI":"http://purl.org/dc/elements/1.1/title"}],"terms":[]})",
          R"(relations [{"rel":"alternate","href":"http://shop.test/d","hreflang":"de"},{"rel":"next","href":"http://shop.test/n"}])"});
  Lines with_items = kinds(plain + "<div ITEMSCOPE itemtype=T><b itemprop=n>x</b></div>");
  REQUIRE(with_items.size() == 6);
  CHECK(with_items[0] == R"(microdata {"type":"T","properties":{"n":"x"}})");
  with_items.erase(with_items.begin());
  CHECK(with_items == said);
  // A page that no tree is built of is read all the same.
  CHECK(kinds(plain + Repeat("<div>", 2000) + "<p itemscope>") == said);
  job.want_statements = false;
  CHECK(kinds(plain).empty());
}
