#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>

namespace trawl::crawler {

/// What a deadline can interrupt: a wait that ends early, with nothing to show for it.
class Wake {
 public:
  virtual void Interrupt() = 0;

 protected:
  ~Wake() = default;
};

/// Something one coroutine waits for: a DNS answer, a free connection, the end of a race.
/// Runs on: event loop. Must not die while it is waited for.
class Event final : public Wake {
 public:
  explicit Event(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Ends once Set was called, before or after; takes the call with it.
  boost::asio::awaitable<void> Wait();
  /// Wakes the waiter in a later turn of the loop.
  void Set();
  void Interrupt() override { Set(); }

 private:
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;
  struct Start;

  boost::asio::any_io_executor loop_;
  std::optional<Handler> waiter_;
  bool set_ = false;
};

}  // namespace trawl::crawler
