#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "config/result.h"
#include "config/unique_fd.h"

// What trawl and its zygote say to each other over the control socket: one fixed struct per SOCK_SEQPACKET
// message. Both ends are of one build, which the first message in each direction proves, so the structs need
// no encoding.

namespace trawl::parser {

/// The argument that makes trawl-parser a zygote, and what a worker shows in its place; equally long.
inline constexpr std::string_view kZygoteArgument = "--zygote";
inline constexpr std::string_view kWorkerArgument = "--worker";
/// Where a zygote finds its control socket.
inline constexpr int kControlFd = 3;

/// What two programs must share to understand each other.
struct BuildMark {
  char version[24] = {};
  std::uint32_t wire = 0;
  std::uint32_t control = 0;
  bool operator==(const BuildMark&) const = default;
};
BuildMark ThisBuild();

/// First message down: who starts the zygote, and what its workers may use.
struct SetupMessage {
  BuildMark build;
  std::uint64_t memory_max = 0;  ///< bytes of address space
  std::int64_t cpu_max_ms = 0;
  std::uint32_t sandbox_required = 1;
};

/// Any later message down.
struct CommandMessage {
  enum Kind : std::uint32_t { kSpawn = 1, kKill = 2 };
  std::uint32_t kind = 0;
  pid_t pid = 0;  ///< kKill
  std::uint64_t answered =
      0;  ///< kSpawn: documents answered so far, by which a crash loop is told from bad luck
};

/// Any message up. kReady, kWrongBuild, kNoSandbox or kNoMemory is the first, as the answer to the set-up.
struct ReportMessage {
  enum Kind : std::uint32_t {
    kReady = 1,
    kWrongBuild = 2,
    kNoSandbox = 3,
    kNoMemory = 4,
    kSpawned = 5,
    kExited = 6
  };
  std::uint32_t kind = 0;
  pid_t pid = 0;
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;
};

/// What a message may have with it: of kSpawned the worker's socket and its memory.
inline constexpr std::size_t kMostDescriptors = 2;
using Descriptors = std::array<UniqueFd, kMostDescriptors>;

/// Sends one message, with at most kMostDescriptors `descriptors`. Never raises SIGPIPE. Errors: errno of
/// sendmsg.
template <class Message>
Result<void> SendMessage(int socket, const Message& message, std::span<const int> descriptors = {});

/// Receives one message of exactly this size. Errors: errno of recvmsg (EAGAIN when the socket is
/// non-blocking and empty), ParserErrc::kZygoteGone at the end of the stream, ParserErrc::kBadFrame for a
/// message of another size.
template <class Message>
Result<void> ReceiveMessage(int socket, Message& message, Descriptors* descriptors = nullptr);

extern template Result<void> SendMessage(int, const SetupMessage&, std::span<const int>);
extern template Result<void> SendMessage(int, const CommandMessage&, std::span<const int>);
extern template Result<void> SendMessage(int, const ReportMessage&, std::span<const int>);
extern template Result<void> ReceiveMessage(int, SetupMessage&, Descriptors*);
extern template Result<void> ReceiveMessage(int, CommandMessage&, Descriptors*);
extern template Result<void> ReceiveMessage(int, ReportMessage&, Descriptors*);

}  // namespace trawl::parser
