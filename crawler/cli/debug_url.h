#pragma once

#include "crawler/cli/debug.h"

namespace trawl::crawler {

/// `trawl debug url`: the URL Standard's parser and getters.
json::object DebugUrl(const json::object& in, DebugContext& context);

/// `trawl debug idna`: "domain to ASCII".
json::object DebugIdna(const json::object& in, DebugContext& context);

/// `trawl debug normalize`: the key by which Trawl knows the URL, as the links of a page get it.
json::object DebugNormalize(const json::object& in, DebugContext& context);

}  // namespace trawl::crawler
