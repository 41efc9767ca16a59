#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crawler/fetch/tls.h"
#include "crawler/fetch/transport.h"

namespace trawl::crawler {

/// A transport for a URL's scheme over a connected socket; null when the scheme has none. `host` is the name
/// the peer must prove, `origin` the key under which its sessions are kept.
std::unique_ptr<Transport> OpenTransport(std::string_view scheme, std::unique_ptr<Socket> socket,
                                         TlsContext& tls, const std::string& host, const std::string& origin);

/// The port of a scheme; 0 when it has no transport.
std::uint16_t DefaultPort(std::string_view scheme);

}  // namespace trawl::crawler
