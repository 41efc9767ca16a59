#include "crawler/parse_pool.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "parser/fingerprint.h"
#include "parser/sanitized.h"
#include "parser/worker_memory.h"
#include "tests/crawler/parse_loop.h"
#include "tests/support/catch.h"
#include "tests/support/process_end.h"

using namespace std::chrono_literals;
using trawl::Outcome;
using trawl::crawler::ParseAnswer;
using trawl::crawler::ParsePool;
using trawl::parser::kFrameHeader;
using trawl::parser::kMaxAnswer;
using trawl::parser::kWireVersion;
using trawl::test::ParseLoop;
using trawl::test::ProcessEnd;
using trawl::test::RogueOptions;

namespace {

trawl::config::ParserOptions OneWorker() {
  auto options = RogueOptions();
  options.workers = 1;
  return options;
}

trawl::config::ParserOptions ShortWall() {
  auto options = RogueOptions();
  options.wall_max = 300ms;
  options.cpu_max = 60s;
  return options;
}

// A frame header as wire.cc writes it.
std::string Header(int version, int type, std::uint32_t size, std::uint16_t number = 0) {
  std::string header{static_cast<char>(version), static_cast<char>(type), static_cast<char>(number & 0xFF),
                     static_cast<char>(number >> 8)};
  for (int shift = 0; shift < 32; shift += 8) header += static_cast<char>(size >> shift & 0xFF);
  return header;
}

std::string AnswerFrame() {
  std::string frame;
  trawl::parser::ParsedPage page;
  page.charset = "UTF-8";
  trawl::parser::EncodeAnswer(page, frame);
  return frame;
}

bool IsGone(pid_t pid) {
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

}  // namespace

TEST_CASE("Pages are answered, each with its own page", "[parse_pool]") {
  ParseLoop loop;
  std::vector<std::string> bodies;
  for (int i = 0; i < 200; ++i) bodies.push_back("page " + std::to_string(i));
  const std::vector<ParseAnswer> answers = loop.ParseAll(bodies);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    REQUIRE(answers[i].outcome == Outcome::kOk);
    REQUIRE(answers[i].page.title == bodies[i]);
  }
  CHECK(loop.pool().counts().answers == 200);
  CHECK(loop.pool().counts().workers == 2);
  CHECK(loop.pool().queued_bytes() == 0);
}

TEST_CASE("Documents larger than the memory shared with a worker go through, beside small ones",
          "[parse_pool]") {
  ParseLoop loop;
  std::vector<std::string> bodies;
  for (int i = 0; i < 12; ++i)
    bodies.push_back(std::string(i % 2 == 0 ? 6 << 20 : 3, static_cast<char>('a' + i)));
  const std::vector<ParseAnswer> answers = loop.ParseAll(bodies);
  for (std::size_t i = 0; i < bodies.size(); ++i) CHECK(answers[i].page.title == bodies[i].substr(0, 100));
}

TEST_CASE("An answer larger than the memory shared with a worker comes whole, beside small ones",
          "[parse_pool]") {
  ParseLoop loop(OneWorker());
  const std::vector<ParseAnswer> answers = loop.ParseAll({"a", "large", "b", "large", "large", "c"});
  for (const std::size_t i : {1, 3, 4}) {
    REQUIRE(answers[i].page.title == "large");
    CHECK(answers[i].page.text.size() > 4 * trawl::parser::WorkerMemory::kAnswers);
    CHECK(answers[i].page.content_hash == trawl::parser::HashContent(answers[i].page.text));
  }
  CHECK(answers[0].page.title == "a");
  CHECK(answers[2].page.title == "b");
  CHECK(answers[5].page.title == "c");
}

TEST_CASE("What a worker has answered before it dies counts, though trawl was not woken for it",
          "[parse_pool]") {
  ParseLoop loop(OneWorker());
  const std::vector<ParseAnswer> answers = loop.ParseAll({"a", "b", "segv", "c"});
  CHECK(answers[0].page.title == "a");
  CHECK(answers[1].page.title == "b");
  CHECK(answers[2].outcome == Outcome::kParseCrashed);
  CHECK(answers[3].page.title == "c");
  CHECK(loop.pool().counts().answers == 3);
}

TEST_CASE("An answer does not wait for the end of a document that takes long", "[parse_pool]") {
  auto options = OneWorker();
  options.wall_max = 20s;
  options.cpu_max = 60s;
  ParseLoop loop(options);
  const auto answers = loop.Begin({"quick", "loop"});
  loop.Until([&] { return answers->left == 1; });
  CHECK(answers->all[0].page.title == "quick");
  CHECK(loop.pool().counts().timeouts == 0);
}

TEST_CASE("A body at the wire's limit is answered one way or the other, one past it is refused unsent",
          "[parse_pool]") {
  ParseLoop loop;
  CHECK(loop.Parse(std::string(trawl::parser::kMaxJobBody + 1, 'x')).outcome == Outcome::kParseLimit);
  CHECK(loop.pool().counts().limits == 0);
  auto options = RogueOptions();
  options.memory_max = trawl::MiB(512);
  options.cpu_max = 10s;
  ParseLoop large(options);
  CHECK(large.Parse(std::string(trawl::parser::kMaxJobBody, 'x')).outcome == Outcome::kOk);
}

TEST_CASE("A crash is retried once in a fresh worker, then costs its page alone", "[parse_pool]") {
  struct Crash {
    const char* body;
    const char* detail;
  };
  const Crash crash = GENERATE(
      Crash{"segv", "parser killed by SIGSEGV"}, Crash{"abort", "parser killed by SIGABRT"},
      Crash{"kill", "parser killed by SIGKILL, as when the system is out of memory"},
      Crash{"probe socket", "parser killed by SIGSYS: it tried a system call that its sandbox forbids"},
      Crash{"exit 0", "parser exited with code 0"}, Crash{"exit 7", "parser exited with code 7"});
  CAPTURE(crash.body);
  ParseLoop loop(OneWorker());
  const std::vector<ParseAnswer> answers = loop.ParseAll({"before", crash.body, "behind", "last"});
  CHECK(answers[0].page.title == "before");
  CHECK(answers[1].outcome == Outcome::kParseCrashed);
  CHECK(answers[1].detail == crash.detail);
  CHECK_FALSE(answers[1].unavailable);
  CHECK(answers[2].page.title == "behind");
  CHECK(answers[3].page.title == "last");
  CHECK(loop.pool().counts().crashes == 2);
  CHECK(loop.pool().queued_bytes() == 0);
}

TEST_CASE("Poisonous pages among good ones cost themselves and no pause", "[parse_pool]") {
  ParseLoop loop;
  std::vector<std::string> bodies;
  for (int i = 0; i < 2000; ++i) bodies.push_back(i % 50 == 7 ? "segv" : "good");
  const std::vector<ParseAnswer> answers = loop.ParseAll(bodies);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    REQUIRE(answers[i].outcome == (bodies[i] == "segv" ? Outcome::kParseCrashed : Outcome::kOk));
  }
  CHECK(loop.pool().counts().crashes == 80);
}

TEST_CASE("An endless loop ends at the CPU limit, and is not tried again", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  const std::vector<ParseAnswer> answers = loop.ParseAll({"loop", "behind"});
  CHECK(answers[0].outcome == Outcome::kParseTimeout);
  CHECK(answers[0].detail == "parser used more than 300ms of CPU");
  CHECK(answers[1].page.title == "behind");
  CHECK(loop.pool().counts().timeouts == 1);
}

TEST_CASE("Each document may use the CPU limit, whatever those before it have used", "[parse_pool]") {
  auto options = OneWorker();  // 300 ms of CPU, of which each takes 200
  options.wall_max = 20s;
  ParseLoop loop(options);
  for (const ParseAnswer& answer : loop.ParseAll({"work", "work", "quick", "work", "work"})) {
    CHECK(answer.outcome == Outcome::kOk);
  }
  CHECK(loop.pool().counts().timeouts == 0);
}

TEST_CASE("A worker that hangs without using CPU ends at the wall limit", "[parse_pool]") {
  const std::string body = GENERATE("swallow", "stop");
  CAPTURE(body);
  ParseLoop loop(ShortWall());
  loop.UntilWorkers(2);
  const auto start = std::chrono::steady_clock::now();
  const ParseAnswer answer = loop.Parse(body);
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(answer.outcome == Outcome::kParseTimeout);
  CHECK(answer.detail == "parser gave no answer within 300ms");
  CHECK(took >= 300ms);
  CHECK(loop.Parse("next").page.title == "next");
  loop.UntilWorkers(2);
}

TEST_CASE("The wall limit counts from when a worker is at the page, not while it waits in the queue",
          "[parse_pool]") {
  auto options = ShortWall();
  options.workers = 1;
  ParseLoop loop(options);
  // Each hang takes the whole limit, so the last page waits far longer than it.
  const std::vector<ParseAnswer> answers = loop.ParseAll({"swallow", "swallow", "swallow", "last"});
  for (int i = 0; i < 3; ++i) CHECK(answers[static_cast<std::size_t>(i)].outcome == Outcome::kParseTimeout);
  CHECK(answers[3].page.title == "last");
}

TEST_CASE("A worker that never reads is caught with a document half in its pipe", "[parse_pool]") {
  auto options = ShortWall();
  options.workers = 1;
  // The large pages behind it are parsed by the clock too, on whatever else the machine is busy with.
  options.wall_max = TRAWL_SANITIZED ? 10s : 3s;
  ParseLoop loop(options);
  const std::string large(8 << 20, 'x');
  const std::vector<ParseAnswer> answers = loop.ParseAll({"stop", large, large});
  CHECK(answers[0].outcome == Outcome::kParseTimeout);
  CHECK(answers[1].outcome == Outcome::kOk);
  CHECK(answers[2].outcome == Outcome::kOk);
}

TEST_CASE("A hanging worker does not hold up the others", "[parse_pool]") {
  auto options = ShortWall();
  options.wall_max = 20s;
  ParseLoop loop(options);
  loop.UntilWorkers(2);
  const auto hanging = loop.Begin({"swallow"});
  std::vector<std::string> good(100, "good");
  for (int i = 0; i < 20; ++i) {
    // The others share the pipe of the hanging worker.
    const auto answers = loop.Begin(good);
    loop.Until([&] { return answers->left < ParsePool::kPipeDepth; });
  }
  CHECK(hanging->left == 1);
  loop.Close();
  CHECK(hanging->all[0].unavailable);
}

TEST_CASE("A memory bomb ends at the limit, whatever it allocates with", "[parse_pool]") {
  const std::string body = GENERATE("new", "throw", "arena");
  CAPTURE(body);
  if (TRAWL_SANITIZED && body == "new") return;  // no limit on address space there
  auto options = OneWorker();
  options.cpu_max = 10s;
  ParseLoop loop(options);
  const std::vector<ParseAnswer> answers = loop.ParseAll({body, "behind"});
  CHECK(answers[0].outcome == Outcome::kParseLimit);
  CHECK(answers[0].detail == "the document needs more memory than a parser may use (256MiB)");
  CHECK(answers[1].page.title == "behind");
  CHECK(loop.pool().counts().limits == 1);
}

TEST_CASE("A lie is fatal to the worker and costs the page it was at", "[parse_pool]") {
  struct Lie {
    std::string bytes;
    const char* detail;
  };
  std::string trailing = AnswerFrame();
  trailing[4] = static_cast<char>(trailing[4] + 1);
  trailing += 'x';
  std::string cut = AnswerFrame();
  cut[4] = static_cast<char>(cut[4] - 1);
  cut.pop_back();
  const auto with = [](std::size_t at, std::uint32_t value) {
    std::string frame = AnswerFrame();
    std::memcpy(frame.data() + kFrameHeader + at, &value, sizeof value);
    return frame;
  };
  // Places of fields: the grammar in parser/wire.cc.
  constexpr std::size_t kFlags = 0, kTextSize = 12, kLinkCount = 16, kRuleCount = 20, kSitemapCount = 24;
  constexpr const char* kField = "parser lied: message has a field that cannot be";
  constexpr const char* kShort = "parser lied: message ended before its fields";
  const Lie lies[] = {
      {Header(kWireVersion + 1, 2, 4), "parser lied: the other program speaks another wire version"},
      {Header(kWireVersion, 1, 4), kField},
      {Header(kWireVersion, 3, 4), kField},
      {Header(kWireVersion, 2, kMaxAnswer + 1), kField},
      {Header(kWireVersion, 2, 0xFFFFFFFF), kField},
      {Header(kWireVersion, 2, 0), kShort},
      {Header(kWireVersion, 2, 4, 1) + "abcd", "parser lied: an answer to another document"},
      {trailing, "parser lied: message goes on after its last field"},
      {cut, kShort},
      {with(kFlags, 0xFFFFFFFF), kField},
      {with(kTextSize, 0x7FFFFFFF), kField},
      {with(kTextSize, 1000), kShort},
      {with(kLinkCount, 1'000'000), kField},
      {with(kLinkCount, 0xFFFFFFFF), kField},
      {with(kLinkCount, 3), kField},  // more than were found
      {with(kRuleCount, 0x10000000), kField},
      {with(kSitemapCount, 0x10000000), kField},
      {"GET / HTTP/1.1\r\n\r\n", "parser lied: the other program speaks another wire version"},
  };
  for (const Lie& lie : lies) {
    CAPTURE(lie.detail, lie.bytes.size());
    ParseLoop loop(OneWorker());
    const std::vector<ParseAnswer> answers = loop.ParseAll({"send " + lie.bytes, "behind"});
    CHECK(answers[0].outcome == Outcome::kParseCrashed);
    CHECK(answers[0].detail == lie.detail);
    CHECK(answers[1].page.title == "behind");
    CHECK(loop.pool().counts().lies == 1);
    CHECK(loop.pool().counts().crashes == 0);
  }
}

TEST_CASE("A wrong header ends a worker at once: nothing is read or kept of what it announces",
          "[parse_pool]") {
  auto options = OneWorker();
  options.wall_max = 60s;
  ParseLoop loop(options);
  // The worker sends eight bytes and hangs; were they not judged alone, this would wait for the wall limit.
  const auto start = std::chrono::steady_clock::now();
  CHECK(loop.Parse("send " + Header(kWireVersion, 2, 0xFFFFFFF0)).outcome == Outcome::kParseCrashed);
  CHECK(std::chrono::steady_clock::now() - start < 30s);
}

TEST_CASE("Answers in the wrong order are a lie", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  const std::vector<ParseAnswer> answers = loop.ParseAll({"swap", "second", "third"});
  CHECK(answers[0].outcome == Outcome::kParseCrashed);
  CHECK(answers[0].detail == "parser lied: an answer to another document");
  CHECK(answers[1].page.title == "second");
  CHECK(answers[2].page.title == "third");
}

TEST_CASE("A worker that claims to have written more than there is room for lies", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  const std::vector<ParseAnswer> answers = loop.ParseAll({"overfill", "behind"});
  CHECK(answers[0].detail == "parser lied: message has a field that cannot be");
  CHECK(answers[1].page.title == "behind");
}

TEST_CASE("A worker that claims to have taken jobs which it never got lies", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  CHECK(loop.Parse("overtake").page.title == "overtake");
  CHECK(loop.Parse("next").detail == "parser lied: it has taken jobs that it never got");
  CHECK(loop.Parse("last").page.title == "last");
}

TEST_CASE("A worker that wakes trawl again and again for nothing lies", "[parse_pool]") {
  auto options = OneWorker();
  options.wall_max = options.cpu_max = 60s;
  ParseLoop loop(options);
  const std::vector<ParseAnswer> answers = loop.ParseAll({"notices", "behind"});
  CHECK(answers[0].detail == "parser lied: it wakes trawl for nothing");
  CHECK(answers[1].page.title == "behind");
}

TEST_CASE("A worker that changes its answers while they are read harms nobody else", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  for (int i = 0; i < 20; ++i) {
    const std::vector<ParseAnswer> answers = loop.ParseAll({"scribble", "behind"});
    CHECK((answers[0].outcome == Outcome::kOk || answers[0].outcome == Outcome::kParseCrashed ||
           answers[0].outcome == Outcome::kParseTimeout));
    loop.Until([&] { return loop.pool().counts().workers == 1; });
  }
  CHECK(loop.Parse("next").page.title == "next");
}

TEST_CASE("An answer that comes after the wall limit counts no more", "[parse_pool]") {
  auto options = ShortWall();
  options.workers = 1;
  ParseLoop loop(options);
  loop.UntilWorkers(1);
  const pid_t pid = loop.pool().pids().front();
  const auto answers = loop.Begin({"stop", "behind"});
  loop.Until([&] { return answers->all[0].outcome == Outcome::kParseTimeout; });
  ::kill(pid, SIGCONT);  // too late: it may answer until the zygote's SIGKILL is there
  loop.Until([&] { return answers->left == 0; });
  CHECK(answers->all[0].outcome == Outcome::kParseTimeout);
  CHECK(answers->all[1].page.title == "behind");
  CHECK(loop.pool().counts().answers == 1);
}

TEST_CASE("When trawl itself stood still no worker is blamed for it", "[parse_pool]") {
  auto options = OneWorker();
  options.wall_max = 200ms;
  ParseLoop loop(options);
  loop.UntilWorkers(1);
  const pid_t pid = loop.pool().pids().front();
  const auto answers = loop.Begin({"stop"});
  loop.Until([&] { return loop.pool().counts().parsing == 1; });
  // As after Ctrl-Z and fg: all of them stopped for longer than the limit, and all go on.
  const auto until = std::chrono::steady_clock::now() + 2 * options.wall_max;
  while (std::chrono::steady_clock::now() < until) ::sched_yield();
  int turns = 2;  // trawl goes on first
  loop.Until([&] { return turns-- == 0; });
  ::kill(pid, SIGCONT);
  loop.Until([&] { return answers->left == 0; });
  CHECK(answers->all[0].outcome == Outcome::kOk);
  CHECK(loop.pool().counts().timeouts == 0);
}

TEST_CASE("An answer of the largest length that never comes ends at the wall limit", "[parse_pool]") {
  ParseLoop loop(ShortWall());
  const ParseAnswer answer = loop.Parse("send " + Header(kWireVersion, 2, kMaxAnswer));
  CHECK(answer.outcome == Outcome::kParseTimeout);
  CHECK(loop.Parse("next").outcome == Outcome::kOk);
}

TEST_CASE("An answer more than was asked for is a lie that costs no page", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  const pid_t first = [&] {
    loop.UntilWorkers(1);
    return loop.pool().pids().front();
  }();
  CHECK(loop.Parse("twice").page.title == "twice");
  loop.Until([&] { return loop.pool().counts().lies == 1; });
  CHECK(loop.Parse("next").page.title == "next");
  CHECK(loop.pool().pids().front() != first);
}

TEST_CASE("A worker that closes its socket and lives on is killed", "[parse_pool]") {
  auto options = OneWorker();
  options.cpu_max = 60s;
  ParseLoop loop(options);
  const ParseAnswer answer = loop.Parse("close");
  CHECK(answer.outcome == Outcome::kParseCrashed);
  CHECK(loop.Parse("next").outcome == Outcome::kOk);
}

TEST_CASE("A worker killed from outside while idle is replaced, and no page knows", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  loop.UntilWorkers(1);
  const pid_t first = loop.pool().pids().front();
  REQUIRE(::kill(first, SIGKILL) == 0);
  loop.Until([&] { return loop.pool().counts().workers == 1 && loop.pool().pids().front() != first; });
  CHECK(loop.Parse("next").outcome == Outcome::kOk);
}

TEST_CASE("A worker is replaced after its share of pages", "[parse_pool]") {
  ParseLoop loop(OneWorker());
  loop.UntilWorkers(1);
  const pid_t first = loop.pool().pids().front();
  for (std::uint64_t left = ParsePool::kPagesPerWorker + 10; left > 0; left -= 1001) {
    for (const ParseAnswer& answer : loop.ParseAll(std::vector<std::string>(1001, "good"))) {
      REQUIRE(answer.outcome == Outcome::kOk);
    }
    if (left < 1001) break;
  }
  loop.UntilWorkers(1);
  CHECK(loop.pool().counts().retired == 1);
  CHECK(loop.pool().counts().crashes == 0);
  CHECK(loop.pool().pids().front() != first);
  loop.Until([&] { return IsGone(first); });
}

TEST_CASE("When the zygote ends, what waits is answered as unavailable and the pool says so",
          "[parse_pool]") {
  ParseLoop loop;
  loop.UntilWorkers(2);
  std::vector<ProcessEnd> workers;
  for (const pid_t pid : loop.pool().pids()) workers.emplace_back(pid);
  const std::size_t taken = 2 * ParsePool::kPipeDepth;
  const auto answers = loop.Begin(std::vector<std::string>(taken + 1, "swallow"));
  loop.Until([&] { return loop.pool().counts().parsing == taken; });
  REQUIRE(::kill(loop.zygote_pid(), SIGKILL) == 0);
  loop.Until([&] { return answers->left == 0; });
  for (const ParseAnswer& answer : answers->all) CHECK(answer.unavailable);
  CHECK(loop.pool().failure() == "the parser's fork server has ended");
  CHECK(loop.Parse("late").unavailable);
  for (const ProcessEnd& worker : workers) CHECK(worker.Await());
  CHECK(loop.pool().queued_bytes() == 0);
}

TEST_CASE("Closing ends every worker, also one that hangs, and answers what waits", "[parse_pool]") {
  ParseLoop loop;
  loop.UntilWorkers(2);
  std::vector<pid_t> processes = loop.pool().pids();
  processes.push_back(loop.zygote_pid());
  const auto answers = loop.Begin({"loop", "stop", "queued"});
  loop.Until([&] { return loop.pool().counts().parsing == 3; });
  loop.Close();
  loop.Until([&] { return answers->left == 0; });
  for (const pid_t pid : processes) CHECK(IsGone(pid));
  CHECK(loop.pool().failure().empty());
}

TEST_CASE("Two pools in one process know nothing of each other", "[parse_pool]") {
  ParseLoop one(OneWorker());
  ParseLoop two(OneWorker());
  CHECK(one.Parse("segv").outcome == Outcome::kParseCrashed);
  CHECK(two.Parse("good").outcome == Outcome::kOk);
  one.Close();
  CHECK(two.Parse("good").outcome == Outcome::kOk);
}
