#include "crawler/cli/json.h"

#include "tests/support/catch.h"

namespace trawl::test {

using crawler::BytesAt;
using crawler::DecodeBase64;
using crawler::ParseJson;
using crawler::StringAt;
using crawler::ToJson;

TEST_CASE("Json: what is read is written back on one line") {
  const auto value = ParseJson("{\"a\": [1, null, \"\\u00e9\\n\"],\n \"b\": true}");
  REQUIRE(value.has_value());
  CHECK(ToJson(*value) == "{\"a\":[1,null,\"\xc3\xa9\\n\"],\"b\":true}");
}

TEST_CASE(
    "Json: numbers are written in the fewest digits that read back the same, as decimals where these are "
    "short") {
  for (const char* text :
       {"12.5", "0.1", "-19.99", "100000", "1.5", "0.000001", "3.141592653589793", "7", "-3", "0"})
    CHECK(ToJson(*ParseJson(text)) == text);
  CHECK(ToJson(crawler::json::value(1e20)) == "100000000000000000000");
  CHECK(ToJson(crawler::json::value(1e21)) == "1e+21");
  CHECK(ToJson(crawler::json::value(2.5e-7)) == "2.5e-07");
  CHECK(ToJson(*ParseJson(R"({"a":[1.25e1,[],{}],"b":{"c":-0.5}})")) ==
        R"({"a":[12.5,[],{}],"b":{"c":-0.5}})");
}

TEST_CASE("Json: half a value, a second one and bytes that are not UTF-8 are errors") {
  for (const char* text : {"", "{", "{} x", "nul", "\"\xff\"", "\"\\ud800\"", "{\"a\":01}"}) {
    INFO(text);
    CHECK_FALSE(ParseJson(text).has_value());
  }
}

TEST_CASE("Json: nesting has a limit") {
  const auto nested = [](int levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(ParseJson(nested(64)).has_value());
  CHECK_FALSE(ParseJson(nested(65)).has_value());
}

TEST_CASE("Json: a string is found under its key only when it is one") {
  const auto value = ParseJson(R"({"text":"x","number":1,"none":null,"bytes":"/wA=","broken":"@@@@"})");
  const auto& object = value->get_object();
  CHECK(StringAt(object, "text") == "x");
  CHECK_FALSE(StringAt(object, "number"));
  CHECK_FALSE(StringAt(object, "none"));
  CHECK_FALSE(StringAt(object, "absent"));
  CHECK(BytesAt(object, "text", "bytes") == "x");
  CHECK(BytesAt(object, "absent", "bytes") == std::string("\xff\0", 2));
  CHECK_FALSE(BytesAt(object, "absent", "broken"));
}

TEST_CASE("Base64: the vectors of RFC 4648 section 10") {
  CHECK(DecodeBase64("") == "");
  CHECK(DecodeBase64("Zg==") == "f");
  CHECK(DecodeBase64("Zm8=") == "fo");
  CHECK(DecodeBase64("Zm9v") == "foo");
  CHECK(DecodeBase64("Zm9vYg==") == "foob");
  CHECK(DecodeBase64("Zm9vYmE=") == "fooba");
  CHECK(DecodeBase64("Zm9vYmFy") == "foobar");
  CHECK(DecodeBase64("Zm8") == "fo");
}

TEST_CASE("Base64: anything else is refused") {
  for (const char* text : {"Z", "Zg=", "Zg===", "Z===", "Zm9v\n", "Zm-_", "=", "===="}) {
    INFO(text);
    CHECK_FALSE(DecodeBase64(text));
  }
}

}  // namespace trawl::test
