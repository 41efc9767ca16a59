#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/cli/debug.h"
#include "tests/support/catch.h"

namespace trawl::test {

/// One object a line.
inline std::vector<crawler::json::object> ReadJsonLines(const std::filesystem::path& path) {
  std::vector<crawler::json::object> objects;
  std::ifstream lines(path, std::ios::binary);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) objects.push_back(crawler::ParseJson(line)->get_object());
  }
  return objects;
}

/// What `trawl debug KIND` answers to one line.
inline crawler::json::object AskDebug(std::string_view kind, const crawler::json::object& in,
                                      crawler::DebugContext& context) {
  const auto answer =
      crawler::ParseJson(crawler::DebugLine(*crawler::FindDebugKind(kind), crawler::ToJson(in), context));
  REQUIRE(answer.has_value());
  return answer->get_object();
}

inline std::string TextAt(const crawler::json::object& object, std::string_view key) {
  return std::string(crawler::StringAt(object, key).value_or("(none)"));
}

}  // namespace trawl::test
