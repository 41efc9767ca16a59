#include "parser/document_kinds.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>
#include <string>

#include "parser/item_extractor.h"
#include "parser/sanitized.h"
#include "parser/tokenizer.h"
#include "parser/utf8.h"
#include "parser/zygote_client.h"
#include "tests/support/catch.h"
#include "tests/support/repeat.h"

using namespace trawl::parser;
using trawl::test::Repeat;

namespace {

PageJob Job(std::string body, DocumentKind kind = DocumentKind::kHtml) {
  PageJob job;
  job.kind = kind;
  job.url = "http://example.org/";
  job.body = std::move(body);
  job.product_tokens = {"trawl"};
  return job;
}

std::string Attributes(int count) {
  std::string tag = "<p";
  for (int i = 0; i < count; ++i) tag += " a" + std::to_string(i);
  return tag;
}

struct Ending {
  int exit_code = -1;
  int signal = 0;
};

// Parses as a worker does, in a process that may take two seconds and no more memory than a worker.
// A sanitizer makes parsing ten and more times slower, and maps memory of its own.
constexpr rlim_t kCpuSeconds = TRAWL_SANITIZED ? 40 : 2;

// What may be slow about a rule: values of all that is inside each element, of every element.
std::vector<trawl::config::ItemRule> GreedyRules() {
  trawl::config::ItemRule rule;
  rule.each = "*";
  rule.fields = {{.name = "text", .css = ":scope"},
                 {.name = "last", .css = "* ~ *:nth-last-child(3n+1 of :not(x y)) *::text", .list = true},
                 {.name = "has", .css = ":scope:has(x > y ~ z) a", .type = trawl::config::FieldType::kUrl},
                 {.name = "html", .css = "*", .regex = "(a|b)*c$", .type = trawl::config::FieldType::kHtml},
                 {.name = "ld", .jsonld = "a.b.c", .list = true}};
  return {rule};
}

enum class Way { kTree, kScan, kBroken, kItems, kMain };

Ending ParseConfined(std::string (*body)(), Way way) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit cpu{kCpuSeconds, kCpuSeconds + 1};
    ::setrlimit(RLIMIT_CPU, &cpu);
    const rlimit memory{256U << 20, 256U << 20};
    if (!TRAWL_SANITIZED) ::setrlimit(RLIMIT_AS, &memory);
    const rlimit core{0, 0};
    ::setrlimit(RLIMIT_CORE, &core);
    std::set_new_handler(Arena::ExitAtLimit);
    Arena arena(160 << 20);
    std::string frame;
    // A broken page says that it is UTF-8, and its last byte is not: it is repaired and scanned again.
    PageJob job = Job(way == Way::kBroken ? "\xEF\xBB\xBF" + body() + "\xFF" : body());
    job.want_tree = way == Way::kTree || way == Way::kMain;
    job.want_main = way == Way::kMain;
    std::vector<ItemRuleError> errors;
    const ItemExtractor extractor(GreedyRules(), errors);
    if (way == Way::kItems) {
      job.want_statements = true;
      job.extractor = &extractor;
      job.items = {0};
    }
    EncodeAnswer(ParseDocument(job, arena), frame);
    const std::vector<char> payload(frame.begin() + kFrameHeader, frame.end());
    ::_exit(DecodeAnswer(payload).has_value() ? 0 : 100);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? Ending{-1, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
}

// A page that is made in the child, so that its memory is counted there alone.
struct Hostile {
  const char* name;
  int tree_exit_code;  // a scan has no depth, so it always ends as a page
  std::string (*body)();
};

const Hostile kHostile[] = {
    {"empty", 0, [] { return std::string(); }},
    {"one NUL", 0, [] { return std::string(1, '\0'); }},
    {"a megabyte of NULs", 0, [] { return std::string(1 << 20, '\0'); }},
    {"a megabyte of noise", kExitLimit,
     [] {
       std::string noise;
       unsigned state = 7;
       for (int i = 0; i < 1 << 20; ++i)
         noise.push_back(static_cast<char>((state = state * 1664525 + 1013904223) >> 24));
       return noise;
     }},
    {"the head of a PNG", 0, [] { return "\x89PNG\r\n\x1A\n" + std::string(100, '\0'); }},
    {"512 nested div", 0, [] { return Repeat("<div>", 512); }},
    {"10,000 nested div", kExitLimit, [] { return Repeat("<div>", 10'000); }},
    {"200,000 nested div", kExitLimit, [] { return Repeat("<div>", 200'000); }},
    {"200,000 nested b", kExitLimit, [] { return Repeat("<b>", 200'000); }},
    {"a million attributes", kExitLimit, [] { return Attributes(1'000'000) + ">"; }},
    {"a million attributes, cut off", kExitLimit, [] { return Attributes(1'000'000); }},
    {"formatting elements that are rebuilt in each paragraph", kExitLimit,
     [] {
       std::string html;
       for (int i = 0; i < 20'000; ++i) html += "<p><b id=" + std::to_string(i) + ">x</p>";
       return html;
     }},
    {"half a million end tags in 510 elements of another name", 0,
     [] { return Repeat("<x hidden>", 510) + Repeat("</y>", 500'000); }},
    {"half a million li in 509 div of one li", 0,
     [] { return "<li><ul>" + Repeat("<div>", 509) + Repeat("<li>", 500'000); }},
    {"300,000 CDATA sections that are empty", 0, [] { return "<svg>" + Repeat("<![CDATA[]]>", 300'000); }},
    {"a megabyte of &", 0, [] { return std::string(1'000'000, '&'); }},
    {"300,000 references", 0, [] { return Repeat("&CounterClockwiseContourIntegral;", 300'000); }},
    {"10 MB of <", 0, [] { return std::string(10'000'000, '<'); }},
    {"100,000 links", 0, [] { return Repeat("<a href=x>", 100'000); }},
    {"a million links", kExitLimit, [] { return Repeat("<a href=x>", 1'000'000); }},
    {"an attribute of 10 MB", 0, [] { return "<a href='" + std::string(10'000'000, 'x') + "'>"; }},
    {"a title of 10 MB", 0, [] { return "<title>" + std::string(10'000'000, 'x'); }},
    {"a comment of 10 MB that never ends", 0, [] { return "<!--" + std::string(10'000'000, '-'); }},
    {"a script that never ends", 0, [] { return "<script>" + Repeat("<!--<script>", 500'000); }},
    {"srcset of a million commas", 0, [] { return "<img srcset='" + std::string(1'000'000, ',') + "'>"; }},
    {"srcset of half a million images", 0, [] { return "<img srcset='" + Repeat("a,", 500'000) + " b'>"; }},
    {"a million line ends", 0, [] { return "<pre>" + std::string(1'000'000, '\n'); }},
    {"200,000 br", 0, [] { return Repeat("<br>", 200'000); }},
    {"a million br", kExitLimit, [] { return Repeat("<br>", 1'000'000); }},
    {"JSON-LD of comments that never end", 0,
     [] { return "<script type=application/ld+json>{\"datePublished\":1}" + Repeat("<!--", 250'000); }},
    {"JSON-LD of comments that all end at its end", 0,
     [] { return "<script type=application/ld+json>" + Repeat("<!--", 250'000) + "\"datePublished\"-->"; }},
    {"a table out of which 300,000 texts fall", 0, [] { return "<table>" + Repeat("x<tr>", 300'000); }},
    {"a long title above short lines that are not like it", 0,
     [] {
       return "<title>" + Repeat("rivers and towns ", 20'000) + "</title>" + Repeat("<p>a b c", 40'000);
     }},
};

}  // namespace

TEST_CASE("A hostile page ends as a page or at the limit, in two seconds and 256 MiB") {
  for (const Hostile& page : kHostile) {
    for (const Way way : {Way::kTree, Way::kScan, Way::kBroken}) {
      const Ending ending = ParseConfined(page.body, way);
      INFO(page.name << ", way " << static_cast<int>(way) << ": exit code " << ending.exit_code << ", signal "
                     << ending.signal);
      CHECK(ending.exit_code == (way == Way::kTree ? page.tree_exit_code : 0));
    }
  }
}

TEST_CASE(
    "A hostile page of which the main content is wanted ends as a page, or at the limit where its tree "
    "does") {
  for (const Hostile& page : kHostile) {
    const Ending ending = ParseConfined(page.body, Way::kMain);
    INFO(page.name << ": exit code " << ending.exit_code << ", signal " << ending.signal);
    CHECK(ending.exit_code == page.tree_exit_code);
  }
}

TEST_CASE("A hostile page and a greedy rule end as a page or at a limit of the worker") {
  for (const Hostile& page : kHostile) {
    const Ending ending = ParseConfined(page.body, Way::kItems);
    INFO(page.name << ": exit code " << ending.exit_code << ", signal " << ending.signal);
    // The limit of CPU time, as a worker has it, is a parse_timeout.
    CHECK((ending.exit_code == 0 || ending.exit_code == kExitLimit || ending.signal == SIGXCPU));
    if (page.tree_exit_code != 0) CHECK(ending.exit_code != 0);
  }
}

TEST_CASE("After a large document the next one is parsed as if nothing had been") {
  Arena arena(160 << 20);
  const PageJob large = Job(Repeat("<p><a href=/x>text</a>", 20'000));
  const PageJob small = Job("<title>t</title><a href=/y>y</a>");
  std::string before, after;
  EncodeAnswer(ParseDocument(small, arena), before);
  arena.Reset();
  ParseDocument(large, arena);
  arena.Reset();
  EncodeAnswer(ParseDocument(small, arena), after);
  constexpr std::size_t kParseUs = kFrameHeader + 36;  // the one field that may differ
  before.replace(kParseUs, 4, "----");
  after.replace(kParseUs, 4, "----");
  CHECK(before == after);
}

TEST_CASE("The main content is given where it is asked for, and costs no page that a scan can read") {
  const std::string article =
      Repeat("<p>Of rivers, mountains and towns, and of what people do in them all day.", 20);
  const auto parse = [](std::string body, bool main) {
    Arena arena(64 << 20);
    PageJob job = Job(std::move(body));
    job.want_main = main;
    const ParsedPage page = ParseDocument(job, arena);
    return std::pair(std::string(page.title), std::string(page.main));
  };
  const std::string page = "<title>t</title><nav><a href=/>Home</a></nav><article>" + article + "</article>";
  CHECK(parse(page, false) == std::pair<std::string, std::string>("t", ""));
  const auto [title, main] = parse(page, true);
  CHECK(title == "t");
  CHECK(main.starts_with("Of rivers, mountains"));
  CHECK(main.find("Home") == main.npos);
  CHECK(parse("<title>deep</title>" + Repeat("<div>", 1000) + article, true).first == "deep");
  CHECK(parse("<title>long</title>" + Repeat("<p>a", 600'000), true) ==
        std::pair<std::string, std::string>("long", ""));
}

TEST_CASE("An HTML job is decoded by what its header says") {
  Arena arena(16 << 20);
  PageJob job = Job("<title>\xE9</title>");
  job.content_type = "text/html; charset=iso-8859-2";
  const ParsedPage page = ParseDocument(job, arena);
  CHECK(page.charset == "ISO-8859-2");
  CHECK(page.charset_source == CharsetSource::kHttp);
  CHECK(page.title == "\xC3\xA9");
}

TEST_CASE("Bytes that only say they are UTF-8 are repaired in all that a page gives, whoever reads it") {
  const std::string body =
      "\xEF\xBB\xBF<title>\xE9t</title><meta name=description content='\xC3'><p>a\xFF b \xC3\xA9</p>"
      "<a href='/\xE9' rel='\xFF'>\xE2\x82</a>";
  for (const bool tree : {false, true}) {
    INFO(tree);
    Arena arena(16 << 20);
    PageJob job = Job(body);
    job.want_tree = tree;
    const ParsedPage page = ParseDocument(job, arena);
    CHECK(page.charset == "UTF-8");
    CHECK(page.title == "\uFFFDt");
    CHECK(page.description == "\uFFFD");
    CHECK(page.text.starts_with("a\uFFFD b \u00E9"));
    REQUIRE(page.links.size() == 1);
    CHECK(page.links[0].url.ends_with("/%EF%BF%BD"));
    CHECK(page.links[0].rel == "\uFFFD");
    CHECK(page.links[0].anchor == "\uFFFD");
    job.want_source = true;
    CHECK(IsUtf8(ParseDocument(job, arena).text));
  }
}

TEST_CASE("A job for the source gives the decoded document") {
  Arena arena(16 << 20);
  PageJob job = Job("<p>\xE9</p>");
  job.want_source = true;
  const ParsedPage page = ParseDocument(job, arena);
  CHECK(page.text == "<p>\xC3\xA9</p>");
  CHECK(page.links.empty());
}

TEST_CASE("The CPU time of parsing is told") {
  Arena arena(160 << 20);
  CHECK(ParseDocument(Job(Repeat("<p><a href=/x>text</a>", 20'000)), arena).parse_us > 100);
}

TEST_CASE("Rules of robots.txt that pass the limits of an answer are made no weaker") {
  const std::string longer = "/" + std::string(kMaxRobotsPattern, 'x');
  const PageJob job = Job("User-agent: trawl\nDisallow: " + longer + "\nAllow: " + longer +
                              "\nDisallow: /short\nSitemap: " + "http://example.org/" +
                              std::string(kMaxUrl, 's') + "\nSitemap: http://example.org/s\n",
                          DocumentKind::kRobots);
  Arena arena(1 << 20);
  std::string frame;
  EncodeAnswer(ParseDocument(job, arena), frame);
  const auto page = DecodeAnswer(std::vector<char>(frame.begin() + kFrameHeader, frame.end()));
  REQUIRE(page.has_value());
  REQUIRE(page->robots.rules.size() == 2);
  CHECK(page->robots.rules[0].pattern == longer.substr(0, kMaxRobotsPattern));
  CHECK_FALSE(page->robots.rules[0].allow);
  CHECK(page->robots.rules[1].pattern == "/short");
  CHECK(page->robots.sitemaps == std::vector<std::string>{"http://example.org/s"});
}

TEST_CASE("The tokens of a document are JSON in the page's text") {
  Arena arena(1 << 20);
  PageJob job = Job("<a b=1>x&amp;", DocumentKind::kTokens);
  job.content_type = "Data state;";
  CHECK(ParseDocument(job, arena).text == R"([["StartTag","a",{"b":"1"}],["Character","x&"]])");
  job.body = "x</b></xmp>";
  job.content_type = "RAWTEXT state;xmp";
  CHECK(ParseDocument(job, arena).text == R"([["Character","x</b>"],["EndTag","xmp"]])");
  job.content_type = "No state;";
  CHECK(ParseDocument(job, arena).text.empty());
}

TEST_CASE("What a selector selects is JSON in the page's text") {
  Arena arena(4 << 20);
  PageJob job = Job("<!DOCTYPE html><p id='a\"'>x<p>\xFF", DocumentKind::kSelect);
  job.content_type = "text/html; charset=utf-8";
  const auto selection = [&](const char* selector) {
    job.extract = selector;
    return std::string(ParseDocument(job, arena).text);
  };
  CHECK(selection("p") == "{\"texts\":[\"x\",\"\xEF\xBF\xBD\"]}");
  job.want_text = false;
  CHECK(selection("p") == R"({"ids":["a\"",null]})");
  CHECK(selection("b") == R"({"ids":[]})");
  CHECK(selection("p::text") == "{\"values\":[\"x\",\"\xEF\xBF\xBD\"]}");
  CHECK(selection("p[") ==
        R"({"error":"syntax","message":"an attribute name is expected after [","offset":2})");
}

TEST_CASE("A million CDATA sections that are empty end in two seconds") {
  const std::string html = Repeat("<![CDATA[]]>", 1'000'000);
  Tokenizer tokenizer(html);
  tokenizer.AllowCdata(true);
  int texts = 0;
  for (auto token = tokenizer.Next(); token != Tokenizer::Token::kEnd; token = tokenizer.Next())
    texts += token == Tokenizer::Token::kText;
  CHECK(texts == 1'000'000);
}
