#include "parser/html_shape.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/repeat.h"

using namespace trawl::parser;
using trawl::test::Repeat;

namespace {

bool Fits(const std::string& html) {
  return ShapeOf(html).fits_tree;
}

}  // namespace

TEST_CASE("Nesting is taken at its limit and refused one past it") {
  CHECK(Fits(Repeat("<div>", kMaxNesting)));
  CHECK_FALSE(Fits(Repeat("<div>", kMaxNesting + 1)));
  CHECK(Fits(Repeat("<div><b></b></div>", 10000)));
}

TEST_CASE("What really nests is counted, however it is dressed") {
  for (const std::string tag :
       {"<b>", "<span class=x>", "<x-y>", "<div></p>", "<div></span>", "<div><object></div>", "<p><div>",
        "<DIV/>", "<table><td>", "<ul><li>", "<svg>", "<div><!-- </div> -->", "<div a='</div>'>", "<font>",
        "<rt>", "<div><table></div>", "<button><p>", "<div><script></div></script>", "<a><div>"}) {
    INFO(tag);
    CHECK_FALSE(Fits(Repeat(tag, kMaxNesting + 1)));
  }
}

TEST_CASE("What does not nest is not counted, though its end tags are left out") {
  for (const std::string html : {"<p>",
                                 "<li>",
                                 "<br>",
                                 "<img>",
                                 "<option>",
                                 "<dt>x<dd>",
                                 "<p><span>",
                                 "<li><span>",
                                 "<tr><td><span>",
                                 "<!-- <div> -->",
                                 "<script><div></script>",
                                 "<style><b></style>",
                                 "<textarea><div></textarea>",
                                 "<title><i></title>",
                                 "<a title='<div>'>x</a>",
                                 "</div>",
                                 "<div><span></div>",
                                 "<h1>x</h1>",
                                 "<",
                                 "<>",
                                 "< div>",
                                 "<div></DIV\n>",
                                 "<a name=x>",
                                 "<nobr>"}) {
    INFO(html);
    CHECK(Fits("<table>" + Repeat(html, 5000)));
  }
  CHECK(Fits("<svg>" + Repeat("<path/><g/>", 5000) + "</svg>"));
  CHECK(Fits("<ruby>" + Repeat("x<rt>y", 5000)));
  CHECK(Fits(Repeat("<table><tr><td>x<table><tr><td>y</table></table>", 5000)));
}

TEST_CASE("Attributes are taken at their limit and refused one past it") {
  CHECK(Fits("<a" + Repeat(" b", kMaxAttributes) + ">"));
  CHECK_FALSE(Fits("<a" + Repeat(" b", kMaxAttributes + 1) + ">"));
  CHECK_FALSE(Fits("<a" + Repeat("/b", kMaxAttributes + 1) + ">"));
  CHECK_FALSE(Fits("<a " + Repeat("b=''", kMaxAttributes + 1) + ">"));
  CHECK_FALSE(Fits(Repeat("<a" + Repeat(" b", kMaxAttributes) + "></a>", 8)));
}

TEST_CASE("The contents of noscript are told in order") {
  const std::string html =
      "<noscript>a<b></noscript>c<NOSCRIPT id=x>d</noscript><svg><noscript></svg></noscript><noscript>e";
  const HtmlShape shape = ShapeOf(html);
  REQUIRE(shape.noscripts.size() == 3);
  CHECK(shape.noscripts[0] == "a<b>");
  CHECK(shape.noscripts[1] == "d");
  CHECK(shape.noscripts[2] == "e");
  CHECK(ShapeOf("<script><noscript></script><!-- <noscript> -->").noscripts.empty());
}
