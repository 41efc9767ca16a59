#pragma once

#include <string_view>

#include "crawler/cli/json.h"
#include "crawler/control/control.h"

namespace trawl::crawler {

/// Rows of an answer, unless ?limit= says otherwise; and whatever it says.
inline constexpr std::size_t kUsualRows = 100, kMostRows = 1000;

/// A cell of an answer; text is made UTF-8.
json::value JsonOf(const storage::Value& value);
ControlReply JsonReply(const json::value& value, unsigned status = 200);

/// One request that the control API answers. A new one is a member of Control and a row in
/// routes.cc.
struct Control::Route {
  std::string_view method;
  std::string_view path;
  boost::asio::awaitable<ControlReply> (Control::*answer)(ControlRequest request);
  bool changes = false;  ///< the crawl; refused while it starts or stops
};

}  // namespace trawl::crawler
