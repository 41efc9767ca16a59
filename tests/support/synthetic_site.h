#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/reply.h"

namespace trawl::test {

/// The shape of a synthetic web. Every page is computed from its URL and the seed, so millions of pages need
/// no file.
struct SyntheticShape {
  enum class Robots {
    kOpen,   ///< every host: everything allowed
    kNone,   ///< every host: 404
    kMixed,  ///< by host number modulo 8: 4 has a Crawl-delay, 5 disallows /private/, 6 answers 404, 7
             ///< answers 503
  };

  std::uint32_t hosts = 1;     ///< host k is the address 127.0.0.1 + k; at most kMaxHosts
  std::uint32_t degree = 10;   ///< children of a page within its host
  std::uint32_t depth = 2;     ///< levels below the root: pages a host = 1 + degree + ... + degree^depth
  std::uint32_t links = 5;     ///< further links to pages of the host that are no deeper: levels stay exact
  std::uint32_t external = 0;  ///< further links to the roots of hosts with a smaller number
  std::uint32_t size = 4096;   ///< bytes of a page, about; never less than its links take
  std::chrono::milliseconds latency{};  ///< before the first byte, evenly spread from half to one and a half
  std::uint32_t errors_per_mille = 0;   ///< pages (never a root) that answer 404, 410 or 500
  Robots robots = Robots::kOpen;
  std::chrono::milliseconds crawl_delay{1000};  ///< of kMixed
  bool gzip = false;                            ///< compress when the client accepts it
  std::uint64_t seed = 1;

  static constexpr std::uint32_t kMaxHosts = 1 << 20;
};

/// A page by number: host, and place in the host's tree in breadth-first order (0 is the root).
struct SyntheticPage {
  std::uint32_t host = 0;
  std::uint64_t number = 0;
  auto operator<=>(const SyntheticPage&) const = default;
};

struct ExpectedPage {
  SyntheticPage page;
  std::uint32_t depth = 0;  ///< links away from the root of host 0
  int status = 200;
};

/// The pages of a synthetic web and what a crawler must find in it. A pure value: any thread.
class SyntheticSite {
 public:
  explicit SyntheticSite(SyntheticShape shape);

  const SyntheticShape& shape() const { return shape_; }
  std::uint64_t pages_per_host() const { return pages_per_host_; }

  /// What `path` of `host` answers: a page, /robots.txt, /sitemap.xml, /private/...; 404 for anything else.
  /// `port` goes into absolute links.
  Reply Answer(std::uint32_t host, std::string_view path, std::uint16_t port, bool accepts_gzip) const;

  std::vector<SyntheticPage> Links(SyntheticPage page) const;
  int Status(SyntheticPage page) const;
  bool RobotsUnreachable(std::uint32_t host) const;

  static std::string Address(std::uint32_t host);
  static std::optional<std::uint32_t> HostOf(std::uint32_t address);  ///< IPv4 in host order
  static std::string Path(SyntheticPage page);
  static std::string Url(SyntheticPage page, std::uint16_t port);

  /// What a crawler that starts at the root of host 0, follows every host and obeys robots.txt meets, by
  /// depth.
  std::vector<ExpectedPage> Reachable(std::uint32_t max_depth = UINT32_MAX) const;

 private:
  std::string Html(SyntheticPage page, std::uint16_t port) const;
  Reply RobotsTxt(std::uint32_t host, std::uint16_t port) const;
  Reply Sitemap(std::uint32_t host, std::uint16_t port) const;

  SyntheticShape shape_;
  std::uint64_t pages_per_host_ = 1;
  std::vector<std::uint64_t> level_end_;  ///< pages up to and with each level
  std::string words_;                     ///< filler text that pages cut their share from
};

}  // namespace trawl::test
