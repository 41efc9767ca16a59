#pragma once

#include <string>

namespace trawl::crawler {

/// Why a part of the program cannot begin; nothing when it can.
struct StartFailure {
  std::string message;
  bool by_system = false;  ///< the system refused (a port in use); else the configuration is wrong
  explicit operator bool() const { return !message.empty(); }
};

}  // namespace trawl::crawler
