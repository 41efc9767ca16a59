#include "crawler/cli/row_writer.h"

#include <limits>
#include <sstream>

#include "crawler/cli/json.h"
#include "crawler/cli/table_writer.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using storage::Value;

namespace {

using Rows = std::vector<std::vector<Value>>;

std::string Write(const std::string& format, const std::vector<std::string>& columns, const Rows& rows,
                  Terminal terminal = {}) {
  std::ostringstream out;
  for (const RowFormat& row_format : RowFormats()) {
    if (row_format.name != format) continue;
    auto writer = row_format.make(out, terminal);
    writer->Header(columns);
    for (const auto& row : rows) writer->Row(row);
    writer->Finish();
  }
  return out.str();
}

const Value kNull = std::monostate{};

}  // namespace

TEST_CASE("A table is aligned by display width, numbers to the right, NULL shown") {
  CHECK(Write("table", {"url", "n", "t"},
              {{std::string("a"), std::int64_t{5}, std::string("x")},
               {std::string("\xe4\xb8\xad\xe6\x96\x87"), kNull, std::string("")},
               {std::string("abc"), 0.5, std::string("last")}}) ==
        "url      n  t\n"
        "----  ----  ----\n"
        "a        5  x\n"
        "\xe4\xb8\xad\xe6\x96\x87  NULL  \n"
        "abc    0.5  last\n");
}

TEST_CASE("A table without rows shows its columns") {
  CHECK(Write("table", {"a", "bb"}, {}) == "a  bb\n-  --\n");
}

TEST_CASE("In a pipe a table cuts nothing, on a terminal a row is a line") {
  std::string wide(100, 'w');
  Rows rows = {{wide, std::string("short")}};
  CHECK_THAT(Write("table", {"a", "b"}, rows), Catch::Contains(wide + "  short\n"));
  Terminal terminal{.is_terminal = true, .colour = false, .columns = 40};
  std::istringstream lines(Write("table", {"a", "b"}, rows, terminal));
  std::string line;
  while (std::getline(lines, line)) CHECK(DisplayWidth(line) <= 40);
  CHECK_THAT(Write("table", {"a", "b"}, rows, terminal),
             Catch::Contains(std::string(32, 'w') + "\xe2\x80\xa6  short\n1 row\n"));
}

TEST_CASE("A table passes no control character on") {
  CHECK_THAT(Write("table", {"a\x1b"}, {{std::string("x\x1b[31my\nz")}}), !Catch::Contains("\x1b"));
}

TEST_CASE("Rows past those that were measured come out too") {
  Rows rows(TableWriter::kMeasuredRows + 5, {std::int64_t{1}});
  rows.back() = {std::string("much wider than all before")};
  std::string text = Write("table", {"n"}, rows);
  CHECK(std::count(text.begin(), text.end(), '\n') == static_cast<long>(rows.size()) + 2);
  CHECK_THAT(text, Catch::Contains("much wider than all before\n"));
}

TEST_CASE("CSV quotes what needs it and tells NULL from an empty text") {
  CHECK(Write("csv", {"a", "b,c"},
              {{std::string("x"), kNull},
               {std::string(""), std::string("say \"hi\"\nthere")},
               {std::int64_t{-3}, 0.1}}) == "a,\"b,c\"\nx,\n\"\",\"say \"\"hi\"\"\nthere\"\n-3,0.1\n");
}

TEST_CASE("JSON lines and the JSON array hold the same objects") {
  Rows rows = {{std::int64_t{9007199254740993}, std::string("q\"\n\xc3\xa9\xff"), kNull},
               {1.5, std::numeric_limits<double>::infinity(), std::string()}};
  std::string lines = Write("jsonl", {"n", "t", "n"}, rows);
  CHECK(lines ==
        "{\"n\":9007199254740993,\"t\":\"q\\\"\\n\xc3\xa9\xef\xbf\xbd\",\"n:1\":null}\n"
        "{\"n\":1.5,\"t\":null,\"n:1\":\"\"}\n");
  auto array = ParseJson(Write("json", {"n", "t", "n"}, rows));
  REQUIRE(array);
  REQUIRE(array->as_array().size() == 2);
  CHECK(ToJson(array->as_array()[0]) + "\n" == lines.substr(0, lines.find('\n') + 1));
  CHECK(ParseJson(Write("json", {"n"}, {}))->as_array().empty());
  CHECK(Write("jsonl", {"n"}, {}).empty());
}
