#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/query.h"

namespace trawl::storage {

/// What people type, as a query of SQLite's FTS5: every word must be there, "several words" stand together,
/// word* is a beginning, -word must not be there. Every other character is a letter or separates words.
/// Empty when no word is asked for.
std::string SearchExpression(std::string_view words);

/// How much of the pages the index of words covers.
struct SearchCover {
  std::int64_t pages = 0, indexed = 0;
};

/// Pages that hold the words, the best first (BM25; a word of the title counts eight times, of the
/// description four times): url, title, snippet with the words in [brackets], score (the larger the better).
/// As Query in everything else; `rows` how many are wanted, all when negative. A database without an index of
/// words is an error that says how to make one.
QueryError Search(const std::string& path, std::string_view words, std::int64_t rows,
                  const std::function<void(const std::vector<std::string>& columns)>& header,
                  const std::function<bool(const std::vector<Value>& row)>& row, SearchCover& cover);

}  // namespace trawl::storage
