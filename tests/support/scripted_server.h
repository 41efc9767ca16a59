#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "config/unique_fd.h"
#include "tests/support/test_certificates.h"

namespace trawl::test {

/// One connection as the script of a ScriptedServer sees it; every call blocks. Runs on: the connection's
/// thread.
class Peer {
 public:
  virtual ~Peer() = default;

  /// The next request up to its empty line; empty when the client has gone.
  std::string ReadHead();
  /// Exactly that many bytes; fewer when the client has gone.
  std::string Read(std::size_t size);
  /// Passes everything on to 127.0.0.1:port and back, as a proxy does, until either side ends.
  void Relay(std::uint16_t port);
  /// False when the client has gone.
  virtual bool Send(std::string_view bytes) = 0;
  /// Every byte in a segment of its own.
  bool SendBytewise(std::string_view bytes);
  /// Waits until the client closes; what it sent meanwhile is lost.
  void AwaitClose();
  /// Ends the connection with a reset instead of an orderly close.
  void Reset();
  /// The client's address, "127.0.0.1".
  std::string Address() const;
  /// Which connection of the server this is, from 0.
  int number() const { return number_; }

 protected:
  Peer(int fd, int number) : fd_(fd), number_(number) {}
  virtual long Receive(char* bytes, std::size_t size) = 0;
  /// Receive would give bytes without a look at the socket.
  virtual bool Pending() const { return false; }
  const int fd_;

 private:
  const int number_;
  std::string left_;
};

/// A TCP or TLS server on 127.0.0.1 whose every connection runs a script: bytes in, bytes out, waiting at
/// gates. The connection is closed when its script returns. Owns its threads, one a connection; ends them
/// when destroyed, so a script that waits at a gate must have it opened before.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;
  struct Tls {
    const Certificate* certificate = nullptr;
    bool only_1_2 = false;
    bool only_1_1 = false;
    bool close_notify = true;  ///< false: the connection just ends
  };

  explicit ScriptedServer(Script script);
  ScriptedServer(Script script, Tls tls);
  ~ScriptedServer();

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:port" + path, or https.
  std::string Url(std::string_view path = "/") const;
  int connections() const { return accepted_; }
  int resumed() const { return resumed_; }  ///< TLS handshakes that resumed a session

 private:
  struct Line {
    UniqueFd fd;
    std::thread thread;
  };
  void Start();
  void Accept();
  void Serve(int fd, int number);

  const Script script_;
  const Tls tls_;
  std::shared_ptr<void> context_;  ///< an SSL_CTX, of a TLS server
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0, resumed_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::list<Line> lines_;
  std::thread acceptor_;
};

/// An answer of a script: status line, fields, Content-Length, body.
std::string Answer(std::string_view body, std::string_view fields = "", std::string_view status = "200 OK");

}  // namespace trawl::test
