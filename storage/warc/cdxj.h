#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "storage/query.h"

namespace trawl::storage {

/// The key under which replay tools look a URL up (Sort-friendly URI Reordering Transform): the host's labels
/// reversed without "www.", ")", path and query in lower case, the query's parameters sorted.
/// "http://www.Example.org:8080/A?b=2&a=1" gives "org,example:8080)/a?a=1&b=2". `url`: normalised.
std::string SurtKey(std::string_view url);

/// The index of all answers in the WARC files of a database, as sorted lines of CDXJ without newline: key,
/// time in 14 digits, and an object with url, mime, status, digest, length, offset and filename. Holds all
/// lines in memory, some 300 bytes for each answer. `line` may return false to stop.
QueryError ListCdxj(const std::string& database, const std::function<bool(const std::string& line)>& line);

}  // namespace trawl::storage
