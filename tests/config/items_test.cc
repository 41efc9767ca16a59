#include <string>

#include "config/knobs.h"
#include "config/load.h"
#include "tests/support/catch.h"

using namespace trawl::config;

namespace {

constexpr const char* kShop = "[[target]]\nname = 'shop'\nseeds = ['https://shop.test/']\n";

Loaded LoadRules(const std::string& rules) {
  return Load(kShop + rules, "t.toml");
}

/// The only error, or all of them a line each.
std::string ErrorOf(const std::string& rules) {
  std::string text;
  for (const ConfigError& error : LoadRules(rules).errors)
    text += (text.empty() ? "" : "\n") + error.ToString();
  return text;
}

}  // namespace

TEST_CASE("An item rule is read with its fields, short and long") {
  const Loaded loaded = LoadRules(
      "[[target.item]]\nname = 'product'\nmatch = '/p/'\neach = 'li.p'\nfields.title = 'h2'\n"
      "fields.price = { css = '.price', attr = 'data-x', regex = '(.+)', type = 'number', required = true }\n"
      "[target.item.fields.tags]\nmeta = 'keywords'\nlist = true\ndefault = 'none'\n"
      "[[target.item]]\nname = 'News'\nfields.at = { jsonld = 'NewsArticle.datePublished', type = 'date' "
      "}\n");
  REQUIRE(loaded.errors.empty());
  const auto& items = loaded.options.targets.at(0).items;
  REQUIRE(items.size() == 2);
  CHECK(items[0].name == "product");
  CHECK(items[0].match == "/p/");
  CHECK(items[0].each == "li.p");
  REQUIRE(items[0].fields.size() == 3);
  CHECK(items[0].fields[0] == ItemField{.name = "title", .css = "h2"});
  const ItemField& price = items[0].fields[1];
  CHECK(price.attr == "data-x");
  CHECK(price.regex == "(.+)");
  CHECK(price.type == FieldType::kNumber);
  CHECK(price.required);
  CHECK_FALSE(price.list);
  const ItemField& tags = items[0].fields[2];
  CHECK(tags.meta == "keywords");
  CHECK(tags.list);
  CHECK(tags.fallback == "none");
  CHECK(items[1].fields.at(0).jsonld == "NewsArticle.datePublished");
}

TEST_CASE("A default may be written as what it is") {
  for (const auto& [written, read] :
       {std::pair("'x'", "x"), {"12", "12"}, {"-1.5", "-1.5"}, {"true", "true"}}) {
    const Loaded loaded = LoadRules(
        "[[target.item]]\nname = 'a'\nfields.f = { css = 'p', default = " + std::string(written) + " }\n");
    INFO(written);
    REQUIRE(loaded.errors.empty());
    CHECK(loaded.options.targets.at(0).items.at(0).fields.at(0).fallback == read);
  }
  CHECK_THAT(ErrorOf("[[target.item]]\nname = 'a'\nfields.f = { css = 'p', default = [1] }\n"),
             Catch::Contains("t.toml:6:"));
}

TEST_CASE("What is wrong with a rule is told with its place") {
  const std::string rule = "[[target.item]]\nname = 'a'\n";  // from line 4
  CHECK_THAT(ErrorOf("[[target.item]]\nfields.t = 'h1'\n"),
             Catch::StartsWith("t.toml:4:1: target.item.name: a rule needs a name"));
  CHECK_THAT(ErrorOf("[[target.item]]\nname = 'a b'\nfields.t = 'h1'\n"),
             Catch::StartsWith("t.toml:5:8: target.item.name: \"a b\" is not the name of a rule"));
  CHECK_THAT(ErrorOf("[[target.item]]\nname = 'Fields'\nfields.t = 'h1'\n"), Catch::Contains("item_fields"));
  CHECK_THAT(ErrorOf(rule), Catch::StartsWith("t.toml:4:1: target.item.fields: a rule needs fields"));
  CHECK_THAT(ErrorOf(rule + "fields.url = 'a'\n"),
             Catch::StartsWith("t.toml:6:8: target.item.fields.url: \"url\" is a column"));
  CHECK_THAT(ErrorOf(rule + "fields.t = 5\n"),
             Catch::StartsWith("t.toml:6:12: target.item.fields.t: is a whole number"));
  CHECK_THAT(ErrorOf(rule + "fields.t = { }\n"), Catch::Contains("does not say where it comes from"));
  CHECK_THAT(ErrorOf(rule + "fields.t = { css = 'a', meta = 'b' }\n"),
             Catch::Contains("comes from several places"));
  CHECK_THAT(ErrorOf(rule + "fields.t = { meta = 'b', attr = 'c' }\n"), Catch::Contains("has no selector"));
  CHECK_THAT(ErrorOf(rule + "fields.t = { css = 'a', type = 'price' }\n"),
             Catch::StartsWith("t.toml:6:32: target.item.fields.t.type: \"price\" is not a choice"));
  CHECK_THAT(ErrorOf(rule + "fields.t = { css = 'a', tpye = 'text' }\n"),
             Catch::Contains("did you mean target.item.fields.t.type?"));
  CHECK_THAT(ErrorOf(rule + "mtach = 'x'\nfields.t = 'h1'\n"),
             Catch::Contains("did you mean target.item.match?"));
  CHECK_THAT(ErrorOf(rule + "fields.Tag = 'a'\nfields.tag = 'b'\n"), Catch::Contains("is there twice"));
  CHECK_THAT(ErrorOf("item = 5\n"), Catch::StartsWith("t.toml:4:1: target.item: is not a list of tables"));
}

TEST_CASE("Two rules of one name are an error, whatever their targets and letters") {
  const std::string rule = "[[target.item]]\nname = 'Product'\nfields.t = 'h1'\n";
  const std::string other =
      "[[target]]\nname = 'b'\nseeds = ['https://b.test/']\n[[target.item]]\nname = 'product'\n"
      "fields.t = 'h1'\n";
  CHECK_THAT(ErrorOf(rule + other),
             Catch::StartsWith(
                 "t.toml:11:8: target.item.name: \"product\" is also the name of the rule at t.toml:5"));
}

TEST_CASE("Rules are shown with a run's configuration, and cannot be set on a command line") {
  const Loaded loaded = LoadRules(
      "[[target.item]]\nname = 'a'\nfields.t = { css = 'p', type = 'number', default = 0 }\nfields.u = "
      "'h1'\n");
  const std::string shown = ShowOptions(loaded.options);
  CHECK_THAT(shown, Catch::Contains("[[target.item]]\nname = \"a\"\n"
                                    "fields.t = { css = \"p\", type = \"number\", default = \"0\" }\n"
                                    "fields.u = { css = \"h1\" }\n"));
  CHECK(Load(shown, "shown").errors.empty());
  const Loaded set = Load(kShop, "t.toml", {"target.item.name=x"});
  REQUIRE(set.errors.size() == 1);
  CHECK_THAT(set.errors[0].ToString(), Catch::StartsWith("--set: target.item: cannot be set here"));
}

TEST_CASE("A target takes as many rules as the limit says, and no more") {
  std::string rules;
  for (std::size_t i = 0; i < kMaxItemRules; ++i)
    rules += "[[target.item]]\nname = 'r" + std::to_string(i) + "'\nfields.t = 'h1'\n";
  CHECK(ErrorOf(rules).empty());
  CHECK_THAT(ErrorOf(rules + "[[target.item]]\nname = 'more'\nfields.t = 'h1'\n"),
             Catch::Contains("more than 64 rules"));
  std::string fields = "[[target.item]]\nname = 'a'\n";
  for (std::size_t i = 0; i < kMaxItemFields; ++i) fields += "fields.f" + std::to_string(i) + " = 'p'\n";
  CHECK(ErrorOf(fields).empty());
  CHECK_THAT(ErrorOf(fields + "fields.more = 'p'\n"), Catch::Contains("is one more than 100 fields"));
}
