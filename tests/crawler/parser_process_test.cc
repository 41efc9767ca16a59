// The real trawl-parser behind the pool: what its sandbox must still let it do, and what hostile pages cost.

#include <sys/resource.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "crawler/parse_pool.h"
#include "parser/charset_labels.h"
#include "parser/sanitized.h"
#include "parser/wire_rules.h"
#include "tests/crawler/parse_loop.h"
#include "tests/support/catch.h"
#include "tests/support/repeat.h"

using namespace std::chrono_literals;
using trawl::Outcome;
using trawl::crawler::ParseAnswer;
using trawl::test::ParseLoop;
using trawl::test::Repeat;

namespace {

trawl::config::ParserOptions RealParser() {
  trawl::config::ParserOptions options;
  options.workers = 1;
  options.program = TRAWL_BINARY_DIR "/trawl-parser";
  // A sanitizer makes parsing ten and more times slower: the limits of a product without one say
  // nothing here.
  if (TRAWL_SANITIZED) {
    options.cpu_max *= 20;
    options.wall_max *= 20;
  }
  return options;
}

std::string OrdinaryPage(std::size_t links) {
  std::string page = "<!DOCTYPE html><html lang=en><head><title>A page</title></head><body>";
  for (std::size_t i = 0; i < links; ++i) {
    page += "<p>Some words about number " + std::to_string(i) + ", and <a href=\"/page/" + std::to_string(i) +
            "?q=1#part\">a link to it</a> in the middle of a paragraph that goes on for a while.</p>\n";
  }
  return page;
}

std::size_t ResidentKiB(pid_t pid) {
  constexpr std::string_view kKey = "VmRSS:";
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kKey)) return std::stoul(line.substr(kKey.size()));
  }
  return 0;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t OwnPeakKiB() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss);
}

}  // namespace

TEST_CASE("Item rules reach a worker once, other rules before the jobs that count on them",
          "[parser_process]") {
  const auto frame_of = [](const char* field, const char* css) {
    trawl::config::ItemRule rule;
    rule.fields = {{.name = field, .css = css}};
    return std::make_shared<const std::string>(trawl::parser::EncodeRules({rule}));
  };
  const auto first = frame_of("a", "b"), second = frame_of("c", "i");
  ParseLoop loop(RealParser());
  std::vector<trawl::parser::PageJob> jobs;
  for (int i = 0; i < 60; ++i) {
    jobs.push_back(ParseLoop::Job("<b>x" + std::to_string(i) + "</b><i>y" + std::to_string(i) + "</i>"));
    if (i % 3 == 2) continue;
    jobs.back().items = {0};
    jobs.back().rules = i % 20 < 10 ? first : second;
  }
  const auto answers = loop.BeginJobs(std::move(jobs));
  loop.Until([&] { return answers->left == 0; });
  for (int i = 0; i < 60; ++i) {
    const auto& page = answers->all[static_cast<std::size_t>(i)].page;
    REQUIRE(page.items.size() == (i % 3 == 2 ? 0U : 1U));
    if (i % 3 == 2) continue;
    const std::string number = std::to_string(i);
    CHECK(page.items[0].data ==
          (i % 20 < 10 ? "{\"a\":\"x" + number + "\"}" : "{\"c\":\"y" + number + "\"}"));
  }
}

TEST_CASE("A worker that is replaced gets the rules again", "[parser_process]") {
  trawl::config::ItemRule rule;
  rule.fields = {{.name = "a", .css = "b"}};
  const auto frame = std::make_shared<const std::string>(trawl::parser::EncodeRules({rule}));
  ParseLoop loop(RealParser());
  const auto job = [&](std::string body) {
    auto one = ParseLoop::Job(std::move(body));
    one.items = {0};
    one.rules = frame;
    return one;
  };
  std::vector<trawl::parser::PageJob> jobs;
  for (const std::string& body : {std::string("<b>1</b>"), Repeat("<div>", 20'000), std::string("<b>2</b>")})
    jobs.push_back(job(body));
  const auto answers = loop.BeginJobs(std::move(jobs));
  loop.Until([&] { return answers->left == 0; });
  CHECK(answers->all[0].page.items.at(0).data == "{\"a\":\"1\"}");
  CHECK(answers->all[1].outcome == Outcome::kParseLimit);
  CHECK(answers->all[2].page.items.at(0).data == "{\"a\":\"2\"}");
}

TEST_CASE("Every encoding is decoded inside the sandbox, in the first page of a worker", "[parser_process]") {
  ParseLoop loop(RealParser());
  for (std::size_t i = 0; i < trawl::parser::kCharsets; ++i) {
    const std::string_view name = trawl::parser::Name(static_cast<trawl::parser::Charset>(i));
    CAPTURE(name);
    trawl::parser::PageJob job =
        ParseLoop::Job("<title>a\xB1\xA1\xE4\xF6 \x1B$B z</title><a href='?\xE4\xB1'>x</a>");
    job.content_type = "text/html; charset=" + std::string(name);
    const ParseAnswer answer = loop.Parse(std::move(job));
    CHECK(answer.outcome == Outcome::kOk);
    CHECK(answer.detail.empty());
  }
  CHECK(loop.pool().counts().crashes == 0);
}

TEST_CASE("International names and guessed encodings need no file", "[parser_process]") {
  ParseLoop loop(RealParser());
  const ParseAnswer names = loop.Parse(
      "<meta charset=utf-8><a href='http://b\xC3\xBC"
      "cher.example/'>x</a>"
      "<a href='http://\xE4\xBE\x8B\xE3\x81\x88.example/'>y</a>");
  REQUIRE(names.outcome == Outcome::kOk);
  REQUIRE(names.page.links.size() == 2);
  CHECK(names.page.links[0].url == "http://xn--bcher-kva.example/");
  const ParseAnswer guessed =
      loop.Parse("<title>" + Repeat("\xCF\xF0\xE8\xE2\xE5\xF2 \xEC\xE8\xF0 ", 40) + "</title>");
  CHECK(guessed.outcome == Outcome::kOk);
  CHECK(loop.pool().counts().crashes == 0);
}

TEST_CASE("Bombs end within the limits, and the page behind each is parsed", "[parser_process]") {
  struct Bomb {
    const char* name;
    std::string body;
    bool must_parse;
  };
  const Bomb bombs[] = {
      {"10 000 nested div", Repeat("<div>", 10'000), false},
      {"20 000 nested div", Repeat("<div>", 20'000), false},
      {"200 000 nested div", Repeat("<div>", 200'000), false},
      {"20 000 open b", Repeat("<b>", 20'000), false},
      {"20 000 open b and p", Repeat("<b><p>", 20'000), false},
      {"a million attributes", "<a " + Repeat("x=y ", 1'000'000) + ">", false},
      {"10 MiB of <", std::string(10 << 20, '<'), false},
      {"10 MiB of &", std::string(10 << 20, '&'), true},
      {"10 MiB of NUL", std::string(10 << 20, '\0'), true},
      {"tables in tables", Repeat("<table><tr><td>", 20'000), false},
      {"a comment without end", "<!--" + std::string(10 << 20, '-'), true},
      {"100 000 links", Repeat("<a href=/x>y</a>", 100'000), true},
  };
  ParseLoop loop(RealParser());
  loop.UntilWorkers(1);
  const std::size_t largest = 10 << 10;
  const std::size_t before = OwnPeakKiB();
  for (const Bomb& bomb : bombs) {
    CAPTURE(bomb.name);
    const std::vector<ParseAnswer> answers = loop.ParseAll({bomb.body, OrdinaryPage(10)});
    CAPTURE(answers[0].detail);
    CHECK((answers[0].outcome == Outcome::kOk ||
           (!bomb.must_parse && answers[0].outcome == Outcome::kParseLimit)));
    CHECK(answers[1].outcome == Outcome::kOk);
    CHECK(answers[1].page.links.size() == 10);
  }
  CHECK(loop.pool().counts().crashes == 0);
  CHECK(loop.pool().counts().timeouts == 0);
  // The document, its copy for the pool, and 16 MiB.
  if (!TRAWL_SANITIZED) CHECK(OwnPeakKiB() - before <= 2 * largest + (16 << 10));
}

TEST_CASE("The kernel holds a worker to its walls: no privilege, filtered calls, no files, no children",
          "[parser_process]") {
  ParseLoop loop(RealParser());
  loop.UntilWorkers(1);
  REQUIRE(loop.Parse(OrdinaryPage(1)).outcome == Outcome::kOk);
  const std::string process = "/proc/" + std::to_string(loop.pool().pids().front());
  const std::string status = ReadFile(process + "/status");
  for (const char* line :
       {"NoNewPrivs:\t1\n", "Seccomp:\t2\n", "CapPrm:\t0000000000000000\n", "CapEff:\t0000000000000000\n"})
    CHECK_THAT(status, Catch::Contains(line));
  if (!TRAWL_SANITIZED) CHECK_THAT(status, Catch::Contains("Threads:\t1\n"));  // TSan has one of its own
  const std::string limits = ReadFile(process + "/limits");
  for (const char* name : {"Max file size", "Max core file size", "Max processes", "Max open files",
                           "Max locked memory", "Max msgqueue size"}) {
    std::istringstream row(limits.substr(limits.find(name) + std::string_view(name).size()));
    std::string soft, hard;
    row >> soft >> hard;
    INFO(name);
    CHECK(soft == "0");
    CHECK(hard == "0");
  }
}

TEST_CASE("A worker stays small, however many pages it has parsed and however large one was",
          "[parser_process]") {
  if (TRAWL_SANITIZED) return;
  ParseLoop loop(RealParser());
  loop.UntilWorkers(1);
  const pid_t worker = loop.pool().pids().front();
  for (int round = 0; round < 5; ++round) {
    for (const ParseAnswer& answer : loop.ParseAll(std::vector<std::string>(50, OrdinaryPage(200)))) {
      REQUIRE(answer.outcome == Outcome::kOk);
    }
    REQUIRE(loop.Parse(OrdinaryPage(20'000)).outcome == Outcome::kOk);
  }
  REQUIRE(loop.Parse(OrdinaryPage(1)).outcome == Outcome::kOk);
  REQUIRE(loop.pool().pids().front() == worker);
  CHECK(ResidentKiB(worker) <= 16 << 10);
}
