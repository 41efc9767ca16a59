#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trawl::config {

/// One value of a TOML document with its place. A plain value: nothing of the TOML library shows.
struct TomlNode {
  enum class Kind { kBool, kInteger, kFloat, kString, kArray, kTable, kDate };
  struct Entry;

  Kind kind = Kind::kTable;
  int line = 0;    ///< from 1; 0: not from a file
  int column = 0;  ///< from 1
  bool boolean = false;
  std::int64_t integer = 0;
  std::string text;  ///< of a string and a number with a fraction; of --set: of every value, as written
  std::vector<TomlNode> items;  ///< of an array
  std::vector<Entry> entries;   ///< of a table, in the order of their places
};

struct TomlNode::Entry {
  std::string key;
  int line = 0, column = 0;  ///< of the key
  TomlNode value;
};

/// "a string", "a whole number" ...: for messages.
std::string_view KindName(TomlNode::Kind kind);

struct TomlResult {
  TomlNode root;      ///< only meant when `error` is empty
  std::string error;  ///< one syntax error: the library reads no further
  int line = 0, column = 0;
};

inline constexpr std::size_t kMaxTomlBytes = 1 << 20;
/// Tables and arrays within each other, also those that a dotted key opens.
inline constexpr std::size_t kMaxTomlDepth = 100;

/// Reads a TOML 1.0 document. Refuses one that is too large, nests too deep or holds a NUL. Never throws.
/// The one door to toml++.
TomlResult ReadToml(std::string_view text);

}  // namespace trawl::config
