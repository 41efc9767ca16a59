#include "parser/control_message.h"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <type_traits>

#include "parser/error.h"
#include "parser/wire.h"

// TRAWL_VERSION is set for this file alone: a new version compiles one file anew.

namespace trawl::parser {
namespace {

// Goes up with every change of a message.
constexpr std::uint32_t kControlVersion = 3;

boost::system::error_code LastError() {
  return {errno, boost::system::system_category()};
}

// Room for the descriptors, aligned as a control message wants it.
union AncillaryBuffer {
  cmsghdr header;
  char bytes[CMSG_SPACE(kMostDescriptors * sizeof(int))];
};

Descriptors TakeDescriptors(msghdr& message) {
  Descriptors taken;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = std::min((part->cmsg_len - CMSG_LEN(0)) / sizeof(int), taken.size());
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof descriptor, sizeof descriptor);
      taken[i] = UniqueFd(descriptor);
    }
  }
  return taken;
}

}  // namespace

BuildMark ThisBuild() {
  BuildMark build;
  constexpr std::string_view kVersion = TRAWL_VERSION;
  static_assert(kVersion.size() < sizeof build.version);
  kVersion.copy(build.version, kVersion.size());
  build.wire = kWireVersion;
  build.control = kControlVersion;
  return build;
}

template <class Message>
Result<void> SendMessage(int socket, const Message& message, std::span<const int> descriptors) {
  assert(descriptors.size() <= kMostDescriptors);
  static_assert(std::is_trivially_copyable_v<Message>);
  iovec bytes{const_cast<Message*>(&message), sizeof message};
  msghdr envelope{};
  envelope.msg_iov = &bytes;
  envelope.msg_iovlen = 1;
  AncillaryBuffer ancillary{};
  if (!descriptors.empty()) {
    envelope.msg_control = &ancillary;
    envelope.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const part = CMSG_FIRSTHDR(&envelope);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &envelope, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return LastError();
  return {};
}

template <class Message>
Result<void> ReceiveMessage(int socket, Message& message, Descriptors* descriptors) {
  static_assert(std::is_trivially_copyable_v<Message>);
  Message received;
  iovec bytes{&received, sizeof received};
  msghdr envelope{};
  envelope.msg_iov = &bytes;
  envelope.msg_iovlen = 1;
  AncillaryBuffer ancillary{};
  envelope.msg_control = &ancillary;
  envelope.msg_controllen = sizeof ancillary.bytes;
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &envelope, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return LastError();
  Descriptors passed = TakeDescriptors(envelope);
  if (got == 0) return ParserErrc::kZygoteGone;
  if (got != static_cast<ssize_t>(sizeof received) || (envelope.msg_flags & MSG_TRUNC) != 0) {
    return ParserErrc::kBadFrame;
  }
  message = received;
  if (descriptors != nullptr) *descriptors = std::move(passed);
  return {};
}

template Result<void> SendMessage(int, const SetupMessage&, std::span<const int>);
template Result<void> SendMessage(int, const CommandMessage&, std::span<const int>);
template Result<void> SendMessage(int, const ReportMessage&, std::span<const int>);
template Result<void> ReceiveMessage(int, SetupMessage&, Descriptors*);
template Result<void> ReceiveMessage(int, CommandMessage&, Descriptors*);
template Result<void> ReceiveMessage(int, ReportMessage&, Descriptors*);

}  // namespace trawl::parser
