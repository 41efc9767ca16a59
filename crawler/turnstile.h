#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <deque>
#include <utility>

namespace trawl::crawler {

/// Lets at most so many coroutines past at a time; the others wait in the order in which they came. Runs on:
/// event loop. Borrows the executor; must outlive whoever waits or is past.
class Turnstile {
 public:
  /// One that is past. Its destruction lets the next one in.
  class [[nodiscard]] Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(turnstile_, other.turnstile_);
      return *this;
    }
    ~Pass() {
      if (turnstile_ != nullptr) turnstile_->Leave();
    }

   private:
    friend class Turnstile;
    explicit Pass(Turnstile* turnstile) : turnstile_(turnstile) {}
    Turnstile* turnstile_ = nullptr;
  };

  Turnstile(boost::asio::any_io_executor loop, std::size_t at_once)
      : loop_(std::move(loop)), free_(at_once) {}

  boost::asio::awaitable<Pass> Enter();
  std::size_t waiting() const { return waiting_.size(); }

 private:
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;
  struct Start;
  void Leave();

  boost::asio::any_io_executor loop_;
  std::size_t free_;
  std::deque<Handler> waiting_;
};

}  // namespace trawl::crawler
