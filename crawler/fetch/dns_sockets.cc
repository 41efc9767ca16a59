#include "crawler/fetch/dns_sockets.h"

#include <ares.h>
#include <sys/uio.h>
#include <unistd.h>

#include "crawler/fetch/socket.h"

namespace trawl::crawler {
namespace {

/// The answers to a burst of questions come in one, and the default holds a few hundred.
constexpr int kReceiveBuffer = 256 * 1024;

SocketDoor& DoorOf(void* door) {
  return *static_cast<SocketDoor*>(door);
}

ares_socket_t Open(int family, int type, int, void* door) {
  const int fd = DoorOf(door).Open(family, type);
  if (fd >= 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  return fd;
}

int Close(ares_socket_t fd, void*) {
  return ::close(fd);
}

int Connect(ares_socket_t fd, const sockaddr* to, ares_socklen_t size, void* door) {
  return DoorOf(door).Connect(fd, to, size);
}

ares_ssize_t Receive(ares_socket_t fd, void* bytes, size_t size, int, sockaddr* from,
                     ares_socklen_t* from_size, void* door) {
  return DoorOf(door).Receive(fd, bytes, size, from, from_size);
}

// A question over UDP is one part; of a stream the rest may come later.
ares_ssize_t Send(ares_socket_t fd, const iovec* parts, int, void* door) {
  return DoorOf(door).Send(fd, parts->iov_base, parts->iov_len);
}

constexpr ares_socket_functions kFunctions = {Open, Close, Connect, Receive, Send};

}  // namespace

void UseDoor(ares_channeldata* channel, SocketDoor& door) {
  ares_set_socket_functions(channel, &kFunctions, &door);
}

}  // namespace trawl::crawler
