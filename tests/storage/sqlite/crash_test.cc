#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <set>

#include "config/unique_fd.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

// kill -9 of a process that writes, then the same database again: what was acknowledged is there, and the
// rest is whole.

using namespace trawl;
using namespace trawl::test;

namespace {

/// Writes without end: each batch visits a URL and finds two new ones. Tells the number of each acknowledged
/// batch.
[[noreturn]] void WriteForEver(Database& database, int acknowledged) {
  if (database.Open() != "") ::_exit(1);
  // A reopened crawl goes on behind what is there.
  const Loaded loaded = LoadNow(*database.store);
  const std::uint64_t first = loaded.totals.known == 0 ? 1 : (loaded.totals.known + 1) / 2;
  if (first == 1 && !WriteNow(*database.store, Batch().Queued(1, 1))) ::_exit(1);
  for (std::uint64_t n = first;; ++n) {
    Batch batch;
    batch.Visited(n, n)
        .WithPage("page", std::string(3000, 'x'))
        .WithLink(2 * n, "left")
        .WithLink(2 * n + 1, "right");
    batch.Queued(2 * n, 2 * n).Queued(2 * n + 1, 2 * n + 1);
    database.store->Write(std::move(batch.batch), [n, acknowledged](Result<void> result) {
      if (!result || ::write(acknowledged, &n, sizeof n) != sizeof n) ::_exit(1);
    });
    while (database.store->queued_bytes() > 200'000) ::usleep(100);
  }
}

/// Starts a writer and kills it once it has acknowledged `count` batches; all that it acknowledged.
std::set<std::uint64_t> KillAfter(Database& database, std::size_t count) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) WriteForEver(database, out.Get());
  REQUIRE(child > 0);
  out.Reset();
  std::set<std::uint64_t> numbers;
  std::uint64_t number = 0;
  while (::read(in.Get(), &number, sizeof number) == sizeof number) {
    numbers.insert(number);
    if (numbers.size() == count) ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
  return numbers;
}

}  // namespace

TEST_CASE("kill -9 loses nothing that was acknowledged, again and again on one database") {
  Database database;
  std::set<std::uint64_t> acknowledged;
  for (const std::size_t count : {1U, 2U, 7U, 40U, 150U, 400U}) {
    acknowledged.merge(KillAfter(database, count));
    REQUIRE(database.Open() == "");  // the lock went with its owner
    CHECK(database.Violations() == std::vector<std::string>{});
    std::set<std::string> visited;
    for (std::string& row : database.Rows("SELECT DISTINCT url FROM visits")) visited.insert(std::move(row));
    const std::string host = "https://a.test/";
    for (const std::uint64_t number : acknowledged) {
      INFO("batch " << number);
      CHECK(visited.contains(host + std::to_string(number)));
    }
    REQUIRE(database.Close());
  }
  CHECK(database.Row("SELECT count(*) FROM runs WHERE end_reason = 'crashed'") == "6");
}
