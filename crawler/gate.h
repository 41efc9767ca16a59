#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>

namespace trawl::crawler {

/// Owns every coroutine that is not awaited by another: counts them, and calls back when the last has ended.
/// Runs on: event loop. Borrows the executor; destroying it busy aborts, for what runs would outlive what it
/// uses.
class Gate {
 public:
  explicit Gate(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Starts `work`. Returns false, without starting it, when the gate is closed. An exception that leaves it
  /// is a bug: aborts.
  bool Spawn(boost::asio::awaitable<void> work);
  /// Nothing new starts; `idle` is called (on the loop) once nothing runs, at once when nothing does.
  void Close(std::function<void()> idle);
  std::size_t running() const { return running_; }

 private:
  void Leave();

  boost::asio::any_io_executor loop_;
  std::size_t running_ = 0;
  bool closed_ = false;
  std::function<void()> idle_;
};

}  // namespace trawl::crawler
