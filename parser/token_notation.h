#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parser/tokenizer.h"

namespace trawl::parser {

/// The state of that name, such as "RCDATA state" or "CDATA section state".
std::optional<Tokenizer::State> TokenizerStateNamed(std::string_view name);

/// The tokens of a document in html5lib's notation, a JSON array: ["DOCTYPE", name, public, system, correct],
/// ["StartTag", name, {attributes}(, true)], ["EndTag", name], ["Comment", text], ["Character", text]; runs
/// of characters are one token, attributes are in the order of their names. `html` is UTF-8; bytes that are
/// not stay as they are. `last_start_tag`: what the end tag must be named that is looked for in `state`.
std::string NoteTokens(std::string_view html, Tokenizer::State state = Tokenizer::State::kData,
                       std::string_view last_start_tag = {});

}  // namespace trawl::parser
