#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/url_id.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Looks text up in a map of strings without making a string of it.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// Numbers for strings that repeat: the table `word`, with the words of late in memory. The memory is
/// bounded, the table is not: a server that sends a new content type each time makes rows, not megabytes.
/// Runs on: storage thread. Borrows the connection.
class Words {
 public:
  explicit Words(Connection& db);
  /// None for an empty text.
  std::optional<std::int64_t> NumberOf(std::string_view text);
  /// None too for a text that has no number.
  std::optional<std::int64_t> Find(std::string_view text);

 private:
  Statement find_, add_;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> known_;
};

/// Numbers for the few combinations of kind, rel and external that links come in: the table `link_kind`.
/// Runs on: storage thread. Borrows the connection.
class LinkKinds {
 public:
  explicit LinkKinds(Connection& db);
  std::int64_t NumberOf(std::string_view kind, std::string_view rel, bool external);

 private:
  Statement find_, add_;
  // Of the last call: neighbours on a page are mostly alike.
  std::string key_, kind_, rel_;
  bool external_ = false;
  std::int64_t last_ = 0;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> known_;
};

}  // namespace trawl::storage::sqlite
