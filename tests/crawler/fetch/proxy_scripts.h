#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "config/options.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {

/// What proxies were asked, from their threads.
class Notes {
 public:
  void Add(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ += text + "|";
  }
  std::string Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(text_, {});
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

/// The request line of a head.
std::string FirstLine(const std::string& head);

/// The value of a field of a head; empty when it is not there.
std::string Field(const std::string& head, const std::string& name);

/// An HTTP proxy that answers plain requests itself and relays tunnels to `origin`.
ScriptedServer::Script HttpProxy(Notes& notes, std::uint16_t origin);

/// A SOCKS5 proxy that wants user "u" and password "p" when `login` is set, and answers `reply`.
ScriptedServer::Script SocksProxy(Notes& notes, std::uint16_t origin, bool login = false, char reply = 0);

/// Options of a fetcher that goes through these proxies.
config::Options Through(const std::string& proxy);

/// "address:port" of a server.
std::string Place(const ScriptedServer& server);

}  // namespace trawl::test
