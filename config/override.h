#pragma once

#include <string>

#include "config/load.h"

namespace trawl::config {

/// Puts one "section.key=value" of --set on top of what is loaded.
void ApplyOverride(Loaded& loaded, const std::string& text);

}  // namespace trawl::config
