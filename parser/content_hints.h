#pragma once

#include <cstdint>

#include "parser/tree.h"

namespace trawl::parser {

/// What the class names, id, role and itemprop of an element say of what it holds, as bits.
enum ContentHint : std::uint8_t {
  kHintComments = 1,  ///< what readers wrote
  kHintChrome = 2,    ///< menus, side columns, sharing, related links, advertising, consent
  kHintDetails = 4,   ///< byline, date, tags: out where short
  kHintLikely = 8,    ///< speaks for the main content
  kHintBody = 16,     ///< names the text of an article itself
  kHintHidden = 32,   ///< for screen readers or print alone
  kHintDoubt = 64,    ///< may be chrome, and may be a box of the article
  kHintTeaser = 128,  ///< leads to another article, or into this one
};

/// The hints of an element; of its names each word counts ("post-share", "postShare" and "post_share" have
/// the same two). Takes time by the length of its names.
std::uint8_t ContentHintsOf(const Tree& tree, const TreeElement& element);

}  // namespace trawl::parser
