#include "parser/link_resolver.h"

#include <string>
#include <vector>

#include "parser/error.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using parser::LinkResolver;
using parser::Normalize;
using parser::NormalizeOptions;
using parser::Url;

Url Base(std::string_view text) {
  auto url = Url::Parse(text);
  REQUIRE(url.has_value());
  return std::move(*url);
}

/// What the resolver must give: parser and normaliser, one after the other.
std::string Slowly(std::string_view href, const Url& base, const NormalizeOptions& options) {
  const auto url = Url::Parse(href, &base);
  if (!url) return url.error().message();
  const auto normalized = Normalize(*url, options);
  return normalized ? *normalized : normalized.error().message();
}

}  // namespace

TEST_CASE("LinkResolver: links as pages write them") {
  LinkResolver resolver(Base("https://a.example/d/e/f.html?q=1#h"), {});
  CHECK(*resolver.Resolve("g.html") == "https://a.example/d/e/g.html");
  CHECK(*resolver.Resolve("../g") == "https://a.example/d/g");
  CHECK(*resolver.Resolve("../../../g") == "https://a.example/g");
  CHECK(*resolver.Resolve("./") == "https://a.example/d/e/");
  CHECK(*resolver.Resolve("..") == "https://a.example/d/");
  CHECK(*resolver.Resolve("") == "https://a.example/d/e/f.html?q=1");
  CHECK(*resolver.Resolve("#top") == "https://a.example/d/e/f.html?q=1");
  CHECK(*resolver.Resolve("?r#top") == "https://a.example/d/e/f.html?r");
  CHECK(*resolver.Resolve("?") == "https://a.example/d/e/f.html");
  CHECK(*resolver.Resolve("/x?y=%C3%A9") == "https://a.example/x?y=%C3%A9");
  CHECK(*resolver.Resolve("//b.example") == "https://b.example/");
  CHECK(*resolver.Resolve("http://b.example/x") == "http://b.example/x");
  CHECK(*resolver.Resolve("HTTP://B.example:80/x/../y z") == "http://b.example/y%20z");
}

TEST_CASE("LinkResolver: errors are those of parser and normaliser") {
  LinkResolver resolver(Base("https://a.example/"), {});
  CHECK(resolver.Resolve("http://[").error() == parser::ParserErrc::kInvalidUrl);
  CHECK(resolver.Resolve("mailto:x@y").error() == parser::ParserErrc::kNotCrawlable);
  CHECK(resolver.Resolve(std::string(3000, 'x')).error() == parser::ParserErrc::kTooLong);
  CHECK(resolver.Resolve("#" + std::string(Url::kMaxInput, 'x')).error() == parser::ParserErrc::kTooLong);
  CHECK(*resolver.Resolve("still-works") == "https://a.example/still-works");
}

TEST_CASE("LinkResolver: gives what Parse and Normalize give, for every base and option") {
  const std::vector<std::string> bases = {"http://a/b/c/d;p?q",
                                          "https://a.b:8443/x/",
                                          "http://127.0.0.1:8080/",
                                          "http://[::1]:81/a//b",
                                          "http://u:p@a.b/%7Ex/y?",
                                          "http://a/100%/%c3%a9/z",
                                          "mailto:x@y",
                                          "file:///C:/x/y",
                                          "http://a:0/x",
                                          "about:blank",
                                          "http://3com/a.b",
                                          "http://a/index.html",
                                          "http://a/x/..%3b/y?a=1&b",
                                          "data:text/html,<p>",
                                          "http://a.b./c"};
  const std::vector<std::string> hrefs = {"",
                                          " ",
                                          "#",
                                          "#a b",
                                          "?",
                                          "?x",
                                          "?x y",
                                          "?'",
                                          "?a=1&utm_source=2&b",
                                          ".",
                                          "./",
                                          "..",
                                          "../",
                                          "../..",
                                          "../../..",
                                          "./.",
                                          ".//x",
                                          "..//x",
                                          "../x/./y",
                                          "x/../y",
                                          "x/..",
                                          ".x",
                                          "..x",
                                          "...",
                                          "..?x",
                                          ".?x",
                                          "./?x",
                                          "./a:b",
                                          "a:b",
                                          "a/b:c",
                                          "1:2",
                                          ":x",
                                          "%2e%2e/x",
                                          "%2E",
                                          "x%2fy",
                                          "x%2Fy",
                                          "x%7ey",
                                          "%",
                                          "%4%31",
                                          "/",
                                          "//",
                                          "///",
                                          "///x",
                                          "//x",
                                          "//X",
                                          "//x:80",
                                          "//x:443/",
                                          "//x:8443/y",
                                          "//x?y",
                                          "//x/?",
                                          "//x#y",
                                          "//x@y/",
                                          "//x.1",
                                          "//1.2",
                                          "//0x7f.1/",
                                          "//x./",
                                          "//.x",
                                          "/\\x",
                                          "\\x",
                                          "x\\y",
                                          "/./x",
                                          "/../x",
                                          "/x/.",
                                          "/x/..",
                                          "/x//y",
                                          "/.x",
                                          "/..x",
                                          "/x y",
                                          "/\xc3\xa9",
                                          "\xff",
                                          "x\ty",
                                          "x\ny",
                                          "\n/x\r",
                                          "http:x",
                                          "http:/x",
                                          "http:\\\\x",
                                          "http://",
                                          "http://x",
                                          "http://x?y",
                                          "https://x/y#z",
                                          "http://a/b",
                                          "http://a/b/../c",
                                          "http://127.0.0.1:8080/x",
                                          "http://127.0.0.1:80/x",
                                          "http://a@b/x",
                                          "HTTP://A/",
                                          "javascript:void(0)",
                                          "tel:+1",
                                          "data:,x",
                                          "x|y",
                                          "x{y}",
                                          "x[0]",
                                          "x;jsessionid=1/y",
                                          "/index.html",
                                          "index.html/",
                                          "x/?",
                                          "x?y?z",
                                          "x?y/./z",
                                          "x?y#z?",
                                          "http://xn--a.b/",
                                          "//a_b/",
                                          "//a..b/",
                                          "//-/"};
  std::vector<NormalizeOptions> options(4);
  options[1].drop_parameters = {"utm_*"};
  options[1].sort_query = true;
  options[2].drop_session_ids = options[2].fold_index_page = options[2].fold_trailing_slash = true;
  options[3].max_length = 16;
  for (const auto& option : options) {
    for (const auto& text : bases) {
      const Url base = Base(text);
      LinkResolver resolver(base, option);
      for (const auto& href : hrefs) {
        INFO(text << " + " << href);
        const auto fast = resolver.Resolve(href);
        CHECK((fast ? std::string(*fast) : fast.error().message()) == Slowly(href, base, option));
      }
    }
  }
}

}  // namespace trawl::test
