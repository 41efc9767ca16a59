#pragma once

#include <chrono>
#include <cstddef>

#include "config/bytes.h"
#include "config/instant.h"

namespace trawl::storage {

/// Says when the batches gathered so far are committed. The links of a page are fetched only once it is
/// committed, so waiting costs speed; each commit costs a sync and the pages that all commits touch, so
/// committing costs too. A lane that has rested commits at once; a busy one gathers for kPace after each
/// commit, while which the next batches come; `age` and `size` bound what a group may be.
/// Runs on: storage thread; pure: time is an argument. Owns the figures of the open group.
class CommitRule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// At most 200 commits a second: a page costs 75 us, a commit by itself 100 us.
  static constexpr std::chrono::milliseconds kPace{5};
  /// A lane that is late already by more than the age: it catches up with fewer commits, each of which writes
  /// the pages anew that all change. Measured at 20 pages a commit: ten pages of the database for each of the
  /// crawl, at 200 seven.
  static constexpr std::chrono::milliseconds kCatchUp{150};

  CommitRule(Duration age, Bytes size) : age_(age), size_(size) {}

  /// A batch that was handed over at `posted` joins the group at `now`. True: commit before the next one.
  bool Add(Time posted, Time now, std::size_t bytes);
  /// Nothing more waits at `now`. True: commit.
  bool Rest(Time now) const { return open_ && now >= RestUntil(); }
  /// With an open group: when Rest will say so if nothing comes.
  Time RestUntil() const;
  /// The group was committed, the commit returned at `now`.
  void Committed(Time now);
  bool open() const { return open_; }

 private:
  const Duration age_;
  const Bytes size_;
  bool open_ = false;
  Time oldest_{};  // when the oldest batch of the group was handed over
  Time opened_{};
  Time committed_{};
  std::size_t bytes_ = 0;
};

}  // namespace trawl::storage
