#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "config/options.h"
#include "storage/commit_rule.h"
#include "storage/lane.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/lock_file.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/writer.h"
#include "storage/store.h"

namespace trawl::storage::sqlite {

/// A crawl in one SQLite file: a writer lane that commits batches in groups, a lane that syncs what it has
/// committed, and reader lanes.
/// Runs on: the event loop calls; the work is done on its storage threads. Owns the connections, the threads
/// and the lock.
///
/// One connection does all the writing *and* all the checkpointing. SQLite 3.7.0 to 3.51.2 can corrupt a
/// database in WAL mode when one connection writes just as another one resets the log after a checkpoint;
/// distributions still ship these versions. Readers never checkpoint: they are opened read-only.
///
/// While the disk syncs one group the writer fills the next: the sync that ends a transaction is made on a
/// thread of its own, and only what is durable is acknowledged. SQLite makes all its other syncs itself.
class SqliteStore final : public Store {
 public:
  /// None, with a sentence that names the file and the fix in `error`. `vfs`: for tests, a registered VFS.
  static std::unique_ptr<SqliteStore> Open(const config::StorageOptions& options, std::string& error,
                                           const std::string& vfs = {});
  ~SqliteStore() override;

  Result<void> BeginRun(const RunStart& run) override;
  void SetTargets(std::vector<std::string> names, std::vector<config::ItemRule> rules,
                  Done<void> done) override;
  void Write(WriteBatch batch, Done<void> done) override;
  std::size_t queued_bytes() const override { return queued_.load(std::memory_order_relaxed); }
  std::chrono::microseconds last_commit() const override {
    return std::chrono::microseconds(last_commit_us_.load(std::memory_order_relaxed));
  }
  StoreCondition condition() const override {
    return {writer_->waits_for_lock(), writer_->log().pinned(), writer_->log().bytes()};
  }
  void StopWaiting() override { writer_->StopWaiting(); }
  void LoadFrontier(FrontierSink& sink, Done<FrontierTotals> done) override;
  void LoadQueue(HostId host, QueueKey after, std::size_t limit, Done<std::vector<QueuedUrl>> done) override;
  void SetRecrawl(std::vector<std::optional<Duration>> intervals, Done<void> done) override;
  void LoadDue(Instant now, std::size_t limit, Done<DueUrls> done) override;
  void LoadRevisits(std::vector<UrlId> ids, Done<std::vector<ScheduledVisit>> done) override;
  void LoadRobots(std::string origin, Done<std::optional<StoredRobots>> done) override;
  void LoadExcluded(std::vector<UrlId> ids, Done<std::vector<UrlId>> done) override;
  void LoadExcludedSlice(std::vector<SkipReason> reasons, std::uint64_t from,
                         Done<ExcludedSlice> done) override;
  Result<void> Close(const RunEnd& end) override;

 private:
  struct Waiting {
    Done<void> done;
    std::size_t bytes;
    boost::system::error_code refused;  // this batch alone was wrong
  };
  struct Group {
    std::vector<Waiting> waiting;
    std::chrono::steady_clock::time_point begun;
    std::uint64_t number;  // commits up to and with this one
  };
  struct ReaderLane {
    std::unique_ptr<Connection> connection;
    std::unique_ptr<Reader> reader;
    std::unique_ptr<Lane> lane;  // last: gone first
  };

  explicit SqliteStore(const config::StorageOptions& options);
  void Start(std::unique_ptr<Connection> connection, std::vector<std::unique_ptr<Connection>> readers);
  void AddToGroup(const WriteBatch& batch, Done<void> done, std::size_t bytes, CommitRule::Time posted);
  std::optional<Lane::Time> Rest();
  void CommitGroup();
  void SyncGroup(Group group);
  void Answer(Group& group);
  void AnswerInOrder(Done<void> done);
  StoreErrc Fail(StoreErrc failure);
  void LookAtSyncs();
  Result<void> RunOnWriter(const std::function<void()>& job);
  ReaderLane& NextReader();
  void StopThreads();

  const config::StorageOptions options_;
  LockFile lock_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Writer> writer_;
  std::vector<ReaderLane> readers_;
  std::size_t next_reader_ = 0;  // event loop thread
  std::uint64_t batches_ = 0;    // event loop thread
  std::atomic<std::size_t> queued_{0};
  std::atomic<std::chrono::microseconds::rep> last_commit_us_{0};

  // The open group, writer lane only.
  std::vector<Waiting> group_;
  CommitRule rule_;

  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::size_t> unsynced_{0};            // groups that wait for the disk
  std::atomic<StoreErrc> failure_{StoreErrc::kOk};  // the first of either lane, for ever
  std::uint64_t synced_ = 0;                        // commits; sync lane only

  // Last: their threads end before what they use.
  std::unique_ptr<Lane> sync_lane_;  // null: a commit is acknowledged before it is durable
  std::unique_ptr<Lane> writer_lane_;
};

}  // namespace trawl::storage::sqlite
