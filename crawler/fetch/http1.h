#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/options.h"
#include "crawler/fetch/body_budget.h"
#include "crawler/fetch/deadline.h"
#include "crawler/fetch/fetch_stage.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/fetch/transport.h"

namespace trawl::crawler {

/// One request and its answer on a connection. Holds no buffer while it waits: it reads when there is
/// something to read, into a buffer that all exchanges of the loop share, and is done with it before it waits
/// again. Runs on: event loop. Borrows everything it is given.
class Http1Exchange {
 public:
  /// How long a redirect's body, which nobody wants, may take to free the connection.
  static constexpr Duration kRedirectBody{2'000};
  static constexpr Bytes kMaxRedirectBody = KiB(64);

  /// What all exchanges of a loop share.
  struct Shared {
    boost::asio::any_io_executor loop;
    std::span<char> buffer;
    const config::HttpOptions& options;
    BodyBudget& budget;
  };

  Http1Exchange(Transport& transport, Deadline& deadline, FetchPlace& place, const Shared& shared,
                const FetchRequest& request, FetchResult& result);
  ~Http1Exchange();

  /// Sends `head` and reads the answer into the result: its outcome, and what of head and body came.
  boost::asio::awaitable<void> Run(std::string head);

  bool reusable() const { return reusable_; }            ///< the connection stands after a whole answer
  bool answered() const { return reading_ != nullptr; }  ///< at least a byte came

 private:
  struct Reading;

  boost::asio::awaitable<void> AwaitRoom();
  void Begin();
  bool Take(std::string_view bytes);
  bool TakeHead();
  void TakeEnd(bool clean);
  void Fail(FetchFailure failure);
  void Judge();

  Transport& transport_;
  Deadline& deadline_;
  FetchPlace& place_;
  const Shared& shared_;
  const FetchRequest& request_;
  FetchResult& result_;
  std::unique_ptr<BodyBudget::Share> share_;  ///< from when there is something to read
  std::unique_ptr<Reading> reading_;          ///< from the first byte on
  FetchFailure failure_;
  bool reusable_ = false;
};

}  // namespace trawl::crawler
