#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/result.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::parser {

/// Turns the links of one page into normalised URLs: what Url::Parse and Normalize give together, without
/// their work for links that are already clean. Runs on: any, one thread at a time. Owns copies of base and
/// options, and one buffer.
class LinkResolver {
 public:
  /// `base` is the document's base URL and need not be http(s).
  LinkResolver(const Url& base, const NormalizeOptions& options);

  /// The normalised URL that `href` means on this page; the view lives until the next call.
  /// Errors: ParserErrc::kInvalidUrl, kNotCrawlable, kTooLong.
  Result<std::string_view> Resolve(std::string_view href);

 private:
  /// Each writes the URL into buffer_, or returns false to leave the link to the URL parser.
  bool ResolveFast(std::string_view href);
  bool ResolveAbsolute(std::string_view scheme, std::string_view behind_slashes);
  bool ResolveRelative(std::string_view href);
  /// Makes buffer_ the first `size` bytes of base_url_, of which it often has them already.
  void BeginWithBase(std::size_t size);

  Url base_;
  NormalizeOptions options_;
  bool folds_;
  std::string base_url_;            ///< normalised, without folding; empty when the base cannot be crawled
  std::size_t base_path_ = 0;       ///< where its path begins
  std::size_t base_query_ = 0;      ///< at its '?', or its end
  std::size_t base_directory_ = 0;  ///< behind the last '/' of its path
  std::string buffer_;
  std::size_t of_base_ = 0;      ///< as many bytes at the beginning of buffer_ are those of base_url_
  std::size_t buffer_path_ = 0;  ///< where the path begins in buffer_
};

}  // namespace trawl::parser
