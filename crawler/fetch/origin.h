#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trawl::crawler {

/// The parts of a normalised URL that an exchange needs. Views into the URL, valid as long as it is.
struct Origin {
  std::string_view scheme;
  std::string_view host;       ///< an IPv6 address in brackets
  std::string_view host_port;  ///< as the Host field has it: without the scheme's own port
  std::uint16_t port = 0;
  std::string_view target;  ///< path and query: what the request line asks for
  std::string_view key;     ///< everything before the path: connections and sessions are shared by it
};

/// Cuts a URL that is a serialisation of the WHATWG standard (parser::Url::Href) at its delimiters; it is not
/// parsed a second time, so that no two readers can disagree on the host. Nothing when there is no transport
/// for its scheme.
std::optional<Origin> CutUrl(std::string_view url);

}  // namespace trawl::crawler
