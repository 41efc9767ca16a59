#pragma once

#include <string_view>

#include "crawler/control/control.h"

namespace trawl::crawler {

/// One request that the control API answers. A new one is a member of Control and a row in routes.cc.
struct Control::Route {
  std::string_view method;
  std::string_view path;
  boost::asio::awaitable<ControlReply> (Control::*answer)(ControlRequest request);
  bool changes = false;  ///< the crawl; refused while it starts or stops
};

}  // namespace trawl::crawler
