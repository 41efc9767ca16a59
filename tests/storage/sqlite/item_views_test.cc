#include <future>
#include <string>
#include <vector>

#include "tests/storage/database.h"
#include "tests/support/catch.h"

// Fields as SQL: the view of each rule, and what becomes of it when the rule changes.

using namespace trawl;
using namespace trawl::test;
using config::FieldType;
using config::ItemRule;
using Rows = std::vector<std::string>;

namespace {

ItemRule Product() {
  return {.name = "product",
          .match = "",
          .each = "li",
          .fields = {{.name = "title", .css = "h2"},
                     {.name = "price", .css = "b", .type = FieldType::kNumber, .required = true},
                     {.name = "Left", .css = "i", .type = FieldType::kInteger},
                     {.name = "on_sale", .css = "u", .type = FieldType::kBoolean},
                     {.name = "tags", .css = "s", .list = true}}};
}

storage::RunStart Start(std::vector<ItemRule> rules) {
  storage::RunStart start = StartOfRun();
  start.rules = std::move(rules);
  return start;
}

Batch Visit(std::int64_t ms) {
  Batch batch;
  batch.Visited(1, 1, Outcome::kOk, 200, "a.test", ms).WithPage("t", "x");
  return batch;
}

/// A page with two items, one of which has no price.
struct Shop : Database {
  explicit Shop(std::vector<ItemRule> rules = {Product()}) {
    REQUIRE(Open({}, Start(std::move(rules))) == "");
    REQUIRE(WriteNow(*store, Batch().Queued(1, 1)));
    Batch page = Visit(1000);
    page.WithItem("product", 1, R"({"title":"A \"x\"","price":12,"Left":3,"on_sale":true,"tags":["a","b"]})",
                  "title Left")
        .WithItem("product", 2, R"({"title":"B","price":null,"Left":null,"on_sale":false,"tags":null})")
        .WithStructured("json-ld", R"({"a":1})")
        .WithStructured("opengraph", "{}");
    REQUIRE(WriteNow(*store, page));
  }

  std::vector<std::string> Columns(const std::string& view) const {
    return Rows("SELECT name FROM pragma_table_info('" + view + "')");
  }
};

}  // namespace

TEST_CASE("item_<rule>: url, position and a typed column for each field: required ones are there") {
  Shop shop;
  CHECK(shop.Columns("item_product") == Rows{"url", "position", "title", "price", "Left", "on_sale", "tags"});
  CHECK(shop.Rows("SELECT * FROM item_product") ==
        Rows{R"(https://a.test/1|1|A "x"|12.000000|3|1|["a","b"])"});
  CHECK(shop.Row("SELECT typeof(title), typeof(price), typeof(left), typeof(on_sale), typeof(tags) FROM "
                 "item_product") == "text|real|integer|integer|text");
  CHECK(shop.Rows("SELECT url, rule, position, json_extract(data, '$.title'), fetched_at, defaulted FROM "
                  "items ORDER BY 3") ==
        Rows{"https://a.test/1|product|1|A \"x\"|2023-11-14T22:13:21.000Z|title Left",
             "https://a.test/1|product|2|B|2023-11-14T22:13:21.000Z|NULL"});
  CHECK(shop.Rows("SELECT url, kind, data, position FROM structured ORDER BY 4") ==
        Rows{R"(https://a.test/1|json-ld|{"a":1}|1)", "https://a.test/1|opengraph|{}|2"});
  CHECK(shop.Violations().empty());
}

TEST_CASE("A second visit takes the place of a page's items and statements, a confirmation leaves them") {
  Shop shop;
  Batch confirmed;
  confirmed.Visited(1, 9, Outcome::kNotModified, 304, "a.test", 2000);
  REQUIRE(WriteNow(*shop.store, confirmed));
  CHECK(shop.Row("SELECT count(*) FROM items") == "2");
  Batch again = Visit(3000);
  again.WithItem("product", 1, R"({"title":"C","price":1.5})");
  REQUIRE(WriteNow(*shop.store, again));
  CHECK(shop.Rows("SELECT title, price, tags FROM item_product") == Rows{"C|1.500000|NULL"});
  CHECK(shop.Row("SELECT count(*) FROM structured") == "0");
  CHECK(shop.Violations().empty());
}

TEST_CASE("item_fields: how often a field was missing, a default counting as missing") {
  Shop shop;
  REQUIRE(WriteNow(*shop.store, Batch().Queued(2, 2)));
  Batch empty;
  empty.Visited(2, 2).WithPage("t", "x").WithItem("product", 0, "{}");
  REQUIRE(WriteNow(*shop.store, empty));
  CHECK(shop.Rows("SELECT rule, field, type, required, pages, empty_pages, items, missing, missing_rate, "
                  "nulls, defaulted "
                  "FROM item_fields ORDER BY place") ==
        Rows{"product|title|text|0|2|1|2|1|0.500000|0|1", "product|price|number|1|2|1|2|1|0.500000|1|0",
             "product|Left|integer|0|2|1|2|2|1.000000|1|1", "product|on_sale|boolean|0|2|1|2|0|0.000000|0|0",
             "product|tags|text|0|2|1|2|1|0.500000|1|0"});
  CHECK(shop.Row("SELECT count(*) FROM items") == "2");
  CHECK(shop.Report("items") ==
        Rows{"product|Left|1.000000|2|2|1|2|0|integer", "product|price|0.500000|1|2|1|2|1|number",
             "product|title|0.500000|1|2|1|2|0|text", "product|tags|0.500000|1|2|1|2|0|text",
             "product|on_sale|0.000000|0|2|1|2|0|boolean"});
}

TEST_CASE("A changed rule keeps old rows readable: its columns follow, former ones stay last") {
  Shop shop;
  REQUIRE(shop.Close());
  ItemRule changed = Product();
  changed.name = "Product";
  changed.fields = {{.name = "price", .css = "b", .type = FieldType::kInteger},
                    {.name = "title", .css = "h2", .type = FieldType::kNumber},
                    {.name = "fresh", .css = "p", .required = false}};
  REQUIRE(shop.Open({}, Start({changed})) == "");
  CHECK(shop.Columns("item_product") ==
        Rows{"url", "position", "price", "title", "fresh", "Left", "on_sale", "tags"});
  // What is of another type than the column now has is no value of it.
  CHECK(shop.Rows("SELECT position, price, title, fresh, tags FROM item_product ORDER BY 1") ==
        Rows{R"(1|12|NULL|NULL|["a","b"])", "2|NULL|NULL|NULL|NULL"});
  CHECK(shop.Row("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'item_product'") == "1");
  CHECK(shop.Rows("SELECT field FROM item_fields ORDER BY place") == Rows{"price", "title", "fresh"});
}

TEST_CASE("The view of a rule that is gone stays, and rules come with a reload too") {
  Shop shop;
  std::promise<Result<void>> set;
  shop.store->SetTargets({"site"},
                         {{.name = "news", .match = "", .each = "", .fields = {{.name = "t", .css = "h1"}}}},
                         [&set](Result<void> done) { set.set_value(done); });
  REQUIRE(set.get_future().get());
  CHECK(shop.Columns("item_news") == Rows{"url", "position", "t"});
  CHECK(shop.Row("SELECT count(*) FROM item_product") == "1");
  CHECK(shop.Rows("SELECT DISTINCT rule FROM item_fields") == Rows{"news"});
  // A document under way may still bring items of the former rules, or of one that nobody has announced.
  Batch late = Visit(4000);
  late.WithItem("product", 1, R"({"price":5})").WithItem("unheard", 1, "{}");
  REQUIRE(WriteNow(*shop.store, late));
  CHECK(shop.Row("SELECT price FROM item_product") == "5.000000");
  CHECK(shop.Row("SELECT count(*) FROM items") == "2");
}
