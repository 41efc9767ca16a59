#pragma once

#include <string>
#include <string_view>

namespace trawl::test {

/// The content codings of HTTP, as a server applies them.
std::string Gzip(std::string_view body);
std::string Gzip(std::string_view body, int level);
std::string Zlib(std::string_view body);
std::string RawDeflate(std::string_view body);
std::string Brotli(std::string_view body);
std::string Zstd(std::string_view body);

}  // namespace trawl::test
