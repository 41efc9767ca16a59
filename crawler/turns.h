#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <functional>

namespace trawl::crawler {

/// Keeps the loop quick while much is to be done at once. A coroutine waits here before a longer piece of
/// work (a page's links, a commit's discoveries); they have their turns in the order in which they came, as
/// many in one round of the loop as fit into a slice of time, and sockets, timers and the operator come in
/// between. Runs on: event loop. Borrows the executor; must outlive whoever waits.
class Turns {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A round takes at most this and the longest piece of work.
  static constexpr std::chrono::milliseconds kSlice{3};

  explicit Turns(boost::asio::any_io_executor loop,
                 std::function<Time()> now = std::chrono::steady_clock::now)
      : loop_(std::move(loop)), now_(std::move(now)) {}

  boost::asio::awaitable<void> Next();
  std::size_t waiting() const { return waiting_.size(); }

 private:
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;
  struct Start;
  void Enter(Handler handler);
  void Round();

  boost::asio::any_io_executor loop_;
  const std::function<Time()> now_;
  std::deque<Handler> waiting_;
  bool posted_ = false;
};

}  // namespace trawl::crawler
