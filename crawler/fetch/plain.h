#pragma once

#include "crawler/fetch/transport.h"

namespace trawl::crawler {

/// Bytes as they are, over TCP. Runs on: event loop.
class PlainTransport final : public Transport {
 public:
  using Transport::Transport;
  Need Handshake(FetchFailure&) override { return Need::kNothing; }
  Transfer Write(std::string_view bytes) override;
  Transfer Read(std::span<char> buffer) override;
};

}  // namespace trawl::crawler
