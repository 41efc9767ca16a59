#pragma once

#include <string>

namespace trawl::crawler {

/// A daemon's answer to one request. Without one `status` is 0 and `error` says why, and what to do.
struct ControlAnswer {
  unsigned status = 0;
  std::string body;
  std::string error;
};

/// Asks the daemon whose control socket is at `socket`. Blocks, at most half a minute. Runs on: any; of a
/// command.
ControlAnswer AskDaemon(const std::string& socket, const std::string& method, const std::string& path,
                        const std::string& body = {});

/// A text as the value in the query of a path (RFC 3986 section 2.3).
std::string QueryValue(const std::string& text);

}  // namespace trawl::crawler
