#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/tree.h"
#include "parser/url.h"

namespace trawl::parser {

/// Items within each other; deeper ones are null, as are items that hold themselves.
inline constexpr std::size_t kMaxMicrodataDepth = 16;

/// The top-level microdata items of a document (HTML 5.4), each as JSON: {"type","id","properties"}, where a
/// single value stands for itself and several are an array. URLs are resolved against `base`. Together no
/// more than `max` bytes; sets `truncated` where that cut them.
std::vector<std::string> ReadMicrodata(const Tree& tree, const Url& base, std::size_t max, bool& truncated);

}  // namespace trawl::parser
