// What a tree and selectors over it cost, against gumbo's own parse in the same run. Not a test: run it by
// hand, in a release build.
//   trawl_tree_bench FOLDER [FILES]   up to FILES (1,000) of the .html files below FOLDER, evenly picked

#include <gumbo.h>

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "parser/html.h"
#include "parser/html_shape.h"
#include "parser/html_tree.h"
#include "parser/item_extractor.h"
#include "parser/selector_match.h"
#include "parser/utf8.h"

namespace {

using namespace trawl::parser;

constexpr std::size_t kArena = 256 << 20;
constexpr int kRounds = 3;

// Five fields, as an item rule for documentation pages would have them.
constexpr std::string_view kFields[] = {"h1::text", "meta[name=viewport]::attr(content)",
                                        "body a[href]:not([href^='#'])::attr(href)", "div > p:first-of-type",
                                        "table tr:nth-child(2n) > td"};

std::vector<std::string> ReadPages(const std::filesystem::path& folder, std::size_t most) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".html") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const std::size_t step = std::max<std::size_t>(1, files.size() / most);
  std::vector<std::string> pages;
  for (std::size_t i = 0; i < files.size() && pages.size() < most; i += step) {
    std::ifstream file(files[i], std::ios::binary);
    std::string html = ScrubUtf8(std::string(std::istreambuf_iterator<char>(file), {}));
    if (ShapeOf(html).fits_tree) pages.push_back(std::move(html));
  }
  return pages;
}

double CpuMicroseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// The best of some rounds, in microseconds a page.
template <class Work>
double Measure(const std::vector<std::string>& pages, Work work) {
  double best = 1e300;
  for (int round = 0; round < kRounds; ++round) {
    const double start = CpuMicroseconds();
    for (const std::string& page : pages) work(page);
    best = std::min(best, CpuMicroseconds() - start);
  }
  return best / static_cast<double>(pages.size());
}

std::size_t sink = 0;

void ParseAlone(const std::string& html) {
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  GumboOutput* const output = gumbo_parse_with_options(&options, html.data(), html.size());
  sink += output->root->v.element.children.length;
  gumbo_destroy_output(&options, output);
}

void SelectFields(const Tree& tree, const std::vector<Selector>& fields) {
  SelectorMatcher matcher(tree);
  for (const Selector& field : fields) {
    sink += field.TakesValues() ? matcher.SelectValues(field).size() : matcher.Select(field).size();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: trawl_tree_bench FOLDER [FILES]\n");
    return 64;
  }
  const auto pages = ReadPages(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1000);
  if (pages.empty()) {
    std::fprintf(stderr, "no .html files below %s\n", argv[1]);
    return 1;
  }
  std::vector<Selector> fields;
  for (const std::string_view field : kFields) {
    SelectorError error;
    fields.push_back(*Selector::Compile(field, error));
  }
  Arena arena(kArena);
  const double gumbo = Measure(pages, ParseAlone);
  const auto show = [&](const char* what, double cost) {
    std::printf("%-44s %8.1f us a page  %5.2f\n", what, cost, cost / gumbo);
  };
  show("gumbo by itself, max_errors = 0", gumbo);
  show("gumbo in the arena", Measure(pages, [&](const std::string& html) {
         arena.Reset();
         sink += ParseToGumbo(html, arena)->root->v.element.children.length;
       }));
  show("tree, checked for its shape", Measure(pages, [&](const std::string& html) {
         arena.Reset();
         sink += BuildTree(html, arena).size();
       }));
  show("tree and five fields", Measure(pages, [&](const std::string& html) {
         arena.Reset();
         SelectFields(BuildTree(html, arena), fields);
       }));
  trawl::config::ItemRule rule;
  for (const std::string_view field : kFields)
    rule.fields.push_back({.name = "f" + std::to_string(rule.fields.size()), .css = std::string(field)});
  std::vector<ItemRuleError> errors;
  const ItemExtractor extractor({rule}, errors);
  const std::uint16_t numbers[] = {0};
  const auto base = Url::Parse("http://localhost/dir/page");
  show("tree and an item rule of five fields", Measure(pages, [&](const std::string& html) {
         arena.Reset();
         ParsedPage page;
         extractor.Extract(BuildTree(html, arena), *base, numbers, arena, page);
         sink += page.items.size();
       }));
  PageJob job;
  job.url = "http://localhost/dir/page";
  show("links, title, meta and text off the tree", Measure(pages, [&](const std::string& html) {
         arena.Reset();
         sink += ParseHtml(job, html, Charset::kUtf8, arena).links.size();
       }));
  job.extractor = &extractor;
  job.items = {0};
  job.want_statements = true;
  show("all of it with the item rule", Measure(pages, [&](const std::string& html) {
         arena.Reset();
         sink += ParseHtml(job, html, Charset::kUtf8, arena).items.size();
       }));
  show("five selectors compiled", Measure(pages, [&](const std::string&) {
         for (const std::string_view field : kFields) {
           SelectorError error;
           sink += Selector::Compile(field, error)->list().size();
         }
       }));
  std::printf("%zu pages, %zu\n", pages.size(), sink);
  return 0;
}
