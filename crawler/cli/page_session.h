#pragma once

#include <memory>
#include <string>

#include "config/options.h"
#include "config/result.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/page_parser.h"

namespace trawl::crawler {

/// Single fetches and documents outside of a crawl, through the crawl's own fetcher and parser processes, for
/// commands that wait for each answer. Runs on: the caller's thread, which is the event loop while a call
/// lasts. Owns the loop, the zygote and its workers; they end with it.
class PageSession {
 public:
  /// Starts the zygote, so it is called before any thread exists. Nothing, and the reason on stderr, when
  /// that fails.
  static std::unique_ptr<PageSession> Start(const config::Options& options);
  ~PageSession();
  PageSession(const PageSession&) = delete;
  PageSession& operator=(const PageSession&) = delete;

  FetchResult Fetch(FetchRequest request);
  ParseAnswer Parse(parser::PageJob job);

 private:
  struct Impl;
  explicit PageSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The error of a document that was not parsed, as parser/error.h names it.
boost::system::error_code ErrorOf(Outcome outcome);

}  // namespace trawl::crawler
