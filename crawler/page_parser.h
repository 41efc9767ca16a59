#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>

#include "config/outcome.h"
#include "parser/wire.h"

namespace trawl::crawler {

/// What became of one document.
struct ParseAnswer {
  Outcome outcome = Outcome::kOk;  ///< kOk, kParseCrashed, kParseTimeout or kParseLimit
  std::string detail;              ///< for people, when it is not kOk
  bool unavailable = false;        ///< there is no parser any more: nothing is known of the document
  parser::ParsedPage page;
};

/// Where the engine sends documents. The parser processes stand behind it (crawler/parse_pool.h).
/// Runs on: event loop.
class PageParser {
 public:
  virtual ~PageParser() = default;
  virtual boost::asio::awaitable<ParseAnswer> Parse(parser::PageJob job) = 0;
  /// Bytes of documents that wait for a worker or are with one.
  virtual std::size_t queued_bytes() const = 0;
};

}  // namespace trawl::crawler
