#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/outcome.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {

/// One shape of an HTTP/1 answer and what is to come of it.
struct Http1Case {
  std::string_view id;  ///< of the published list of titles
  Outcome outcome;
  std::function<void(Peer&)> serve;
  std::string_view method = "GET";
  int timeout_ms = 20'000;
  bool page = true;  ///< the decoded body is kPage
};

/// The body that most cases serve: 79 bytes.
extern const std::string kPage;

const std::vector<Http1Case>& Http1Cases();

}  // namespace trawl::test
