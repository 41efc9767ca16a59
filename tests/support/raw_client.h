#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/unique_fd.h"

namespace trawl::test {

/// A blocking TCP client for loopback: sends the bytes it is given, reads what comes. Every wait ends after
/// ten seconds. Runs on: one thread. Owns its socket.
class RawClient {
 public:
  /// Throws std::system_error when it cannot connect.
  RawClient(const std::string& address, std::uint16_t port);

  void Send(std::string_view bytes);
  /// Sends a GET with Host and the further fields, each with its line end.
  void Get(std::string_view path, std::string_view fields = "");

  /// Reads until the peer closes or resets, or `limit` bytes are there.
  std::string ReadAll(std::size_t limit = SIZE_MAX);
  /// Reads one answer that has a Content-Length; head and body.
  std::string ReadAnswer();
  /// Whether the last read ended with a reset.
  bool was_reset() const { return reset_; }

 private:
  bool ReadSome();

  std::string address_;
  UniqueFd fd_;
  std::string in_;
  bool reset_ = false;
};

}  // namespace trawl::test
