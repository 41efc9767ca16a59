#include "config/outcome.h"

#include <set>
#include <string>

#include "tests/support/catch.h"

using namespace trawl;

TEST_CASE("Every outcome has a number, a name and a sentence of its own") {
  std::set<int> numbers;
  std::set<std::string> names;
  for (const OutcomeInfo& info : AllOutcomes()) {
    CHECK(numbers.insert(static_cast<int>(info.outcome)).second);
    CHECK(names.insert(std::string(info.name)).second);
    CHECK(info.sentence.ends_with('.'));
    CHECK(Name(info.outcome) == info.name);
    CHECK(OutcomeFromNumber(static_cast<int>(info.outcome)) == info.outcome);
  }
}

TEST_CASE("A number that is no outcome is refused") { CHECK_FALSE(OutcomeFromNumber(255).has_value()); }
