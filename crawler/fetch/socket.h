#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "config/unique_fd.h"
#include "crawler/fetch/event.h"

namespace trawl::crawler {

/// The calls a fetch makes to the kernel for its connections and its questions to name servers, in one place
/// so that a test can make the n-th of them fail. Each returns what the call of that name returns, with
/// errno. Runs on: event loop.
class SocketDoor {
 public:
  virtual ~SocketDoor() = default;
  virtual int Open(int family, int type);                             ///< not blocking, closed on exec
  virtual int Bind(int fd, const sockaddr* address, socklen_t size);  ///< the port is chosen by Connect
  virtual int Connect(int fd, const sockaddr* address, socklen_t size);
  virtual int PendingError(int fd);  ///< takes SO_ERROR; the error, or 0
  virtual ssize_t Send(int fd, const void* bytes, std::size_t size);
  /// `from`: where the sender's address goes, of a socket of datagrams.
  virtual ssize_t Receive(int fd, void* bytes, std::size_t size, sockaddr* from = nullptr,
                          socklen_t* from_size = nullptr);
};

/// What a transport waits for before the same call is worth making again.
enum class Need : std::uint8_t { kNothing, kReadable, kWritable };

/// A TCP socket that a coroutine can wait for without a buffer of its own.
/// Runs on: event loop. Owns the descriptor; borrows the door.
class Socket final : public Wake {
 public:
  using Waited = std::tuple<boost::system::error_code>;

  Socket(boost::asio::any_io_executor loop, SocketDoor& door, UniqueFd fd);

  boost::asio::awaitable<Waited> Wait(Need need);
  /// Calls `done` once the socket is writable, or with an error when the wait was cancelled.
  template <class Handler>
  void OnWritable(Handler done) {
    descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_write, std::move(done));
  }
  void Interrupt() override;

  int fd() { return descriptor_.native_handle(); }
  SocketDoor& door() { return door_; }

 private:
  boost::asio::posix::stream_descriptor descriptor_;
  SocketDoor& door_;
};

/// The address as the kernel takes it; the size in the second part.
std::pair<sockaddr_storage, socklen_t> SocketAddress(const boost::asio::ip::address& address,
                                                     std::uint16_t port);

/// The kernel's sentence for an errno.
std::string ErrorText(int error);

}  // namespace trawl::crawler
