#pragma once

#include <string>
#include <string_view>

namespace trawl::crawler {

/// RFC 4648 section 4, with padding.
std::string EncodeBase64(std::string_view bytes);

/// The value of Authorization or Proxy-Authorization for a user and a password (RFC 7617).
std::string BasicCredentials(std::string_view user, std::string_view password);

}  // namespace trawl::crawler
