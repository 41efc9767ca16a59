#include "crawler/robots_tag.h"

#include "tests/support/catch.h"

using namespace trawl::crawler;

namespace {

std::string Read(const std::vector<std::string>& values) {
  Fields fields = {{"Content-Type", "text/html"}};
  for (const std::string& value : values) fields.emplace_back("x-robots-tag", value);
  const RobotsTag tag = ReadRobotsTag(fields, "trawl");
  return std::string(tag.noindex ? "noindex " : "") + (tag.nofollow ? "nofollow" : "");
}

}  // namespace

TEST_CASE("X-Robots-Tag: directives for all, in any case and any field") {
  CHECK(Read({}) == "");
  CHECK(Read({"noindex"}) == "noindex ");
  CHECK(Read({"NOFOLLOW, noarchive"}) == "nofollow");
  CHECK(Read({"none"}) == "noindex nofollow");
  CHECK(Read({"noindex", "nofollow"}) == "noindex nofollow");
  CHECK(Read({"noindexed, all"}) == "");
}

TEST_CASE("X-Robots-Tag: a name is for that agent alone, up to the next name") {
  CHECK(Read({"otherbot: noindex, nofollow"}) == "");
  CHECK(Read({"Trawl: noindex"}) == "noindex ");
  CHECK(Read({"otherbot: noindex, trawl: nofollow"}) == "nofollow");
  CHECK(Read({"otherbot: noindex", "nofollow"}) == "nofollow");
}

TEST_CASE("X-Robots-Tag: directives with a colon of their own are no names") {
  CHECK(Read({"unavailable_after: 25 Jun 2010 15:00:00 PST, nofollow"}) == "nofollow");
  CHECK(Read({"max-snippet: 20, noindex"}) == "noindex ");
}
