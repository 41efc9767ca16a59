#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crawler/fetch/fetcher.h"

namespace trawl::test {

/// A request that a target of no options makes.
crawler::FetchRequest To(const std::string& url);

/// A loop and a fetcher for one test. Private addresses are allowed unless the test says otherwise, and
/// nothing of the machine is asked: no name servers.
class FetchLoop {
 public:
  FetchLoop() : FetchLoop(DefaultOptions()) {}
  explicit FetchLoop(const config::Options& options, crawler::SocketDoor* door = nullptr);
  ~FetchLoop();

  static config::Options DefaultOptions();

  /// Makes the exchange and turns the loop until it is over.
  crawler::FetchResult Get(crawler::FetchRequest request);
  crawler::FetchResult Get(const std::string& url);
  /// Makes all of them at once; looks around after each turn of the loop.
  std::vector<crawler::FetchResult> GetAll(std::vector<crawler::FetchRequest> requests,
                                           const std::function<void()>& look = nullptr);

  boost::asio::io_context& loop() { return loop_; }
  crawler::Fetcher& fetcher() { return *fetcher_; }

 private:
  const bool allow_private_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<crawler::Fetcher> fetcher_;
};

}  // namespace trawl::test
