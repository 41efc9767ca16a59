#pragma once

#include <cstdint>

namespace trawl {

/// The identity of a normalised URL: XXH3-64 of its bytes with seed 0, stable on disk
/// (parser/fingerprint.h computes it). Rows of storage are keyed by it; two URLs out of 100 million share
/// one with a probability of 0.03 %.
enum class UrlId : std::uint64_t {};

/// The identity of a host: XXH3-64 of the lower-case host name, without port.
enum class HostId : std::uint64_t {};

}  // namespace trawl
