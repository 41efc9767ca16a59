// trawl_scan_diff FOLDER: reads every *.html below FOLDER both ways, from a tree and by scanning, and prints
// each page whose links, title, base or robots meta differ, then how many agree. Text is compared too, and
// counted apart.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "parser/document_kinds.h"

namespace {

using namespace trawl::parser;

std::string ReadFile(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

// One line for each link, without its text; sorted, for a tree moves what stands wrong in a table, and
// unique, for it copies an `a` that is not closed.
std::set<std::string> LinksOf(const ParsedPage& page) {
  std::set<std::string> links;
  for (const ParsedLink& link : page.links) {
    links.insert(std::string(Name(link.kind)) + " " + std::string(link.url) +
                 " rel=" + std::string(link.rel));
  }
  return links;
}

std::vector<std::string> AnchorsOf(const ParsedPage& page) {
  std::vector<std::string> anchors;
  for (const ParsedLink& link : page.links)
    anchors.push_back(std::string(link.url) + " " + std::string(link.anchor));
  return anchors;
}

struct Difference {
  std::string of;
  bool counts = false;  // links, title, base or robots meta
};

void Compare(const ParsedPage& tree, const ParsedPage& scan, Difference& difference) {
  const auto note = [&](const std::string& what, bool counts) {
    difference.of += (difference.of.empty() ? "" : ", ") + what;
    difference.counts = difference.counts || counts;
  };
  const std::set<std::string> tree_links = LinksOf(tree), scan_links = LinksOf(scan);
  if (tree_links != scan_links) {
    std::vector<std::string> one_sided;
    std::set_symmetric_difference(tree_links.begin(), tree_links.end(), scan_links.begin(), scan_links.end(),
                                  std::back_inserter(one_sided));
    note("links (first: " + one_sided.front() +
             (scan_links.count(one_sided.front()) ? " only scanned)" : " only in the tree)"),
         true);
  }
  if (tree.title != scan.title) note("title", true);
  if (tree.base != scan.base) note("base", true);
  if (tree.noindex != scan.noindex || tree.nofollow != scan.nofollow) note("robots", true);
  if (tree.refresh_ms != scan.refresh_ms) note("refresh", true);
  if (tree.description != scan.description) note("description", true);
  if (tree.canonical != scan.canonical) note("canonical", true);
  if (tree.language != scan.language) note("language", true);
  if (tree.links.size() != scan.links.size())
    note("number of links", false);
  else if (AnchorsOf(tree) != AnchorsOf(scan))
    note("anchors", false);
  if (tree.headings.size() != scan.headings.size()) note("headings", false);
  if (tree.json_ld != scan.json_ld) note("json-ld", false);
  if (tree.text != scan.text) {
    const auto [a, b] = std::mismatch(tree.text.begin(), tree.text.end(), scan.text.begin(), scan.text.end());
    const auto at = static_cast<std::size_t>(a - tree.text.begin());
    const std::size_t from = at < 20 ? 0 : at - 20;
    (void)b;
    note("text at " + std::to_string(at) + ": \"" + std::string(tree.text.substr(from, 60)) +
             "\" against \"" + std::string(scan.text.substr(from, 60)) + "\"",
         false);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: trawl_scan_diff FOLDER\n");
    return 64;
  }
  int pages = 0, differ = 0, differ_in_text = 0;
  Arena tree_arena(std::size_t{1} << 30), scan_arena(std::size_t{1} << 30);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".html" && extension != ".htm")) continue;
    PageJob job;
    job.url = "http://localhost/" + entry.path().filename().string();
    job.product_tokens = {"trawl"};
    job.body = ReadFile(entry.path());
    tree_arena.Reset();
    scan_arena.Reset();
    job.want_tree = true;
    const ParsedPage tree = ParseDocument(job, tree_arena);
    job.want_tree = false;
    const ParsedPage scan = ParseDocument(job, scan_arena);
    ++pages;
    Difference difference;
    Compare(tree, scan, difference);
    if (difference.of.empty()) continue;
    difference.counts ? ++differ : ++differ_in_text;
    std::printf("%s %s: %s\n", difference.counts ? "DIFFERS" : "text", entry.path().c_str(),
                difference.of.c_str());
  }
  std::printf("%d pages; links, title, base or meta differ on %d; only anchors or text on %d\n", pages,
              differ, differ_in_text);
  return differ == 0 ? 0 : 1;
}
