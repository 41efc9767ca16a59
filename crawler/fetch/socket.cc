#include "crawler/fetch/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <cstring>

namespace trawl::crawler {

namespace asio = boost::asio;

int SocketDoor::Open(int family, int type) {
  const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd >= 0 && type == SOCK_STREAM) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

int SocketDoor::Bind(int fd, const sockaddr* address, socklen_t size) {
  // Else bind takes a port that no other connection may share, and there are 28,000 of those.
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return ::bind(fd, address, size);
}

int SocketDoor::Connect(int fd, const sockaddr* address, socklen_t size) {
  return ::connect(fd, address, size);
}

int SocketDoor::PendingError(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

ssize_t SocketDoor::Send(int fd, const void* bytes, std::size_t size) {
  return ::send(fd, bytes, size, MSG_NOSIGNAL);
}

ssize_t SocketDoor::Receive(int fd, void* bytes, std::size_t size, sockaddr* from, socklen_t* from_size) {
  return ::recvfrom(fd, bytes, size, 0, from, from_size);
}

Socket::Socket(asio::any_io_executor loop, SocketDoor& door, UniqueFd fd)
    : descriptor_(std::move(loop), fd.Get()), door_(door) {
  fd.Release();
}

asio::awaitable<Socket::Waited> Socket::Wait(Need need) {
  const auto what = need == Need::kWritable ? asio::posix::descriptor_base::wait_write
                                            : asio::posix::descriptor_base::wait_read;
  return descriptor_.async_wait(what, asio::as_tuple(asio::use_awaitable));
}

void Socket::Interrupt() {
  boost::system::error_code ignored;
  descriptor_.cancel(ignored);
}

std::pair<sockaddr_storage, socklen_t> SocketAddress(const asio::ip::address& address, std::uint16_t port) {
  sockaddr_storage storage{};
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(address.to_v4().to_uint());
    return {storage, sizeof v4};
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_scope_id = static_cast<std::uint32_t>(address.to_v6().scope_id());
  const auto bytes = address.to_v6().to_bytes();
  std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
  return {storage, sizeof v6};
}

std::string ErrorText(int error) {
  return boost::system::error_code(error, boost::system::system_category()).message();
}

}  // namespace trawl::crawler
