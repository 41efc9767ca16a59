#pragma once

#include <span>
#include <string_view>

namespace trawl::storage::sqlite {

/// What holds in every database after every commit.
struct Invariant {
  std::string_view sentence;
  std::string_view violations;  ///< SELECT of one text for each row at fault
  std::string_view repair;      ///< statements that set all of them right; empty: only a person can
};

/// In the order in which they are checked and repaired: what deletes rows comes before what counts them.
std::span<const Invariant> Invariants();

}  // namespace trawl::storage::sqlite
