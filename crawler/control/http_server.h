#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "crawler/control/message.h"
#include "crawler/start_failure.h"

namespace trawl::crawler {

/// A small HTTP/1.1 server on a Unix socket or on TCP, for people and scripts of the operator.
/// Runs on: event loop. Owns its listener and connections; borrows nothing but the loop. Close before it
/// dies.
class HttpServer {
 public:
  static constexpr std::size_t kMaxConnections = 2000;   ///< one more is closed at once
  static constexpr std::uint64_t kMaxBody = 1 << 20;     ///< of a request; more is 413
  static constexpr std::uint32_t kMaxHeader = 16 << 10;  ///< more is 431
  /// A client that sends or takes nothing for so long is dropped: ten seconds, an idle one after a minute.
  static constexpr std::chrono::seconds kPatience{10}, kIdle{60};

  HttpServer(boost::asio::any_io_executor loop, ControlHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// A socket of mode 0660. One that a dead process left is replaced, one that somebody listens on is not.
  StartFailure ListenUnix(const std::string& path);
  /// "127.0.0.1:8642" or "[::1]:8642"; port 0 takes a free one.
  StartFailure ListenTcp(const std::string& address);
  /// The port that ListenTcp took.
  std::uint16_t port() const;
  std::size_t connections() const;

  /// No new connection; those that are open end. `done` is called, on the loop, when none is left.
  void Close(std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl::crawler
