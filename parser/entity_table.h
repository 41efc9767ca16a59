#pragma once

#include <cstddef>
#include <string_view>

namespace trawl::parser {

/// A named character reference (HTML 13.5).
struct Entity {
  std::string_view characters;  ///< UTF-8, one or two characters; empty when there is no such name
  bool bare = false;            ///< also a reference without its semicolon
};

inline constexpr std::size_t kMaxEntityName = 31;      ///< without '&' and ';'
inline constexpr std::size_t kMaxBareEntityName = 6;   ///< of those that need no semicolon

/// The reference of exactly this name, '&' and ';' left off.
Entity FindEntity(std::string_view name);

}  // namespace trawl::parser
