#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "config/options.h"
#include "storage/overtaken.h"
#include "storage/records.h"
#include "storage/sqlite/body_rows.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/cookie_rows.h"
#include "storage/sqlite/dictionary.h"
#include "storage/sqlite/host_rows.h"
#include "storage/sqlite/item_rows.h"
#include "storage/sqlite/lock_wait.h"
#include "storage/sqlite/log_watch.h"
#include "storage/sqlite/near_rows.h"
#include "storage/sqlite/orphan_rows.h"
#include "storage/sqlite/retention.h"
#include "storage/sqlite/revisit_rows.h"
#include "storage/sqlite/search_rows.h"
#include "storage/sqlite/shrink.h"
#include "storage/sqlite/skip_rows.h"
#include "storage/sqlite/url_rows.h"
#include "storage/sqlite/visit_rows.h"

namespace trawl::storage::sqlite {

/// Turns batches into rows, many batches to a transaction. After the first error nothing is written any more:
/// see the connection's error(). Runs on: storage thread (the writer lane). Borrows the one connection that
/// writes.
class Writer {
 public:
  /// `clock`: how long others keep the lock or the log.
  Writer(Connection& db, const config::StorageOptions& options,
         LockWait::Clock clock = std::chrono::steady_clock::now);

  /// Closes runs that a crash left open, opens the new one. Commits. An index of words that lacks pages gets
  /// the first of them at once, as many as a start may wait for.
  void BeginRun(const RunStart& run);
  /// Commits, as BeginRun does.
  void SetTargets(const std::vector<std::string>& names, const std::vector<config::ItemRule>& rules);
  /// Commits, as BeginRun does.
  void SetRecrawl(const std::vector<std::optional<Duration>>& intervals);
  void EndRun(const RunEnd& end);

  /// Adds the batch to the open group. kUnknownUrl: the batch is refused and has left no trace; the group
  /// goes on.
  Result<void> Apply(const WriteBatch& batch);
  enum class Sync {
    kNow,    ///< what was applied is durable when error() is clear after it
    kLater,  ///< once the connection's SyncLog, called after it, has given no error either
  };
  /// Commits the group, if one is open.
  void Commit(Sync sync = Sync::kNow);

  /// Copies the log into the database once it is long. Not part of Commit, so that those who wait hear first.
  void CheckpointIfDue();
  bool CheckpointDue() const;

  /// What may wait for idle moments: a step of it, between groups, in a transaction of its own. False when
  /// there is nothing to do.
  bool Tidy();
  /// When Tidy wants to be asked again although nothing was written.
  std::optional<LogWatch::Time> TidyAgainAt() const;

  /// From any thread.
  const LogWatch& log() const { return log_; }
  bool waits_for_lock() const { return lock_.waiting(); }
  void StopWaiting() { lock_.StopWaiting(); }

  /// Numbers of this run's targets, by RunStart's index.
  const std::vector<std::int64_t>& targets() const { return targets_; }

  boost::system::error_code error() const { return db_.error(); }
  StoreErrc failure() const { return db_.failure().code; }
  const std::string& error_message() const { return db_.failure().message; }

 private:
  void OpenGroup();
  void Checkpoint();
  void CompareRest();
  void NumberTargets(const std::vector<std::string>& names);
  void ChangeSubject(const WriteBatch& batch, std::int64_t subject);
  void Promote(const WriteBatch& batch);
  void Put(const TargetPause& pause);
  bool DropExcluded(const WriteBatch& batch, std::int64_t subject);
  std::int64_t TakeFromQueue(const WriteBatch& batch);
  void AddUrls(const WriteBatch& batch, UrlId subject_id, std::int64_t subject);
  std::optional<std::int64_t> AddVisit(const WriteBatch& batch, std::int64_t url);
  std::optional<std::int64_t> TargetOf(std::uint16_t index) const;

  Connection& db_;
  const LockWait::Clock clock_;
  LockWait lock_;
  LogWatch log_;
  Statement commit_, count_pages_, count_target_;
  Words words_;
  std::unique_ptr<SearchRows> search_;  // null: no index of words is wanted
  Retention retention_;
  Shrink shrink_;
  std::unique_ptr<BodyRows> bodies_;  // null: none are kept
  HostRows hosts_;
  SkipRows skips_;
  UrlRows urls_;
  ItemRows items_;
  VisitRows visits_;
  RevisitRows revisits_;
  CookieRows cookies_;
  NearRows near_;
  OrphanRows orphans_;
  Overtaken overtaken_;
  std::vector<std::int64_t> targets_;
  std::int64_t run_ = 0;
  bool wrote_ = false;                                 // since the last idle moment
  LogWatch::Time asked_until_{};                       // somebody waits for commits until then
  LogWatch::Time idle_from_{};                         // if nothing is written until then
  std::int64_t run_pages_ = 0;                         // since the last commit
  std::map<std::int64_t, std::int64_t> target_pages_;  // since the last commit: number, first pages
  Instant latest_{};  // of the moments that batches brought; dates URLs that came without a visit
};

}  // namespace trawl::storage::sqlite
