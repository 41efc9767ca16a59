#pragma once

#include <cstddef>
#include <string>

#include "parser/normalize.h"

namespace trawl::parser {

/// Whether any option asks for FoldTarget.
bool FoldsAnything(const NormalizeOptions& options);

/// Applies the options of NormalizeOptions to a URL whose path begins at `path_start` and is normalised
/// otherwise. Folding twice changes nothing.
void FoldTarget(const NormalizeOptions& options, std::size_t path_start, std::string& url);

}  // namespace trawl::parser
