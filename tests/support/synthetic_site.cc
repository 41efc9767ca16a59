#include "tests/support/synthetic_site.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

#include "tests/support/compress.h"

namespace trawl::test {
namespace {

constexpr std::uint32_t kFirstAddress = 0x7f000001;  // 127.0.0.1
constexpr std::size_t kFiller = 64 * 1024;
constexpr std::uint64_t kMaxPagesPerHost = 100'000'000;
constexpr std::uint64_t kMaxSitemap = 50'000;  // the protocol's limit for one file

/// A well mixed 64-bit value of several numbers (the finaliser of splitmix64).
template <class... Numbers>
std::uint64_t Mix(Numbers... numbers) {
  std::uint64_t h = 0x9e3779b97f4a7c15;
  for (std::uint64_t n : {static_cast<std::uint64_t>(numbers)...}) {
    h ^= n + 0x9e3779b97f4a7c15 + (h << 6) + (h >> 2);
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
    h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
    h ^= h >> 31;
  }
  return h;
}

enum Purpose : std::uint64_t {
  kLinkPurpose,
  kExternalPurpose,
  kStatusPurpose,
  kTextPurpose,
  kLatencyPurpose
};

constexpr std::array<std::string_view, 32> kWords = {
    "harbour", "granite", "willow", "lantern", "meadow", "copper", "thunder", "orchard",
    "saddle",  "compass", "ribbon", "glacier", "walnut", "anchor", "feather", "kettle",
    "marble",  "pepper",  "river",  "shadow",  "timber", "velvet", "winter",  "yellow",
    "basket",  "candle",  "desert", "engine",  "forest", "garden", "hammer",  "island"};

std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;  // one URL per page
  return value;
}

}  // namespace

SyntheticSite::SyntheticSite(SyntheticShape shape) : shape_(shape) {
  shape_.hosts = std::clamp<std::uint32_t>(shape_.hosts, 1, SyntheticShape::kMaxHosts);
  std::uint64_t level = 1;
  level_end_.push_back(1);
  for (std::uint32_t d = 0; d < shape_.depth && level != 0; ++d) {
    level *= shape_.degree;
    if (pages_per_host_ + level > kMaxPagesPerHost) break;
    pages_per_host_ += level;
    level_end_.push_back(pages_per_host_);
  }
  for (std::uint64_t i = 0; words_.size() < kFiller; ++i) {
    words_ += kWords[Mix(shape_.seed, kTextPurpose, i) % kWords.size()];
    words_ += i % 12 == 11 ? ". " : " ";
  }
}

std::string SyntheticSite::Address(std::uint32_t host) {
  std::uint32_t a = kFirstAddress + host;
  return std::to_string(a >> 24) + "." + std::to_string((a >> 16) & 255) + "." +
         std::to_string((a >> 8) & 255) + "." + std::to_string(a & 255);
}

std::optional<std::uint32_t> SyntheticSite::HostOf(std::uint32_t address) {
  if (address < kFirstAddress || address - kFirstAddress >= SyntheticShape::kMaxHosts) return std::nullopt;
  return address - kFirstAddress;
}

std::string SyntheticSite::Path(SyntheticPage page) {
  return page.number == 0 ? "/" : "/p/" + std::to_string(page.number);
}

std::string SyntheticSite::Url(SyntheticPage page, std::uint16_t port) {
  return "http://" + Address(page.host) + ":" + std::to_string(port) + Path(page);
}

int SyntheticSite::Status(SyntheticPage page) const {
  if (page.number == 0) return 200;
  std::uint64_t h = Mix(shape_.seed, kStatusPurpose, page.host, page.number);
  if (h % 1000 >= shape_.errors_per_mille) return 200;
  return std::array{404, 410, 500}[(h / 1000) % 3];
}

bool SyntheticSite::RobotsUnreachable(std::uint32_t host) const {
  return shape_.robots == SyntheticShape::Robots::kMixed && host % 8 == 7;
}

std::vector<SyntheticPage> SyntheticSite::Links(SyntheticPage page) const {
  std::vector<SyntheticPage> links;
  std::uint64_t first_child = page.number * shape_.degree + 1;
  for (std::uint64_t child = first_child; child < first_child + shape_.degree && child < pages_per_host_;
       ++child)
    links.push_back({page.host, child});
  std::uint64_t no_deeper = *std::upper_bound(level_end_.begin(), level_end_.end(), page.number);
  for (std::uint64_t i = 0; i < shape_.links; ++i)
    links.push_back({page.host, Mix(shape_.seed, kLinkPurpose, page.host, page.number, i) % no_deeper});
  // The roots form a binary tree over the hosts; host 0 thus leads to all of them.
  if (page.number == 0)
    for (std::uint64_t child : {2ULL * page.host + 1, 2ULL * page.host + 2})
      if (child < shape_.hosts) links.push_back({static_cast<std::uint32_t>(child), 0});
  for (std::uint64_t i = 0; i < shape_.external && page.host > 0; ++i)
    links.push_back({static_cast<std::uint32_t>(
                         Mix(shape_.seed, kExternalPurpose, page.host, page.number, i) % page.host),
                     0});
  return links;
}

std::string SyntheticSite::Html(SyntheticPage page, std::uint16_t port) const {
  std::string name = "Host " + std::to_string(page.host) + " page " + std::to_string(page.number);
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + name +
                     "</title>\n<meta name=\"description\" content=\"Synthetic page " +
                     std::to_string(page.number) + "\"></head>\n<body><h1>" + name + "</h1>\n<ul>\n";
  std::uint64_t i = 0;
  for (SyntheticPage link : Links(page)) {
    bool absolute = link.host != page.host || i++ % 2 == 1;
    html += "<li><a href=\"" + (absolute ? Url(link, port) : Path(link)) + "\">" +
            std::to_string(link.number) + "</a></li>\n";
  }
  if (shape_.robots == SyntheticShape::Robots::kMixed && page.host % 8 == 5)
    html += "<li><a href=\"/private/" + std::to_string(page.number) + "\">private</a></li>\n";
  html += "</ul>\n";
  std::size_t offset = Mix(shape_.seed, kTextPurpose, page.host, page.number) % (kFiller / 2);
  while (html.size() + 64 < shape_.size) {
    std::size_t length = std::min<std::size_t>({shape_.size - html.size() - 48, kFiller / 2, 600});
    html += "<p>";
    html.append(words_, offset, length);
    html += "</p>\n";
    offset = (offset + length) % (kFiller / 2);
  }
  html += "</body></html>\n";
  return html;
}

Reply SyntheticSite::RobotsTxt(std::uint32_t host, std::uint16_t port) const {
  std::string sitemap = "Sitemap: http://" + Address(host) + ":" + std::to_string(port) + "/sitemap.xml\n";
  std::string open = "User-agent: *\nDisallow:\n" + sitemap;
  if (shape_.robots == SyntheticShape::Robots::kNone) return MakeReply(404, "text/plain", "no robots.txt\n");
  if (shape_.robots == SyntheticShape::Robots::kMixed) {
    if (host % 8 == 4) {
      std::string seconds = std::to_string(static_cast<double>(shape_.crawl_delay.count()) / 1000);
      return MakeReply(200, "text/plain", "User-agent: *\nCrawl-delay: " + seconds + "\n" + sitemap);
    }
    if (host % 8 == 5) return MakeReply(200, "text/plain", "User-agent: *\nDisallow: /private/\n" + sitemap);
    if (host % 8 == 6) return MakeReply(404, "text/plain", "no robots.txt\n");
    if (host % 8 == 7) return MakeReply(503, "text/plain", "out of order\n");
  }
  return MakeReply(200, "text/plain", open);
}

Reply SyntheticSite::Sitemap(std::uint32_t host, std::uint16_t port) const {
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset "
      "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  for (std::uint64_t n = 0; n < std::min(pages_per_host_, kMaxSitemap); ++n)
    xml += "<url><loc>" + Url({host, n}, port) + "</loc></url>\n";
  return MakeReply(200, "application/xml", xml + "</urlset>\n");
}

Reply SyntheticSite::Answer(std::uint32_t host, std::string_view path, std::uint16_t port,
                            bool accepts_gzip) const {
  if (host >= shape_.hosts) return MakeReply(404, "text/plain", "no such host in this web\n");
  if (path == "/robots.txt") return RobotsTxt(host, port);
  Reply reply;
  std::optional<std::uint64_t> number;
  if (path == "/") {
    number = 0;
  } else if (path.starts_with("/p/")) {
    number = Number(path.substr(3));
    if (number == 0u) number.reset();  // the root has one name
  }
  if (path == "/sitemap.xml") {
    reply = Sitemap(host, port);
  } else if (path.starts_with("/private/")) {
    reply = MakeReply(200, "text/html", "<title>private</title><p>robots.txt disallows this page.\n");
  } else if (!number || *number >= pages_per_host_) {
    reply = MakeReply(404, "text/html", "<title>Not found</title>\n");
  } else if (int status = Status({host, *number}); status != 200) {
    reply = MakeReply(status, "text/html", "<title>Error " + std::to_string(status) + "</title>\n");
  } else {
    std::string html = Html({host, *number}, port);
    bool compress = shape_.gzip && accepts_gzip;
    ReplyFields fields;
    if (shape_.gzip) fields.emplace_back("Vary", "Accept-Encoding");
    if (compress) fields.emplace_back("Content-Encoding", "gzip");
    reply = MakeReply(200, "text/html; charset=utf-8", compress ? Gzip(html, 1) : std::move(html), fields);
  }
  if (auto half = shape_.latency.count() / 2; shape_.latency.count() > 0)
    reply.delay = std::chrono::milliseconds(
        half +
        static_cast<long>(Mix(shape_.seed, kLatencyPurpose, host, std::hash<std::string_view>()(path)) %
                          static_cast<std::uint64_t>(shape_.latency.count() + 1)));
  return reply;
}

std::vector<ExpectedPage> SyntheticSite::Reachable(std::uint32_t max_depth) const {
  std::vector<ExpectedPage> found;
  std::unordered_set<std::uint64_t> met;
  auto add = [&](SyntheticPage page, std::uint32_t depth) {
    if (RobotsUnreachable(page.host)) return;
    if (met.insert(page.host * pages_per_host_ + page.number).second)
      found.push_back({page, depth, Status(page)});
  };
  add({0, 0}, 0);
  for (std::size_t i = 0; i < found.size(); ++i) {
    ExpectedPage page = found[i];
    if (page.status != 200 || page.depth >= max_depth) continue;
    for (SyntheticPage link : Links(page.page)) add(link, page.depth + 1);
  }
  return found;
}

}  // namespace trawl::test
