#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "config/result.h"

// The one door to Boost.JSON.
namespace trawl::crawler {

namespace json = boost::json;

/// Reads one value of at most 64 levels; text after it is an error.
Result<json::value> ParseJson(std::string_view text);

/// On one line, non-ASCII as UTF-8. Strings must be UTF-8.
std::string ToJson(const json::value& value);

/// The string under `key`; nothing when there is none or it is of another type. The view lives with the
/// object.
std::optional<std::string_view> StringAt(const json::object& object, std::string_view key);

/// The text under `text_key`, else the bytes that `base64_key` holds in base64. Nothing when neither is a
/// string or the base64 is broken.
std::optional<std::string> BytesAt(const json::object& object, std::string_view text_key,
                                   std::string_view base64_key);

/// RFC 4648 section 4, with or without padding; nothing for any other byte.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace trawl::crawler
