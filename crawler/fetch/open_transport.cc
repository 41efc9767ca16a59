#include "crawler/fetch/open_transport.h"

#include "crawler/fetch/plain.h"

namespace trawl::crawler {
namespace {

struct Opening {
  std::unique_ptr<Socket> socket;
  TlsContext& tls;
  const std::string& host;
  const std::string& origin;
};

struct TransportRow {
  std::string_view scheme;
  std::uint16_t port;
  std::unique_ptr<Transport> (*open)(Opening&);
};

constexpr TransportRow kTransports[] = {
    {"http", 80,
     [](Opening& how) -> std::unique_ptr<Transport> {
       return std::make_unique<PlainTransport>(std::move(how.socket));
     }},
    {"https", 443, [](Opening& how) { return how.tls.Open(std::move(how.socket), how.host, how.origin); }},
};

}  // namespace

std::unique_ptr<Transport> OpenTransport(std::string_view scheme, std::unique_ptr<Socket> socket,
                                         TlsContext& tls, const std::string& host,
                                         const std::string& origin) {
  Opening how{std::move(socket), tls, host, origin};
  for (const TransportRow& row : kTransports) {
    if (row.scheme == scheme) return row.open(how);
  }
  return nullptr;
}

std::uint16_t DefaultPort(std::string_view scheme) {
  for (const TransportRow& row : kTransports) {
    if (row.scheme == scheme) return row.port;
  }
  return 0;
}

}  // namespace trawl::crawler
