#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "config/unique_fd.h"
#include "tests/support/reply.h"
#include "tests/support/served_log.h"
#include "tests/support/synthetic_site.h"

namespace trawl::test {

/// What a request handler sees.
struct WebRequest {
  std::string method, path, host;  ///< host as ServedRequest::host
  std::string head;                ///< the whole head, for tests of request fields
};

struct SyntheticWebOptions {
  SyntheticShape shape;
  std::uint16_t port = 0;                  ///< 0: any free one
  std::uint16_t admin_port = 0;            ///< 0: any free one
  std::size_t log_limit = 1'000'000;       ///< requests kept
  std::map<std::string, Reply> replies{};  ///< further paths, on every host; they come first
  /// Asked before everything else, on the server's thread; no value: go on with `replies`, the shelf and the
  /// shape.
  std::function<std::optional<Reply>(const WebRequest&)> handler{};
};

/// A web on loopback: the pages of a SyntheticShape on as many hosts as it says, and the nasty shelf on every
/// host. Runs on: its own thread (Start), or the caller's (Run). One epoll loop; Stats, Log, Reset and Stop
/// from any thread. Owns its sockets.
///
/// One socket serves all hosts: it is bound to the device "lo" and no address, and a connection to an address
/// that is not a host of the web is closed at once. A socket for each address would cost a descriptor a host,
/// and thousands of binds; a socket on any address without the device would be open to the network.
///
/// The admin port (127.0.0.1 only): /__stats, /__log (JSON lines), /__urls (what must be found: depth,
/// status, URL a line), /__reset, /__stop. It is not counted.
class SyntheticWeb {
 public:
  /// Listens; throws std::system_error when it cannot.
  explicit SyntheticWeb(SyntheticWebOptions options);
  ~SyntheticWeb();
  SyntheticWeb(const SyntheticWeb&) = delete;
  SyntheticWeb& operator=(const SyntheticWeb&) = delete;

  void Start();
  void Run();   ///< until Stop or /__stop
  void Stop();  ///< also from a signal handler; the destructor waits for the thread

  std::uint16_t port() const { return port_; }
  std::uint16_t admin_port() const { return admin_port_; }
  const SyntheticSite& site() const { return site_; }
  /// "http://127.0.0.1:PORT/path" of host `host`.
  std::string Url(std::string_view path, std::uint32_t host = 0) const;

  /// Both see every answer that a client has read whole.
  ServedStats Stats() const;
  std::vector<ServedRequest> Log() const;
  void Reset();

 private:
  struct Connection;
  struct Timer {
    std::uint64_t at_us;
    std::uint64_t connection;
    bool operator>(const Timer& other) const { return at_us > other.at_us; }
  };

  void Settle() const;
  std::uint64_t Now() const;
  void Accept(int listener, bool admin);
  void Read(Connection& connection);
  bool TakeRequest(Connection& connection);
  Reply Respond(const Connection& connection, const WebRequest& request, bool accepts_gzip);
  Reply Admin(const std::string& path);
  void Begin(Connection& connection, Reply reply);
  void Send(Connection& connection);
  void FinishReply(Connection& connection);
  void RecordEnd(Connection& connection, bool complete);
  void Close(Connection& connection, bool reset);
  void Watch(Connection& connection, bool write);
  void WakeAt(Connection& connection, std::uint64_t at_us);
  int RunTimers();

  SyntheticWebOptions options_;
  SyntheticSite site_;
  UniqueFd listener_, admin_, epoll_, wake_;
  std::uint16_t port_ = 0, admin_port_ = 0;
  std::uint64_t started_us_ = 0;
  std::uint64_t next_connection_ = 1;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::vector<Timer> timers_;  ///< a heap, soonest first
  std::atomic<bool> stopping_ = false;
  std::thread thread_;

  mutable std::mutex mutex_;
  mutable std::condition_variable settled_;
  // Under mutex_:
  ServedLog log_;
  bool running_ = false;
  mutable std::uint64_t rounds_asked_ = 0;
  std::uint64_t rounds_done_ = 0;
};

}  // namespace trawl::test
