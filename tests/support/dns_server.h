#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
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

 private:
  void Serve();
  void ServeUdp();
  void ServeTcp();
  std::string Reply(const std::string& question, bool udp);

  const Script script_;
  UniqueFd udp_, tcp_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<int> questions_ = 0, by_tcp_ = 0;
  std::thread thread_;
};

}  // namespace trawl::test
