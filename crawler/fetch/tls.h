#pragma once

#include <memory>
#include <string>

#include "config/options.h"
#include "crawler/fetch/transport.h"

namespace trawl::crawler {

/// What all TLS connections share: trust, versions, and the sessions to resume, by origin.
/// Runs on: event loop. Must outlive the transports it opens.
class TlsContext {
 public:
  static constexpr std::size_t kMaxSessions = 2048;  ///< the longest unused goes first; one costs about 3 KiB

  /// Reads the trust store: blocks, so it is made before the loop runs.
  explicit TlsContext(const config::TlsOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// A client connection; the peer must prove to be `host`, a DNS name or an address without brackets.
  std::unique_ptr<Transport> Open(std::unique_ptr<Socket> socket, const std::string& host,
                                  const std::string& origin);

  /// The same over another transport, as a tunnel through a TLS proxy needs it.
  std::unique_ptr<Transport> OpenOver(std::unique_ptr<Transport> below, const std::string& host,
                                      const std::string& origin);

  /// Empty when the trust store could be read.
  const std::string& setup_error() const { return setup_error_; }

 private:
  friend class TlsTransport;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string setup_error_;
};

}  // namespace trawl::crawler
