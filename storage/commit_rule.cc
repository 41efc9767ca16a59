#include "storage/commit_rule.h"

#include <algorithm>

namespace trawl::storage {

bool CommitRule::Add(Time posted, Time now, std::size_t bytes) {
  if (!open_) {
    open_ = true;
    oldest_ = posted;
    opened_ = now;
    bytes_ = 0;
  }
  bytes_ += bytes;
  // What stood behind a long commit is old when it gets here. It gathers with the others that stood there,
  // else each of them would pay for a commit of its own and the queue would only grow.
  const bool old = now - oldest_ >= age_ && now - opened_ >= std::min<Duration>(kCatchUp, 3 * age_ / 4);
  return bytes_ >= size_.count || old;
}

CommitRule::Time CommitRule::RestUntil() const {
  return std::min(committed_ + kPace, oldest_ + age_);
}

void CommitRule::Committed(Time now) {
  open_ = false;
  committed_ = now;
}

}  // namespace trawl::storage
