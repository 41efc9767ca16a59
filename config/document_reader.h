#pragma once

#include <string>

#include "config/assign.h"
#include "config/load.h"
#include "config/toml_reader.h"

namespace trawl::config {

/// Takes a document's tables apart, knob by knob, into the options, places and errors of `loaded`. `source`
/// is what the errors name. With Spelling::kCommandLine the table "target" is for every target that is there
/// already.
void ReadDocument(Loaded& loaded, const TomlNode& root, const std::string& source, Spelling spelling);

/// The path of a value without its indexes: "target.allow" of "target[0].allow[2]".
std::string KeyOf(const std::string& path);

}  // namespace trawl::config
