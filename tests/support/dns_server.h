#pragma once

#include <netinet/in.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "config/unique_fd.h"

namespace trawl::test {

enum class DnsType : std::uint16_t { kA = 1, kAaaa = 28 };

/// What a DnsServer says to one question.
struct DnsReply {
  std::vector<std::string> addresses;  ///< of the type that is asked for
  std::uint32_t ttl = 300;
  std::string alias;       ///< not empty: a CNAME to it comes first
  int code = 0;            ///< 0 fine, 2 SERVFAIL, 3 NXDOMAIN
  bool truncated = false;  ///< over UDP: only the flag, so that the client asks over TCP
  bool silent = false;     ///< no answer at all
  bool held = false;       ///< over UDP: not before SendHeld
};

/// A name server on 127.0.0.1, over UDP and TCP, that answers from a script. Owns one thread, which runs the
/// script.
class DnsServer {
 public:
  using Script = std::function<DnsReply(const std::string& name, DnsType type)>;

  explicit DnsServer(Script script);
  ~DnsServer();

  /// As dns.servers takes it.
  std::string Where() const { return "127.0.0.1:" + std::to_string(port_); }
  int questions() const { return questions_; }  ///< over UDP
  int by_tcp() const { return by_tcp_; }
  /// Sends the answers that were held so far.
  void SendHeld();

 private:
  void Serve();
  void ServeUdp();
  void ServeTcp();
  DnsReply Ask(const std::string& question, std::string& message, bool udp);

  const Script script_;
  UniqueFd udp_, tcp_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<int> questions_ = 0, by_tcp_ = 0;
  std::mutex mutex_;
  std::vector<std::pair<sockaddr_in, std::string>> held_;
  std::thread thread_;
};

/// A script that answers nothing.
inline DnsServer::Script DnsSilence() {
  return [](const std::string&, DnsType) {
    DnsReply reply;
    reply.silent = true;
    return reply;
  };
}

/// A script that answers every question with a code, as DnsReply::code.
inline DnsServer::Script DnsRefusal(int code) {
  return [code](const std::string&, DnsType) {
    DnsReply reply;
    reply.code = code;
    return reply;
  };
}

}  // namespace trawl::test
