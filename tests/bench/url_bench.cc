// How many links of real pages one core turns into fingerprints a second. Not a test: run it by hand, in a
// release build.
//   trawl_url_bench FOLDER   reads up to 1,000,000 links of the .html files below FOLDER

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "parser/fingerprint.h"
#include "parser/link_resolver.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace {

using trawl::parser::LinkResolver;
using trawl::parser::NormalizeOptions;
using trawl::parser::Url;

constexpr std::size_t kMostLinks = 1'000'000;
constexpr int kRounds = 5;

struct Page {
  Url base;
  std::vector<std::string> hrefs;
};

std::string Unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out.push_back(text[i]);
    if (text.substr(i).starts_with("&amp;")) i += 4;
  }
  return out;
}

// Values of href and src in double quotes: as good as a real tokenizer for this purpose.
void CollectLinks(const std::string& html, std::vector<std::string>& hrefs) {
  for (const std::string_view attribute : {" href=\"", " src=\""}) {
    for (std::size_t at = html.find(attribute); at != html.npos; at = html.find(attribute, at)) {
      at += attribute.size();
      const std::size_t end = html.find('"', at);
      if (end == html.npos) break;
      hrefs.push_back(Unescape(std::string_view(html).substr(at, end - at)));
      at = end;
    }
  }
}

std::vector<Page> ReadPages(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".html") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Page> pages;
  std::size_t links = 0;
  for (const auto& path : files) {
    if (links >= kMostLinks) break;
    std::ifstream file(path, std::ios::binary);
    const std::string html{std::istreambuf_iterator<char>(file), {}};
    const auto base = Url::Parse("https://docs.example:8443/" + path.lexically_relative(folder).string());
    if (!base) continue;
    pages.push_back({*base, {}});
    CollectLinks(html, pages.back().hrefs);
    links += pages.back().hrefs.size();
  }
  return pages;
}

/// Runs `page_links` over all pages kRounds times and prints the best round.
template <class PageLinks>
void Measure(const char* name, const std::vector<Page>& pages, PageLinks page_links) {
  double best = 1e9;
  std::size_t links = 0;
  std::uint64_t sum = 0;
  for (int round = 0; round < kRounds; ++round) {
    links = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const Page& page : pages) {
      links += page.hrefs.size();
      sum += page_links(page);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  std::printf("%-44s %8.1f ns a link, %6.2f M links/s   (%016llx)\n", name,
              best / static_cast<double>(links) * 1e9, static_cast<double>(links) / best / 1e6,
              static_cast<unsigned long long>(sum));
}

std::uint64_t ResolveAll(const Page& page, const NormalizeOptions& options) {
  std::uint64_t sum = 0;
  LinkResolver resolver(page.base, options);
  for (const std::string& href : page.hrefs) {
    const auto url = resolver.Resolve(href);
    if (url) sum += static_cast<std::uint64_t>(trawl::parser::FingerprintUrl(*url));
  }
  return sum;
}

std::uint64_t ParseAll(const Page& page) {
  std::uint64_t sum = 0;
  for (const std::string& href : page.hrefs) {
    const auto url = Url::Parse(href, &page.base);
    if (!url) continue;
    const auto normalized = Normalize(*url);
    if (normalized) sum += static_cast<std::uint64_t>(trawl::parser::FingerprintUrl(*normalized));
  }
  return sum;
}

std::uint64_t SplitAll(const Page& page) {
  std::uint64_t sum = 0;
  trawl::parser::UrlParts parts;
  for (const std::string& url : page.hrefs) {
    if (SplitNormalized(url, parts))
      sum += static_cast<std::uint64_t>(trawl::parser::FingerprintHost(parts.host));
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: trawl_url_bench FOLDER_WITH_HTML\n");
    return 64;
  }
  std::vector<Page> pages = ReadPages(argv[1]);
  std::size_t links = 0;
  for (const Page& page : pages) links += page.hrefs.size();
  if (links == 0) {
    std::fprintf(stderr, "no links below %s\n", argv[1]);
    return 1;
  }
  std::printf("%zu links of %zu pages, best of %d rounds, one thread\n", links, pages.size(), kRounds);
  NormalizeOptions folding;
  folding.sort_query = folding.drop_session_ids = folding.fold_index_page = true;
  folding.drop_parameters = {"utm_*", "gclid", "fbclid", "msclkid", "mc_cid", "mc_eid", "igshid", "yclid"};
  Measure("resolve, normalise, fingerprint a page's links", pages,
          [](const Page& page) { return ResolveAll(page, {}); });
  Measure("the same with every option", pages, [&](const Page& page) { return ResolveAll(page, folding); });
  Measure("parse, normalise, fingerprint one by one", pages, ParseAll);
  for (Page& page : pages) {
    LinkResolver resolver(page.base, {});
    for (std::string& href : page.hrefs) {
      const auto url = resolver.Resolve(href);
      href = url ? std::string(*url) : std::string();
    }
  }
  Measure("check and split normalised URLs", pages, SplitAll);
  return 0;
}
