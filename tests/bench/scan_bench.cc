// trawl_scan_bench FOLDER [PAGES [ROUNDS]]: what parsing a page costs, side by side: gumbo's own parse with
// max_errors = 0, libxml2's SAX parser with a handler for every start tag and text, and Trawl's scan:
// decoded, links resolved and normalised, title, meta, headings, visible text, its words and hash; with all
// else that a worker finds in it, as in a crawl; with the answer encoded; with links fingerprinted; off a
// tree, and with the main content. Beside them what the scan does with the text: its simhash, and its
// language where none is declared. Takes every n-th *.html below FOLDER so that PAGES of them are read. Each
// round runs all, the ways in turn; printed are medians over the rounds, in microseconds of CPU a page.

#include <gumbo.h>
#include <libxml/HTMLparser.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "parser/charset.h"
#include "parser/document_kinds.h"
#include "parser/fingerprint.h"
#include "parser/language_guess.h"
#include "parser/scan.h"
#include "parser/simhash.h"

namespace {

using namespace trawl::parser;

std::vector<PageJob> ReadPages(const char* folder, std::size_t wanted) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".html") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  const std::size_t step = std::max<std::size_t>(1, paths.size() / std::max<std::size_t>(1, wanted));
  std::vector<PageJob> jobs;
  for (std::size_t i = 0; i < paths.size(); i += step) {
    std::ostringstream bytes;
    bytes << std::ifstream(paths[i], std::ios::binary).rdbuf();
    PageJob job;
    job.url = "http://127.0.0.1:8080/" + std::filesystem::relative(paths[i], folder).string();
    job.content_type = "text/html";
    job.product_tokens = {"trawl"};
    job.body = bytes.str();
    jobs.push_back(std::move(job));
  }
  return jobs;
}

const PageJob* first_page = nullptr;
std::uint64_t sink = 0;  // what was computed is used, so that it is computed

void RunGumbo(const PageJob& job, Arena&) {
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  GumboOutput* const output =
      gumbo_parse_with_options(&options, std::string_view(job.body).data(), job.body.size());
  sink += output->root->v.element.children.length;
  gumbo_destroy_output(&options, output);
}

void CountElement(void*, const xmlChar*, const xmlChar**) {
  ++sink;
}
void CountText(void*, const xmlChar*, int size) {
  sink += static_cast<std::uint64_t>(size);
}

void RunSax(const PageJob& job, Arena&) {
  htmlSAXHandler handler;
  std::memset(&handler, 0, sizeof handler);
  handler.startElement = CountElement;
  handler.characters = handler.cdataBlock = handler.ignorableWhitespace = CountText;
  int count = 0;
  htmlParserCtxtPtr context =
      htmlCreatePushParserCtxt(&handler, &count, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8);
  htmlCtxtUseOptions(context,
                     HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_RECOVER);
  htmlParseChunk(context, std::string_view(job.body).data(), static_cast<int>(job.body.size()), 1);
  htmlFreeParserCtxt(context);
}

void RunPlainScan(const PageJob& job, Arena& arena) {
  const DecodedText decoded = DecodeUnchecked(job.body, job.content_type, arena);
  sink += ScanUnchecked(job, decoded.utf8, decoded.verdict.charset, arena).links.size();
  arena.Reset();
}

void RunScan(const PageJob& job, Arena& arena) {
  sink += ParseDocument(job, arena).links.size();
  arena.Reset();
}

void RunAnswer(const PageJob& job, Arena& arena) {
  static std::string answer;
  answer.clear();
  EncodeAnswer(ParseDocument(job, arena), answer);
  sink += answer.size();
  arena.Reset();
}

void RunFingerprints(const PageJob& job, Arena& arena) {
  const ParsedPage page = ParseDocument(job, arena);
  for (const ParsedLink& link : page.links) sink += static_cast<std::uint64_t>(FingerprintUrl(link.url));
  arena.Reset();
}

void RunTree(const PageJob& job, Arena& arena) {
  static PageJob tree;
  tree = job;
  tree.want_tree = true;
  sink += ParseDocument(tree, arena).links.size();
  arena.Reset();
}

void RunMain(const PageJob& job, Arena& arena) {
  static PageJob main;
  main = job;
  main.want_main = true;
  sink += ParseDocument(main, arena).main.size();
  arena.Reset();
}

// What a page's text costs beside the text itself; the page is read once.
std::vector<std::string> texts;
void RunSimhash(const PageJob& job, Arena&) {
  sink += SimhashOf(texts[static_cast<std::size_t>(&job - first_page)]);
}
void RunGuess(const PageJob& job, Arena&) {
  sink += GuessLanguage(texts[static_cast<std::size_t>(&job - first_page)]).size();
}

struct Way {
  const char* name;
  void (*run)(const PageJob& job, Arena& arena);
  std::vector<double> us_a_page = {};
};

double CpuSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: trawl_scan_bench FOLDER [PAGES [ROUNDS]]\n");
    return 64;
  }
  const std::vector<PageJob> pages = ReadPages(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 500);
  const int rounds = argc > 3 ? std::max(1, std::atoi(argv[3])) : 5;
  if (pages.empty()) {
    std::fprintf(stderr, "no *.html below %s\n", argv[1]);
    return 1;
  }
  std::size_t bytes = 0;
  std::size_t links = 0, undeclared = 0;
  first_page = pages.data();
  Arena arena(std::size_t{1} << 30);
  for (const PageJob& page : pages) {
    bytes += page.body.size();
    const ParsedPage parsed = ParseDocument(page, arena);
    links += parsed.links.size();
    texts.emplace_back(parsed.text);
    undeclared += parsed.language_source != LanguageSource::kDeclared;
    arena.Reset();
  }
  Way ways[] = {{"gumbo, max_errors 0", RunGumbo},
                {"libxml2 SAX", RunSax},
                {"links, title, meta, text", RunPlainScan},
                {"scan", RunScan},
                {"scan, encoded", RunAnswer},
                {"scan, fingerprinted", RunFingerprints},
                {"tree", RunTree},
                {"tree, main content", RunMain},
                {"simhash of the text", RunSimhash},
                {"language of the text", RunGuess}};
  for (int round = 0; round < rounds; ++round) {
    for (Way& way : ways) {
      const double start = CpuSeconds();
      for (const PageJob& page : pages) way.run(page, arena);
      way.us_a_page.push_back((CpuSeconds() - start) * 1e6 / static_cast<double>(pages.size()));
    }
  }
  const auto count = static_cast<double>(pages.size());
  std::printf("%zu pages, %.1f KB and %.1f links each, %d rounds\n", pages.size(),
              static_cast<double>(bytes) / count / 1000, static_cast<double>(links) / count, rounds);
  std::size_t text_bytes = 0;
  for (const std::string& text : texts) text_bytes += text.size();
  std::printf("text of %.1f KB each; %.1f %% declare no language\n",
              static_cast<double>(text_bytes) / count / 1000, 100 * static_cast<double>(undeclared) / count);
  const double scan = Median(ways[2].us_a_page);
  for (const Way& way : ways) {
    const double us = Median(way.us_a_page);
    std::printf("%-24s %8.1f us/page %8.1f MB/s %6.2f x scan\n", way.name, us,
                static_cast<double>(bytes) / count / us, us / scan);
  }
  return sink == 0;
}
