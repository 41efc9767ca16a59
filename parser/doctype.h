#pragma once

#include <optional>
#include <string_view>

namespace trawl::parser {

/// What a DOCTYPE token says, as written. A part that is missing is not the same as an empty one.
struct Doctype {
  std::optional<std::string_view> name;
  std::optional<std::string_view> public_id;
  std::optional<std::string_view> system_id;
  bool force_quirks = false;
};

/// Reads what stands between "<!DOCTYPE" and the first '>' (HTML 13.2.5.53 to 68). `closed`: whether there
/// was a '>'.
Doctype ReadDoctype(std::string_view text, bool closed);

}  // namespace trawl::parser
