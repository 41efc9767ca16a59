#include "crawler/stored_cookie.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;

TEST_CASE("A cookie survives its row whole") {
  CookieChange change;
  change.cookie = {
      "name", "value", "a.test",         "/in", Instant(Duration(9000)), Instant(Duration(1000)), false,
      true,   true,    SameSite::kStrict};
  storage::BatchText text;
  const storage::CookieRow row = RowOf(change, 3, text);
  CHECK(row.target == 3);
  CHECK_FALSE(row.removed);
  const Cookie back = CookieOf({row.target, std::string(row.domain), std::string(row.path),
                                std::string(row.name), std::string(row.value), row.host_only, row.secure,
                                row.http_only, row.same_site, row.created, row.expires});
  CHECK(back.name + back.value + back.domain + back.path == "namevaluea.test/in");
  CHECK(back.expires == change.cookie.expires);
  CHECK(back.created == change.cookie.created);
  CHECK_FALSE(back.host_only);
  CHECK((back.secure && back.http_only));
  CHECK(back.same_site == SameSite::kStrict);
}

TEST_CASE("A removed cookie is named, its value is not kept: a number that is no SameSite is the default") {
  CookieChange change;
  change.cookie.name = "name";
  change.cookie.value = "secret";
  change.removed = true;
  storage::BatchText text;
  const storage::CookieRow row = RowOf(change, 0, text);
  CHECK(row.removed);
  CHECK(row.name == "name");
  CHECK(row.value.empty());
  storage::StoredCookie stored;
  stored.same_site = 9;
  CHECK(CookieOf(stored).same_site == SameSite::kDefault);
}
