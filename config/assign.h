#pragma once

#include <functional>
#include <string>

#include "config/knobs.h"
#include "config/toml_reader.h"

namespace trawl::config {

/// Gets what is wrong with a value, at the node (of an array or table: the item) that is to blame.
/// `index` counts the items of a list from 0, or is -1 for the value itself.
using Complain = std::function<void(const TomlNode& at, int index, std::string message)>;

/// How a value came to be written.
enum class Spelling {
  kFile,         ///< as TOML: types must fit
  kCommandLine,  ///< by --set: a lone string stands for a list of one, a table adds to the pairs that are
                 ///< there
};

/// Checks `node` against `kind` and puts it into `slot`. What is wrong goes to `complain` and leaves the slot
/// as it was.
void Assign(const Kind& kind, const Slot& slot, const TomlNode& node, Spelling spelling,
            const Complain& complain);

}  // namespace trawl::config
