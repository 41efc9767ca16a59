#pragma once

#include <cstddef>
#include <cstdint>

// What the two ends of an answer (parser/wire.cc) have in common.

namespace trawl::parser::answer {

constexpr std::size_t kLinkRecord = 8;
constexpr std::size_t kRuleRecord = 8;
constexpr std::size_t kHeadingRecord = 4;
constexpr std::size_t kPropertyRecord = 4;
constexpr std::size_t kStatementRecord = 8;
constexpr std::size_t kItemRecord = 8;
constexpr std::size_t kMaxDefaulted = 8192;
constexpr std::uint32_t kNoRefresh = 0xFFFFFFFF;

enum PageFlag : std::uint8_t {
  kNoindex = 1,
  kNofollow = 2,
  kLinksTruncated = 4,
  kTextTruncated = 8,
  kStatementsTruncated = 16,
  kItemsTruncated = 32,
  kAllPageFlags = 63,
};
enum LinkFlag : std::uint8_t { kLinkNofollow = 1, kAllLinkFlags = 1 };

}  // namespace trawl::parser::answer
