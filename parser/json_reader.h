#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// JSON (RFC 8259) as text, for processes that pass it on and never build a document of it. Nothing here
// recurses over its input.

namespace trawl::parser {

/// Brackets within each other; deeper is no JSON here.
inline constexpr std::size_t kMaxJsonDepth = 128;

/// Whether `text` is one JSON value. Its strings are taken to be UTF-8.
bool IsJson(std::string_view text);

/// The JSON in `text`, brought into order where pages get it wrong: comments, commas too many, control
/// characters in strings, unknown escapes, a semicolon or comment around it. Several values become an array.
/// Nothing when it is not JSON even so.
std::optional<std::string> MendJson(std::string_view text);

/// The value under `key` of an object, as a view of it; empty when there is none, or no object. Of good JSON.
std::string_view JsonValueAt(std::string_view json, std::string_view key);

/// The text of a JSON string, escapes resolved; a lone surrogate becomes U+FFFD. Of a good one.
std::string JsonText(std::string_view string);

/// The members of an array, as views of it; else `json` itself. Of JSON without space around, as MendJson
/// gives it.
std::vector<std::string_view> JsonMembers(std::string_view json);

}  // namespace trawl::parser
