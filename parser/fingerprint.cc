#include "parser/fingerprint.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace trawl::parser {

UrlId FingerprintUrl(std::string_view normalized_url) {
  return static_cast<UrlId>(XXH3_64bits(normalized_url.data(), normalized_url.size()));
}

HostId FingerprintHost(std::string_view host) {
  return static_cast<HostId>(XXH3_64bits(host.data(), host.size()));
}

std::uint64_t HashContent(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace trawl::parser
