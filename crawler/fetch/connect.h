#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/deadline.h"
#include "crawler/fetch/failure.h"
#include "crawler/fetch/socket.h"
#include "crawler/fetch/timers.h"

namespace trawl::crawler {

/// How long the next address waits for the one before it (RFC 8305 section 5).
inline constexpr Duration kConnectStagger{250};

/// The addresses that connections come from; none: the kernel's choice. With only one given, the other family
/// is not used.
struct SourceAddresses {
  std::optional<boost::asio::ip::address> v4, v6;

  bool Permits(const boost::asio::ip::address& to) const { return (!v4 && !v6) || (to.is_v4() ? v4 : v6); }
};

/// Reads one address of each family at most, separated by a comma. Nothing when it is none.
std::optional<SourceAddresses> ParseSourceAddresses(std::string_view text);

/// The end of a race of connection attempts: a socket, or why there is none.
struct Connected {
  std::unique_ptr<Socket> socket;
  boost::asio::ip::address address;  ///< of the socket
  FetchFailure failure;
  bool out_of_descriptors = false;
};

/// The order of attempts: families alternate, beginning with the first address (RFC 8305 section 4).
std::vector<boost::asio::ip::address> AlternateFamilies(std::vector<boost::asio::ip::address> addresses);

/// Connects to the first of the addresses that answers: each attempt begins when the one before failed, or is
/// kConnectStagger old. An address that the guard refuses is never connected to; when it refuses all, that is
/// the failure. Runs on: event loop. The references are borrowed until the end.
boost::asio::awaitable<Connected> Connect(boost::asio::any_io_executor loop, Timers& timers, SocketDoor& door,
                                          const AddressGuard& guard,
                                          std::vector<boost::asio::ip::address> addresses, std::uint16_t port,
                                          Deadline& deadline, SourceAddresses source = {});

}  // namespace trawl::crawler
