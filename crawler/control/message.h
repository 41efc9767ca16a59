#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace trawl::crawler {

/// A request to the control API or the dashboard: hostile bytes, but bounded and split up.
struct ControlRequest {
  std::string method;
  std::string path;                          ///< decoded, without the query
  std::map<std::string, std::string> query;  ///< decoded; of a name that comes twice, the first
  std::string body;
  std::string host, origin, authorization, cookie;  ///< fields as sent; empty when there is none
};

struct ControlReply {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// When set, there is no body: what each call gives is sent as it comes, until one gives an empty text or
  /// the client is gone.
  std::function<boost::asio::awaitable<std::string>()> next;
};

using ControlHandler = std::function<boost::asio::awaitable<ControlReply>(ControlRequest)>;

/// The value of a parameter of the query; empty when there is none.
std::string ValueOf(const ControlRequest& request, const std::string& name);

/// {"error": "..."}, as every reply that is not a success.
ControlReply Refusal(unsigned status, const std::string& why);

/// Decodes %XX and, in a query, "+". A broken escape stands for itself.
std::string DecodeUrlText(std::string_view text, bool plus_is_space);
/// Splits a request target "/path?a=b" into `path` and `query`.
void SplitTarget(std::string_view target, ControlRequest& into);

}  // namespace trawl::crawler
