#include "parser/xpath.h"

#include "tests/support/catch.h"

using trawl::parser::XPath;
using trawl::parser::XPathError;

TEST_CASE("An XPath that is none is told with its place and reason") {
  struct Wrong {
    const char* text;
    std::size_t offset;
    const char* message;
  };
  for (const Wrong& wrong :
       {Wrong{"//a[", 4, "expected here"}, Wrong{"//a['x]", 7, "quote"},
        Wrong{"count(//a", 9, "expected here"}, Wrong{"re:test(., 'x')", 0, "prefix"},
        Wrong{"(//a", 4, "expected here"}, Wrong{"lower-case(//a)", 0, "function"},
        Wrong{"$x", 0, "variables"}, Wrong{"count()", 0, "arguments"}, Wrong{"", 0, "expected here"}}) {
    XPathError error;
    INFO(wrong.text);
    CHECK_FALSE(XPath::Compile(wrong.text, error));
    CHECK(error.offset == wrong.offset);
    CHECK_THAT(error.message, Catch::Contains(wrong.message));
  }
  XPathError error;
  CHECK(XPath::Compile(".//td[position() < 3]/a/@href | //link", error));
}
