#pragma once

#include <string>

#include "config/bytes.h"

namespace trawl::parser {

/// Takes every power from this process but to compute and to use the descriptors it has: limits, no new
/// privileges, then the list of allowed system calls. Anything else ends the process (SIGSYS), but opening a
/// file, which fails with EACCES because libraries try and go on without. Cannot be undone. Gives the step
/// that failed, or nothing.
std::string EnterSandbox(Bytes address_space);

}  // namespace trawl::parser
