#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crawler/fetch/cookie.h"

namespace trawl::crawler {

/// What an answer did to a jar, for whoever keeps the jar over a restart.
struct CookieChange {
  Cookie cookie;
  bool removed = false;  ///< only domain, path and name count then
};

/// The cookies of one target (RFC 6265bis sections 5.7 and 5.8). Runs on: event loop. Owns the cookies; when
/// there are too many, the longest unused domain goes as a whole.
class CookieJar {
 public:
  static constexpr std::size_t kMaxPerDomain = 50;     ///< section 6.1
  static constexpr std::size_t kMaxCookies = 10'000;   ///< 6.1 asks for 3,000; a crawl meets more sites
  static constexpr std::size_t kMaxHeader = 8 * 1024;  ///< of Cookie: servers refuse heads not much longer

  /// Takes one Set-Cookie field of an answer from `from`; adds to `changes` what to keep.
  void Set(std::string_view field, const CookiePlace& from, Instant now, std::vector<CookieChange>& changes);
  /// The Cookie field for a request to `to`, longer paths first, then older cookies; empty for none.
  std::string Header(const CookiePlace& to, Instant now);
  /// Takes what an earlier run kept; cookies in the order of their creation.
  void Restore(Cookie cookie);

  std::size_t size() const { return size_; }

 private:
  struct Entry {
    Cookie cookie;
    std::uint64_t born;  ///< orders cookies of one moment
    std::uint64_t used;
  };
  struct Domain {
    std::vector<Entry> entries;  ///< in the order of their creation
    std::list<std::string>::iterator place;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Domains = std::unordered_map<std::string, Domain, Hash, std::equal_to<>>;

  Domain& DomainOf(const std::string& name);
  void Put(Cookie cookie, std::vector<CookieChange>& changes);
  void Remove(Domain& domain, std::size_t at, std::vector<CookieChange>& changes);
  void Drop(Domains::iterator domain);
  void CountSecure(const Cookie& cookie, int by);
  void MakeRoom(Domain& domain, Instant now, std::vector<CookieChange>& changes);
  bool ShadowsSecure(const Cookie& cookie) const;

  Domains domains_;
  std::list<std::string> used_domains_;                ///< the last used first
  std::unordered_map<std::string, int> secure_names_;  ///< how many secure cookies have the name
  std::size_t size_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace trawl::crawler
