#include "storage/sqlite/log_watch.h"

namespace trawl::storage::sqlite {

void LogWatch::Checkpointed(Time now, const Connection::Folded& folded) {
  last_ = now;
  if (folded.done >= folded.pages) {
    behind_since_.reset();
    bytes_ = 0;
    pinned_ = false;
    return;
  }
  if (!behind_since_) behind_since_ = now;
  const std::uint64_t bytes = static_cast<std::uint64_t>(folded.pages) * folded.page_bytes;
  bytes_ = bytes;
  pinned_ = now - *behind_since_ > kPatience || bytes > kMaxBytes;
}

std::optional<LogWatch::Time> LogWatch::retry_at() const {
  return behind_since_ ? std::optional(last_ + kRetry) : std::nullopt;
}

}  // namespace trawl::storage::sqlite
