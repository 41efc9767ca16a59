#include "crawler/page_request.h"

#include "parser/error.h"
#include "parser/wire.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;

TEST_CASE("RFC 9110 15.4: the statuses that ask for another URL") {
  for (std::uint16_t status : {301, 302, 303, 307, 308}) CHECK(IsRedirect(status));
  for (std::uint16_t status : {0, 200, 300, 304, 305, 306, 309, 404}) CHECK_FALSE(IsRedirect(status));
}

TEST_CASE("A redirect leads to a normalised URL, or says why not") {
  CHECK(RedirectTarget("http://a.test/x/y", "../z?q#f").value() == "http://a.test/z?q");
  CHECK(RedirectTarget("http://a.test/x", "//B.test:80").value() == "http://b.test/");
  CHECK(RedirectTarget("http://a.test/x", "").error() == parser::ParserErrc::kInvalidUrl);
  CHECK(RedirectTarget("http://a.test/x", "http://a.test:99999/").error() == parser::ParserErrc::kInvalidUrl);
  CHECK(RedirectTarget("http://a.test/x", "ftp://a.test/file").error() == parser::ParserErrc::kNotCrawlable);
}

TEST_CASE("A redirect leads to a URL of at most the hard limit") {
  const std::string origin = "http://a.test/";
  const std::string most(parser::kMaxUrl - origin.size(), 'a');
  CHECK(RedirectTarget(origin, "/" + most).has_value());
  CHECK(RedirectTarget(origin, "/" + most + "a").error() == parser::ParserErrc::kTooLong);
}

TEST_CASE("A media type decides whether a document is HTML") {
  for (const char* type :
       {"text/html", "TEXT/HTML; charset=x", " text/html ;a", "application/xhtml+xml", ""}) {
    CHECK(IsHtml(type));
  }
  for (const char* type : {"text/plain", "image/png", "text/htmlx", "application/xml"})
    CHECK_FALSE(IsHtml(type));
}

TEST_CASE("RedirectTarget: the rules of [url] fold it, but not into the page that redirects") {
  config::UrlOptions rules;
  rules.fold_trailing_slash = rules.drop_tracking = true;
  CHECK(RedirectTarget("http://a.test/x", "/y/?utm_source=n&q=1", rules).value() == "http://a.test/y?q=1");
  CHECK(RedirectTarget("http://a.test/y", "/y/", rules).value() == "http://a.test/y/");
  CHECK(RedirectTarget("http://a.test/y", "/y", rules).value() == "http://a.test/y");
}
