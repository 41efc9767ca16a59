#include "crawler/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "config/unique_fd.h"
#include "crawler/cli/json.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;

namespace {

struct StillClock final : Clock {
  Instant Now() const override { return manual.Now(); }
  test::ManualClock manual;
};

/// A pipe that a log writes into; what its reader would see.
struct Pipe {
  Pipe() {
    int ends[2] = {};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    out = UniqueFd(ends[0]);
    in = UniqueFd(ends[1]);
    ::fcntl(out.Get(), F_SETFL, O_NONBLOCK);
  }
  std::string Read() {
    std::string text;
    char part[4096];
    for (ssize_t count; (count = ::read(out.Get(), part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(count));
    return text;
  }
  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    std::string text = Read();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      lines.push_back(text.substr(at, end - at));
      if (end == std::string::npos) break;
      at = end + 1;
    }
    return lines;
  }

  UniqueFd out, in;
};

/// As systemd sets it for a service whose stderr is the journal's.
struct JournalStream {
  explicit JournalStream(int fd) {
    struct stat status {};
    ::fstat(fd, &status);
    ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino)).c_str(),
             1);
  }
  ~JournalStream() { ::unsetenv("JOURNAL_STREAM"); }
};

}  // namespace

TEST_CASE("log:APipeGetsTimeLevelSentenceAndFields") {
  Pipe pipe;
  StillClock clock;
  Log log({}, clock, pipe.in.Get());
  log.Say(LogLevel::kWarning, "page_not_parsed", "a page could not be parsed",
          {{"url", "http://a.test/"}, {"detail", "two words"}, {"status", ""}});
  CHECK(pipe.Read() ==
        "2024-12-18T00:00:00.000Z warning: a page could not be parsed url=http://a.test/ "
        "detail=\"two words\" status=\"\"\n");
}

TEST_CASE("log:TheJournalGetsItsPrioritiesAndNoTime") {
  Pipe pipe;
  StillClock clock;
  const JournalStream stream(pipe.in.Get());
  Log log({.level = LogLevel::kDebug}, clock, pipe.in.Get());
  CHECK(log.to_journal());
  log.Say(LogLevel::kError, "failed", "no disk");
  log.Say(LogLevel::kWarning, "disk_low", "little room");
  log.Say(LogLevel::kNotice, "reloaded", "as told");
  log.Say(LogLevel::kInfo, "ready", "ready");
  log.Say(LogLevel::kDebug, "visit", "visited");
  CHECK(pipe.Read() == "<3>no disk\n<4>little room\n<5>as told\n<6>ready\n<7>visited\n");
  // A stream of the journal that this is not: stderr was redirected.
  Pipe other;
  CHECK_FALSE(Log({}, clock, other.in.Get()).to_journal());
}

TEST_CASE("log:WhatIsLessUrgentThanTheLevelIsLeftOut") {
  Pipe pipe;
  StillClock clock;
  Log log({.level = LogLevel::kWarning}, clock, pipe.in.Get());
  log.Say(LogLevel::kNotice, "reloaded", "as told");
  log.Answer(LogLevel::kInfo, "reloaded", "as told");
  CHECK(pipe.Read().empty());
  log.Say(LogLevel::kWarning, "disk_low", "little room");
  CHECK(pipe.Lines().size() == 1);
}

TEST_CASE("log:TextFromOutsideMakesNoSecondLineAndSteersNoTerminal") {
  Pipe pipe;
  StillClock clock;
  const JournalStream stream(pipe.in.Get());
  Log log({}, clock, pipe.in.Get());
  log.Say(LogLevel::kWarning, "x", "a\n<0>forged\r\x1b[2J\x7f",
          {{"url", "http://a/\n<0>b \"c\"\xff\xc2\x9b"}});
  CHECK(pipe.Read() ==
        "<4>a\\n<0>forged\\r\\x1b[2J\\x7f url=\"http://a/\\n<0>b \\\"c\\\"\xef\xbf\xbd\xef\xbf\xbd\"\n");
}

TEST_CASE("log:JsonLinesReadBackWhatWasSaid") {
  Pipe pipe;
  StillClock clock;
  Log log({.format = LogFormat::kJson}, clock, pipe.in.Get());
  log.Say(LogLevel::kWarning, "page_not_parsed", "a\nb", {{"url", "http://a/\x01\"\\\xff"}});
  const std::vector<std::string> lines = pipe.Lines();
  REQUIRE(lines.size() == 1);
  const Result<json::value> value = ParseJson(lines[0]);
  REQUIRE(value);
  const json::object& object = value->as_object();
  CHECK(StringAt(object, "at") == "2024-12-18T00:00:00.000Z");
  CHECK(StringAt(object, "level") == "warning");
  CHECK(StringAt(object, "event") == "page_not_parsed");
  CHECK(StringAt(object, "message") == "a\nb");
  CHECK(StringAt(object, "url") == "http://a/\x01\"\\\xef\xbf\xbd");
}

TEST_CASE("log:WhatComesTooOftenIsCountedAndTheNumberTold") {
  Pipe pipe;
  StillClock clock;
  {
    Log log({}, clock, pipe.in.Get());
    for (int i = 0; i < 133; ++i) log.Say(LogLevel::kWarning, "page_not_parsed", "once more");
    log.Say(LogLevel::kWarning, "disk_low", "another event is not held back");
    for (int i = 0; i < 20; ++i) log.Answer(LogLevel::kWarning, "not_reloaded", "what was asked for neither");
    CHECK(pipe.Lines().size() == Log::kMostInWindow + 1 + 20);
    log.Tick();
    CHECK(pipe.Read().empty());
    clock.manual.Advance(Log::kWindow);
    log.Tick();
    CHECK_THAT(pipe.Read(),
               Catch::Matchers::Contains("warning: page_not_parsed: said 123 times more since "));
    log.Tick();
    CHECK(pipe.Read().empty());
    for (int i = 0; i < 11; ++i) log.Say(LogLevel::kWarning, "page_not_parsed", "anew");
    CHECK(pipe.Lines().size() == Log::kMostInWindow);
  }
  CHECK_THAT(pipe.Read(), Catch::Matchers::Contains("said 1 times more"));  // at its end
}

TEST_CASE("log:ALineIsAtMostWhatAPipeTakesWhole") {
  Pipe pipe;
  StillClock clock;
  const std::string longest(100'000, 'u'), worst(100'000, '\x01');
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    Log log({.format = format}, clock, pipe.in.Get());
    log.Say(LogLevel::kWarning, "x", worst, {{"url", longest}, {"detail", worst}});
    const std::string text = pipe.Read();
    CHECK(text.size() <= Log::kMaxLine);
    CHECK(text.size() > 100);
    CHECK(text.back() == '\n');
    if (format == LogFormat::kJson) CHECK(ParseJson(text.substr(0, text.size() - 1)));
  }
}

TEST_CASE("log:AReaderThatDoesNotReadHoldsNobodyUpAndHearsWhatItMissed") {
  Pipe pipe;
  StillClock clock;
  Log log({.level = LogLevel::kDebug}, clock, pipe.in.Get());
  const std::string url(3000, 'u');
  const std::uint64_t tries = 200;  // 600 KB; a pipe holds 64 KiB
  for (std::uint64_t i = 0; i < tries; ++i) log.Say(LogLevel::kDebug, "visit", "visited", {{"url", url}});
  const std::uint64_t written = log.lines();
  CHECK(written < tries);
  CHECK(pipe.Lines().size() == written);
  log.Say(LogLevel::kNotice, "reloaded", "as told");
  const std::vector<std::string> lines = pipe.Lines();
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0], Catch::Matchers::Contains(std::to_string(tries - written) + " lines were lost"));
  CHECK_THAT(lines[1], Catch::Matchers::Contains("as told"));
}

TEST_CASE("log:AReaderThatIsGoneEndsNobody") {
  Pipe pipe;
  StillClock clock;
  Log log({}, clock, pipe.in.Get());
  pipe.out = UniqueFd();
  log.Say(LogLevel::kNotice, "reloaded", "as told");  // no SIGPIPE
  CHECK(log.lines() == 0);
}
