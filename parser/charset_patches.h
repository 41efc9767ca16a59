#pragma once

#include <cstdint>

namespace trawl::parser {

/// One or two UTF-16 units; the second is 0 when there is one.
struct PatchedText {
  char16_t units[2];
};

struct PatchedPair {
  std::uint16_t key;
  PatchedText text;
};

// Where ICU's converters differ from the indexes of the Encoding Standard; null where they do not.

const PatchedText* Big5Pair(std::uint16_t bytes);  ///< `bytes`: lead byte times 256 plus trail byte
const PatchedText* Big5Private(char16_t unit);
const PatchedText* GbPrivate(char16_t unit);

}  // namespace trawl::parser
