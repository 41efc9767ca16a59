#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace trawl::storage {

/// SHA-256 of the pieces one behind the other, as WARC names it (WARC 1.1, 5.8): "sha256:" and 52 characters
/// of base32 (RFC 4648 section 6) without padding.
std::string WarcDigest(std::initializer_list<std::string_view> pieces);

}  // namespace trawl::storage
