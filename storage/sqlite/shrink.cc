#include "storage/sqlite/shrink.h"

#include <string>

namespace trawl::storage::sqlite {
namespace {

constexpr std::int64_t kIncremental = 2;  // PRAGMA auto_vacuum

}  // namespace

Shrink::Shrink(Connection& db)
    : free_(db.Prepare("PRAGMA freelist_count")),
      step_(db.Prepare("PRAGMA incremental_vacuum(" + std::to_string(kStep) + ")")),
      possible_(db.Int("PRAGMA auto_vacuum") == kIncremental),
      active_(possible_) {}

bool Shrink::Due() {
  if (!active_) return false;
  if (free_.Step()) active_ = free_.Int(0) > kKeep;
  free_.Reset();
  return active_;
}

}  // namespace trawl::storage::sqlite
