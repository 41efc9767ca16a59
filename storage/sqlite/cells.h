#pragma once

#include <cstdint>

#include "config/instant.h"

namespace trawl::storage::sqlite {

// How moments and fingerprints stand in the tables.

inline std::int64_t ToMs(Instant at) {
  return at.time_since_epoch().count();
}
inline Instant FromMs(std::int64_t ms) {
  return Instant(Duration(ms));
}

/// A fingerprint as SQLite's signed integer, and back.
template <class Id>
std::int64_t ToKey(Id id) {
  return static_cast<std::int64_t>(id);
}

}  // namespace trawl::storage::sqlite
