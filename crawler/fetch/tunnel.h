#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "crawler/fetch/deadline.h"
#include "crawler/fetch/failure.h"
#include "crawler/fetch/proxy.h"
#include "crawler/fetch/transport.h"

namespace trawl::crawler {

/// The far end that a proxy is asked to connect to.
struct TunnelEnd {
  std::string host;  ///< as in a URL
  std::uint16_t port = 0;
  std::optional<boost::asio::ip::address> address;  ///< asked for in place of the name
};

/// Asks the proxy at the other end of `transport` for a connection to `end`: by CONNECT (RFC 9110 section
/// 9.3.6) or SOCKS5 (RFC 1928, RFC 1929). Without failure the transport then speaks to the end. kProxyFailed:
/// the proxy refused; kConnectFailed: a SOCKS proxy says that it could not reach the end. Runs on: event
/// loop. The references are borrowed until the end; `buffer` is shared with others between waits.
boost::asio::awaitable<FetchFailure> OpenTunnel(Transport& transport, Deadline& deadline, const Proxy& proxy,
                                                TunnelEnd end, std::span<char> buffer);

}  // namespace trawl::crawler
