#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/support/reply.h"

namespace trawl::test {

/// One page that goes wrong on purpose, at /nasty/<name> (some take a number: /nasty/<name>/<n>).
struct NastyPage {
  std::string_view name;
  std::string_view what;  ///< for people, shown on the index page /nasty/
  Reply (*make)(std::uint64_t n);
  std::uint64_t n = 0;  ///< when the URL gives none
};

std::span<const NastyPage> NastyPages();

/// The answer for a path that starts with /nasty/; nothing when the shelf has no such page.
std::optional<Reply> Nasty(std::string_view path);

}  // namespace trawl::test
