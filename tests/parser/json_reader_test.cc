#include "parser/json_reader.h"

#include "tests/support/catch.h"

using namespace trawl::parser;

TEST_CASE("IsJson takes one value of RFC 8259 and nothing else") {
  for (const char* const good : {"{}", "[]", " [1, -2.5e+3, \"a\\u00e9\\n\", true, false, null] ",
                                 "{\"a\":{\"b\":[{}]}}", "0", "\"\""})
    CHECK(IsJson(good));
  for (const char* const bad :
       {"",      " ",  "{",  "}",           "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}",  "{\"a\":}",
        "[1 2]", "01", "1.", "-",           "tru",  "\"a",        "\"\\x\"", "\"\t\"", "[]]",
        "{}{}",  "[}", "{]", "\"\\u12g4\"", "nan",  "[,1]",       "{,}"})
    CHECK_FALSE(IsJson(bad));
}

TEST_CASE("IsJson stops at its depth and one past it") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(IsJson(nested(kMaxJsonDepth)));
  CHECK_FALSE(IsJson(nested(kMaxJsonDepth + 1)));
}

TEST_CASE("MendJson forgives what pages get wrong") {
  CHECK(MendJson("{\"a\": 1, // one\n \"b\": [1, 2,], /* no */ }") == "{\"a\":1,\"b\":[1,2]}");
  CHECK(MendJson("<!-- {\"a\": \"x\ny\"} -->") == "{\"a\":\"x\\ny\"}");
  CHECK(MendJson("{\"a\": \"it\\'s // here <!-- too\"};") == "{\"a\":\"it's // here <!-- too\"}");
  CHECK(MendJson("//<![CDATA[\n{\"a\":1}\n//]]>") == "{\"a\":1}");
  CHECK(MendJson("{\"a\":1}{\"b\":2}") == "[{\"a\":1},{\"b\":2}]");
  CHECK_FALSE(MendJson(""));
  CHECK_FALSE(MendJson("{\"a\": b}"));
  CHECK_FALSE(MendJson("{\"a\": 1"));
  CHECK_FALSE(MendJson("]"));
}

TEST_CASE("JsonMembers gives the values of an array, else the value") {
  CHECK(JsonMembers("[{\"a\":[1,2]},\"]\",3]") ==
        std::vector<std::string_view>{"{\"a\":[1,2]}", "\"]\"", "3"});
  CHECK(JsonMembers("{\"a\":1}") == std::vector<std::string_view>{"{\"a\":1}"});
  CHECK(JsonMembers("[]").empty());
}
