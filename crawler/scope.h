#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "parser/normalize.h"
#include "storage/records.h"

namespace trawl::crawler {

struct ScopeVerdict {
  storage::SkipReason skip = storage::SkipReason::kNone;  ///< kNone: inside
  std::string_view
      rule;  ///< what decided: the expression of a denial, as long as the Scope; else static text
};

/// An expression of a target that RE2 refuses.
struct WrongExpression {
  std::string key;        ///< "allow" or "deny"
  std::size_t index = 0;  ///< in that list
  std::string message;
};

/// What belongs to one target: its seeds' prefix, host or domain, its allow and deny expressions.
/// Runs on: event loop. Owns its compiled expressions; const after construction.
class Scope {
 public:
  /// `seeds` are normalised. Expressions that RE2 refuses are appended to `wrong` and left out.
  Scope(const config::Target& target, const std::vector<std::string>& seeds,
        std::vector<WrongExpression>& wrong);
  ~Scope();
  Scope(Scope&&) noexcept;
  Scope& operator=(Scope&&) noexcept;

  /// Whether a normalised URL is inside; `parts` are its parts.
  ScopeVerdict Judge(std::string_view url, const parser::UrlParts& parts) const;
  /// The same of the deny expressions alone, for a sitemap, which may stand outside of what it lists.
  ScopeVerdict JudgeDenied(std::string_view url) const;

 private:
  struct Expressions;
  bool InReach(std::string_view url, const parser::UrlParts& parts) const;

  config::ScopeKind kind_;
  std::vector<std::string> prefixes_, hosts_, domains_;
  std::unique_ptr<Expressions> expressions_;
};

/// The registrable domain of a host after the public suffix list ("example.co.uk" of "www.example.co.uk");
/// the host itself for an address or a name without one.
std::string_view RegistrableDomain(std::string_view host);

}  // namespace trawl::crawler
