#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trawl::crawler {

/// A CIDR block, or a single address when no prefix length is given.
struct Network {
  boost::asio::ip::address base;
  unsigned prefix = 0;

  bool Contains(const boost::asio::ip::address& address) const;
};

/// "10.0.0.0/8", "fd00::/8", "192.0.2.7". Nothing when it is no network, or bits after the prefix are set.
std::optional<Network> ParseNetwork(std::string_view text);

/// The name of the range that makes an address not part of the public internet (IANA's special-purpose
/// registries of RFC 6890, and multicast); empty for a public address. An IPv6 address that carries an IPv4
/// address (mapped, NAT64, 6to4) is judged by that one.
std::string_view ReservedRange(const boost::asio::ip::address& address);

/// Decides which addresses one fetch may connect to. Asked with the address that is about to be connected to,
/// every time: what a name resolved to a moment ago proves nothing (DNS rebinding). Runs on: any.
class AddressGuard {
 public:
  /// A text in `networks` that is no network allows nothing.
  AddressGuard(bool allow_private, const std::vector<std::string>& networks);

  /// Empty when the address may be connected to, else why not: "10.0.0.1 is private (10.0.0.0/8)".
  std::string Refusal(const boost::asio::ip::address& address) const;

 private:
  bool allow_all_;
  std::vector<Network> allowed_;
};

}  // namespace trawl::crawler
