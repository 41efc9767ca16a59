#include "storage/sqlite/lock_wait.h"

namespace trawl::storage::sqlite {

bool LockWait::MayWait(Time since) const {
  return patient_ && !hurried_ && clock_() - since < kPatience;
}

void LockWait::Begin() {
  if (db_.failed()) return;  // an earlier error stays
  const Time since = clock_();
  begin_.Run();
  // Each turn lasts as long as the connection's busy timeout.
  while (db_.failure().code == StoreErrc::kLocked && MayWait(since)) {
    waiting_ = true;
    db_.ClearError();
    begin_.Run();
  }
  waiting_ = false;
}

}  // namespace trawl::storage::sqlite
