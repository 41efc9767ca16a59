#include "tests/crawler/fetch/fetch_loop.h"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace trawl::test {

using crawler::FetchRequest;
using crawler::FetchResult;

FetchRequest To(const std::string& url) {
  FetchRequest request;
  request.url = url;
  return request;
}

FetchLoop::FetchLoop(const config::Options& options, crawler::SocketDoor* door)
    : allow_private_(options.crawl.private_addresses == config::PrivateAddresses::kAllow),
      fetcher_(std::make_unique<crawler::Fetcher>(loop_.get_executor(), options, door)) {}

FetchLoop::~FetchLoop() {
  fetcher_.reset();
  loop_.restart();
  loop_.poll();  // what the fetcher cancelled comes back once more
}

config::Options FetchLoop::DefaultOptions() {
  config::Options options;
  options.crawl.private_addresses = config::PrivateAddresses::kAllow;
  options.dns.servers = {"127.0.0.1:9"};
  options.tls.verify = false;
  options.http.proxy = "none";  // whatever the environment of the test says
  return options;
}

FetchResult FetchLoop::Get(const std::string& url) {
  return Get(To(url));
}

FetchResult FetchLoop::Get(FetchRequest request) {
  std::vector<FetchRequest> one;
  one.push_back(std::move(request));
  return std::move(GetAll(std::move(one)).front());
}

std::vector<FetchResult> FetchLoop::GetAll(std::vector<FetchRequest> requests,
                                           const std::function<void()>& look) {
  std::vector<FetchResult> results(requests.size());
  std::size_t open = requests.size();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto done = [&results, &open, i](std::exception_ptr error, FetchResult result) {
      --open;
      if (error) std::rethrow_exception(error);
      results[i] = std::move(result);
    };
    requests[i].allow_private |= allow_private_;
    boost::asio::co_spawn(loop_, fetcher_->Fetch(std::move(requests[i])), done);
  }
  loop_.restart();
  while (open > 0) {
    loop_.run_one();
    if (look) look();
  }
  return results;
}

}  // namespace trawl::test
