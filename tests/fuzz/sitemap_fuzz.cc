// A sitemap or feed.

#include <string>

#include "parser/normalize.h"
#include "parser/sitemap.h"
#include "tests/fuzz/fuzz.h"

namespace trawl::test {
namespace {

using parser::Sitemap;
using parser::SitemapKind;

constexpr const char* kUrl = "https://a.test/folder/sitemap.xml";

Sitemap Read(std::string_view text) {
  parser::NormalizeOptions options;
  options.max_length = 8192;
  return parser::ReadSitemap(text, kUrl, options);
}

std::string Escaped(std::string_view url) {
  std::string out;
  for (const char c : url) out.append(c == '&' ? "&amp;" : c == '<' ? "&#60;" : std::string(1, c));
  return out;
}

void RequireSame(const Sitemap& a, const Sitemap& b, const char* relation) {
  Require(a.entries.size() == b.entries.size(), relation);
  for (std::size_t i = 0; i < a.entries.size(); ++i)
    Require(a.entries[i].url == b.entries[i].url, relation, a.entries[i].url);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const Sitemap sitemap = Read(text);
  Require(sitemap.entries.size() <= Sitemap::kMaxEntries, "there are at most kMaxEntries");
  Require(sitemap.kind != SitemapKind::kNone || (sitemap.entries.empty() && !sitemap.error.empty()),
          "what is no sitemap names nothing and says why");
  std::string lines, xml = "<urlset>";
  for (const auto& entry : sitemap.entries) {
    trawl::parser::UrlParts parts;
    Require(trawl::parser::SplitNormalized(entry.url, parts), "URLs are normalised", entry.url);
    Require(entry.priority <= 100, "a priority is at most one");
    lines += entry.url + "\n";
    xml += "<url><loc>" + Escaped(entry.url) + "</loc></url>";
  }
  if (sitemap.entries.empty()) return 0;
  RequireSame(sitemap, Read(lines), "its URLs as a text sitemap are the same");
  RequireSame(sitemap, Read(xml + "</urlset>"), "its URLs as an XML sitemap are the same");
  RequireSame(sitemap, Read(xml + "</wrong>"), "also of one that breaks at its end");
  return 0;
}
