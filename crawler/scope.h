#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "config/port_range.h"
#include "parser/normalize.h"
#include "storage/records.h"

namespace trawl::crawler {

struct ScopeVerdict {
  storage::SkipReason skip = storage::SkipReason::kNone;  ///< kNone: inside
  std::string_view rule;                                  ///< what decided; lives as long as the Scope
  bool off_site = false;                                  ///< outside of what seeds and kind of scope take
};

/// An expression of a target that RE2 refuses.
struct WrongExpression {
  std::string key;        ///< "allow" or "deny"
  std::size_t index = 0;  ///< in that list
  std::string message;
};

/// What belongs to one target: its seeds' prefix, host or domain and so many links away from there, its
/// schemes and ports, its allow and deny expressions. Runs on: event loop. Owns its compiled expressions;
/// const after construction.
class Scope {
 public:
  /// `seeds` are normalised. Expressions that RE2 refuses are appended to `wrong` and left out.
  Scope(const config::Target& target, const std::vector<std::string>& seeds,
        std::vector<WrongExpression>& wrong);
  ~Scope();
  Scope(Scope&&) noexcept;
  Scope& operator=(Scope&&) noexcept;

  /// More hops than any target may ask for: only what is on the site is inside.
  static constexpr std::uint8_t kOnSiteOnly = 255;
  /// Whether a normalised URL is inside; `parts` are its parts, `hops` the links that lead to it from the
  /// last URL on the site, should it be off the site.
  ScopeVerdict Judge(std::string_view url, const parser::UrlParts& parts, std::uint8_t hops) const;
  /// The same of schemes, ports and deny expressions alone, for a sitemap, which may stand outside of what it
  /// lists.
  ScopeVerdict JudgeDenied(std::string_view url, const parser::UrlParts& parts) const;
  /// Of schemes and ports alone, which hold for seeds too.
  ScopeVerdict JudgeOrigin(const parser::UrlParts& parts) const;

 private:
  struct Expressions;
  bool BeginsInReach(std::string_view url, const parser::UrlParts& parts) const;
  bool InReach(std::string_view url, const parser::UrlParts& parts) const;

  config::ScopeKind kind_;
  std::vector<std::string> schemes_;
  std::vector<config::PortRange> ports_;
  std::uint32_t external_hops_;
  std::string schemes_rule_, ports_rule_, hops_rule_;
  std::vector<std::string> reach_;  ///< of the seeds: their folders, hosts or domains, as the kind is; sorted
  std::unique_ptr<Expressions> expressions_;
};

/// The registrable domain of a host after the public suffix list ("example.co.uk" of "www.example.co.uk");
/// the host itself for an address or a name without one.
std::string_view RegistrableDomain(std::string_view host);

}  // namespace trawl::crawler
