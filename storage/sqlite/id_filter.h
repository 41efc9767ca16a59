#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "config/url_id.h"

namespace trawl::storage::sqlite {

/// Says of most ids that are not there that they are not, without reading a table: a blocked Bloom filter
/// (Putze, Sanders, Singler 2007) whose blocks are words of 64 bits. It is filled part by part, and of a part
/// that is not filled any id may be there. Ids are as random as fingerprints. Runs on: one thread at a time.
class IdFilter {
 public:
  static constexpr int kPartBits = 8;
  static constexpr std::int64_t kParts = std::int64_t{1} << kPartBits;
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  ///< past it more ids are taken for known

  /// The first and the last id of a part, in the order that SQLite has.
  static std::int64_t FirstOf(std::int64_t part);
  static std::int64_t LastOf(std::int64_t part);

  bool MayHave(UrlId id) const;
  void Add(UrlId id);
  /// Whether the part is to be filled, for the first time or because it has more ids than it was made for.
  bool Wants(std::int64_t part) const;
  /// With all that is there of the part.
  void Fill(std::int64_t part, std::span<const UrlId> ids);

 private:
  struct Part {
    std::vector<std::uint64_t> words;  // none: not filled
    std::size_t ids = 0, room = 0;
  };

  static std::size_t PartOf(UrlId id);
  static std::uint64_t BitsOf(UrlId id);
  static std::size_t WordOf(const Part& part, UrlId id);

  std::vector<Part> parts_{std::size_t{kParts}};
};

}  // namespace trawl::storage::sqlite
