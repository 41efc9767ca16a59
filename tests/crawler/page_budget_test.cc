#include "crawler/page_budget.h"

#include "tests/support/catch.h"

using trawl::HostId;
using trawl::crawler::PageBudget;
using Answer = PageBudget::Answer;

namespace {

constexpr HostId kOne{1}, kTwo{2};

}  // namespace

TEST_CASE("page_budget:FetchesUnderWayCannotPassTheLimitTogether") {
  PageBudget budget(0, {{2, 0}});
  CHECK(budget.Take(0, kOne) == Answer::kYes);
  CHECK(budget.Take(0, kTwo) == Answer::kYes);
  CHECK(budget.Take(0, kOne) == Answer::kLater);
}

TEST_CASE("page_budget:AFetchWithoutAPageLeavesItsShareToTheNext") {
  PageBudget budget(0, {{1, 0}});
  REQUIRE(budget.Take(0, kOne) == Answer::kYes);
  budget.Give(0, kOne, false);
  CHECK(budget.Take(0, kOne) == Answer::kYes);
  budget.Give(0, kOne, true);
  CHECK(budget.Take(0, kOne) == Answer::kNo);
  CHECK(budget.Ask(0, kTwo) == Answer::kNo);
}

TEST_CASE("page_budget:AHostIsLimitedByItself") {
  PageBudget budget(0, {{0, 1}});
  REQUIRE(budget.Take(0, kOne) == Answer::kYes);
  CHECK(budget.Take(0, kOne) == Answer::kLater);
  budget.Give(0, kOne, true);
  CHECK(budget.Take(0, kOne) == Answer::kNo);
  CHECK(budget.Take(0, kTwo) == Answer::kYes);
}

TEST_CASE("page_budget:TheLimitThatWasReachedIsNamedAsTheConfigurationWritesIt") {
  PageBudget target(0, {{1, 0}}), host(0, {{0, 1}}), crawl(1, {{1, 0}});
  for (PageBudget* budget : {&target, &host, &crawl}) {
    REQUIRE(budget->Take(0, kOne) == Answer::kYes);
    budget->Give(0, kOne, true);
    REQUIRE(budget->Ask(0, kOne) == Answer::kNo);
  }
  CHECK(target.Reached(0) == "max_pages = 1");
  CHECK(host.Reached(0) == "max_pages_per_host = 1");
  CHECK(crawl.Reached(0) == "crawl.max_pages = 1");
}

TEST_CASE("page_budget:WhatAnEarlierRunBroughtCounts") {
  PageBudget budget(0, {{10, 4}, {0, 4}});
  budget.RestoreTarget(0, 9);
  budget.RestoreHost(kTwo, 4);
  CHECK(budget.Ask(0, kTwo) == Answer::kNo);
  CHECK(budget.Ask(1, kTwo) == Answer::kNo);
  CHECK(budget.Take(0, kOne) == Answer::kYes);
  CHECK(budget.Take(0, kOne) == Answer::kLater);
}

TEST_CASE("page_budget:ZeroIsNoLimit") {
  PageBudget budget(0, {{0, 0}});
  for (int i = 0; i < 100; ++i) CHECK(budget.Take(0, kOne) == Answer::kYes);
}

TEST_CASE("page_budget:TheCrawlAsAWholeHasALimitOverItsTargets") {
  PageBudget budget(3, {{0, 0}, {0, 0}});
  budget.RestoreCrawl(1);
  CHECK(budget.Take(0, kOne) == Answer::kYes);
  CHECK(budget.Take(1, kTwo) == Answer::kYes);
  CHECK(budget.AskCrawl() == Answer::kLater);
  CHECK(budget.Take(1, kOne) == Answer::kLater);
  budget.Give(0, kOne, true);
  budget.Give(1, kTwo, true);
  CHECK(budget.AskCrawl() == Answer::kNo);
}
