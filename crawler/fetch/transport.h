#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "crawler/fetch/failure.h"
#include "crawler/fetch/socket.h"

namespace trawl::crawler {

/// What one call to a transport gave. Both bytes and a need may be set: these bytes, and nothing more at
/// hand.
struct Transfer {
  std::size_t bytes = 0;
  Need need = Need::kNothing;  ///< wait for this, then call again
  bool ended = false;          ///< the peer has ended the stream
  bool clean = true;           ///< with ended: and said so, as far as the protocol can say it
  std::string error;           ///< the connection is broken; empty when it is not
};

/// A connection's way to exchange bytes, without buffers of its own where it can. No call blocks.
/// Runs on: event loop. Owns its socket.
class Transport {
 public:
  /// null: the transport lies on another, and socket() is that one's.
  explicit Transport(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
  virtual ~Transport() = default;

  /// Begins or continues the handshake; kNothing without failure: it is done.
  virtual Need Handshake(FetchFailure& failure) = 0;
  virtual Transfer Write(std::string_view bytes) = 0;
  virtual Transfer Read(std::span<char> buffer) = 0;
  /// The protocol agreed upon for what is exchanged: "http/1.1".
  virtual std::string_view Protocol() const { return "http/1.1"; }
  /// What secures the connection, "TLSv1.3"; empty for none.
  virtual std::string Security() const { return {}; }
  /// Bytes have come off the socket that Read has not given yet.
  virtual bool HasPending() const { return false; }

  virtual Socket& socket() { return *socket_; }

 protected:
  std::unique_ptr<Socket> socket_;
};

}  // namespace trawl::crawler
