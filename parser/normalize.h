#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/result.h"
#include "parser/url.h"

namespace trawl::parser {

/// What normalisation folds beyond what never changes the resource.
struct NormalizeOptions {
  bool sort_query = false;
  bool drop_session_ids = false;  ///< jsessionid, PHPSESSID and the like, in path parameter or query
  bool fold_trailing_slash = false;
  bool fold_index_page = false;              ///< /index.html -> /
  std::vector<std::string> drop_parameters{};  ///< query parameters to drop; a trailing '*' matches a prefix
  std::size_t max_length = 2048;             ///< bytes of the result
  bool operator==(const NormalizeOptions&) const = default;
};

/// The key by which Trawl knows a URL: http or https only, credentials and fragment gone, percent-encoding
/// upper-case and only where needed (RFC 3986 6.2.2), empty query gone. Idempotent.
/// Errors: ParserErrc::kNotCrawlable for another scheme or no host, kTooLong past max_length.
Result<std::string> Normalize(const Url& url, const NormalizeOptions& options = {});

/// The parts of a URL that Normalize made, found without parsing it anew. Views into `url`.
struct UrlParts {
  std::string_view scheme;
  std::string_view origin;  ///< "http://127.0.0.1:8080"
  std::string_view host;    ///< without port; IPv6 in brackets
  std::uint16_t port = 0;   ///< the effective one
  std::string_view target;  ///< path and query, as a request line takes it
};

/// Splits a normalised URL. Returns false when `url` cannot be one: a cheap full check of what an untrusted
/// process claims to be normalised (scheme, lower-case host, printable ASCII, no fragment, no credentials).
bool SplitNormalized(std::string_view url, UrlParts& parts);

}  // namespace trawl::parser
