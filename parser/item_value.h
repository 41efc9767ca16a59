#pragma once

#include <string>
#include <string_view>

#include "config/options.h"
#include "parser/url.h"

namespace trawl::parser {

/// What `text` is as a value of `type`, as JSON: a number, true or false, or a string. Empty where it is
/// none, and for text without any. White space around it does not count; `text` is UTF-8. URLs are resolved
/// against `base`, if there is one, and dates become what FormatPageDate writes.
std::string MakeItemValue(config::FieldType type, std::string_view text, const Url* base);

}  // namespace trawl::parser
