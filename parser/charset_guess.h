#pragma once

#include <optional>
#include <string_view>

#include "parser/charset_labels.h"

namespace trawl::parser {

/// A guess by the statistics of the bytes, for a document that declares nothing and is not UTF-8. Nothing
/// when there is too little to go by. The door to uchardet.
std::optional<Charset> GuessCharset(std::string_view body);

}  // namespace trawl::parser
