#include "storage/sqlite/sqlite_store.h"

#include <algorithm>
#include <future>
#include <utility>

#include "storage/sqlite/open_database.h"

namespace trawl::storage::sqlite {

using std::chrono::steady_clock;

SqliteStore::SqliteStore(const config::StorageOptions& options)
    : options_(options), rule_(options.commit_age, options.commit_size) {}

SqliteStore::~SqliteStore() {
  StopThreads();
}

std::unique_ptr<SqliteStore> SqliteStore::Open(const config::StorageOptions& options, std::string& error,
                                               const std::string& vfs) {
  std::unique_ptr<SqliteStore> store(new SqliteStore(options));
  if (!CheckFile(options.path, error) || !store->lock_.Acquire(options.path, error)) return nullptr;
  std::unique_ptr<Connection> writer = OpenForWriting(options, vfs, error);
  if (!writer) return nullptr;
  std::vector<std::unique_ptr<Connection>> readers;
  for (std::uint32_t i = 0; i < std::max(options.readers, 1U); ++i) {
    readers.push_back(OpenForReading(options.path, vfs, error));
    if (!readers.back()) return nullptr;
  }
  store->Start(std::move(writer), std::move(readers));
  if (store->connection_->failed()) {
    error = Sentence(options.path, store->connection_->failure());
    return nullptr;
  }
  return store;
}

void SqliteStore::Start(std::unique_ptr<Connection> connection,
                        std::vector<std::unique_ptr<Connection>> readers) {
  connection_ = std::move(connection);
  writer_ = std::make_unique<Writer>(*connection_, options_);
  for (std::unique_ptr<Connection>& reader : readers) {
    ReaderLane lane;
    lane.connection = std::move(reader);
    lane.reader = std::make_unique<Reader>(*lane.connection);
    lane.lane = std::make_unique<Lane>("reader");
    readers_.push_back(std::move(lane));
  }
  if (options_.durability == config::Durability::kFull) sync_lane_ = std::make_unique<Lane>("sync");
  writer_lane_ = std::make_unique<Lane>("writer", [this] { return Rest(); });
}

Result<void> SqliteStore::RunOnWriter(const std::function<void()>& job) {
  std::promise<StoreErrc> answer;
  std::future<StoreErrc> future = answer.get_future();
  const bool posted = writer_lane_->Post([this, &job, &answer] {
    CommitGroup();
    LookAtSyncs();
    job();
    Fail(writer_->failure());
    answer.set_value(failure_);
  });
  if (!posted) return StoreErrc::kClosed;
  const StoreErrc failure = future.get();
  return failure == StoreErrc::kOk ? Result<void>() : Result<void>(failure);
}

Result<void> SqliteStore::BeginRun(const RunStart& run) {
  Result<void> begun = RunOnWriter([this, &run] { writer_->BeginRun(run); });
  if (!begun) return begun;
  // The lane has answered and has nothing to do until the first Write: its writer may be looked at.
  for (ReaderLane& reader : readers_) {
    reader.lane->Post([&reader, numbers = writer_->targets()] { reader.reader->SetTargets(numbers); });
  }
  return begun;
}

void SqliteStore::SetTargets(std::vector<std::string> names, std::vector<config::ItemRule> rules,
                             Done<void> done) {
  writer_lane_->PostFirst([this, names = std::move(names), rules = std::move(rules), done = std::move(done)] {
    CommitGroup();
    LookAtSyncs();
    writer_->SetTargets(names, rules);
    // A read that is asked for after `done` comes behind this in its lane.
    for (ReaderLane& reader : readers_) {
      reader.lane->Post([&reader, numbers = writer_->targets()] { reader.reader->SetTargets(numbers); });
    }
    AnswerInOrder(done);
  });
}

void SqliteStore::Write(WriteBatch batch, Done<void> done) {
  const std::size_t bytes = batch.bytes();
  queued_.fetch_add(bytes, std::memory_order_relaxed);
  batch.order = ++batches_;
  const bool urgent = batch.urgent;
  auto add = [this, bytes, posted = steady_clock::now(), batch = std::move(batch),
              done = std::move(done)]() mutable { AddToGroup(batch, std::move(done), bytes, posted); };
  if (urgent) {
    writer_lane_->PostFirst(std::move(add));
  } else {
    writer_lane_->Post(std::move(add));
  }
}

void SqliteStore::AddToGroup(const WriteBatch& batch, Done<void> done, std::size_t bytes,
                             CommitRule::Time posted) {
  LookAtSyncs();
  const Result<void> applied = writer_->Apply(batch);
  group_.push_back({std::move(done), bytes, applied ? boost::system::error_code() : applied.error()});
  const bool due = rule_.Add(posted, steady_clock::now(), bytes);
  if (due || batch.urgent || writer_->error()) CommitGroup();
}

std::optional<Lane::Time> SqliteStore::Rest() {
  LookAtSyncs();
  // A group that nothing but time makes due gathers on while the disk is busy, whose end wakes this lane.
  if (unsynced_.load(std::memory_order_acquire) > 0 && rule_.open()) return std::nullopt;
  if (rule_.Rest(steady_clock::now())) CommitGroup();
  if (rule_.open()) return rule_.RestUntil();
  // A job that came meanwhile goes first.
  return writer_->Tidy() ? std::optional(Lane::Time::min()) : writer_->TidyAgainAt();
}

void SqliteStore::CommitGroup() {
  if (group_.empty()) return;
  Group group{std::exchange(group_, {}), steady_clock::now(), 0};
  writer_->Commit(sync_lane_ ? Writer::Sync::kLater : Writer::Sync::kNow);
  if (Fail(writer_->failure()) != StoreErrc::kOk || !sync_lane_) {
    Answer(group);
  } else {
    group.number = commits_.fetch_add(1, std::memory_order_release) + 1;
    unsynced_.fetch_add(1, std::memory_order_relaxed);
    sync_lane_->Post([this, group = std::move(group)]() mutable { SyncGroup(std::move(group)); });
  }
  rule_.Committed(steady_clock::now());
  // Behind what is urgent and has come meanwhile, before all else.
  if (writer_->CheckpointDue()) {
    writer_lane_->PostFirst([this] {
      LookAtSyncs();
      writer_->CheckpointIfDue();
    });
  }
}

/// On the sync lane. One sync is for all groups that were committed before it began.
void SqliteStore::SyncGroup(Group group) {
  if (failure_ == StoreErrc::kOk && group.number > synced_) {
    const std::uint64_t committed = commits_.load(std::memory_order_acquire);
    if (Fail(connection_->SyncLog()) == StoreErrc::kOk) synced_ = committed;
  }
  Answer(group);
  if (unsynced_.fetch_sub(1, std::memory_order_release) == 1) writer_lane_->Post([] {});
}

/// What fails first is the failure of the store, whichever lane it is on. Gives that.
StoreErrc SqliteStore::Fail(StoreErrc failure) {
  StoreErrc first = StoreErrc::kOk;
  return failure_.compare_exchange_strong(first, failure) ? failure : first;
}

void SqliteStore::Answer(Group& group) {
  const auto took = std::chrono::ceil<std::chrono::microseconds>(steady_clock::now() - group.begun);
  last_commit_us_.store(took.count(), std::memory_order_relaxed);
  const StoreErrc failure = failure_;
  for (Waiting& waiting : group.waiting) {
    queued_.fetch_sub(waiting.bytes, std::memory_order_relaxed);
    if (failure != StoreErrc::kOk) {
      waiting.done(failure);
    } else if (waiting.refused) {
      waiting.done(waiting.refused);
    } else {
      waiting.done({});
    }
  }
}

/// On the writer lane, of what is durable or has failed: behind the answers to all that was committed before.
void SqliteStore::AnswerInOrder(Done<void> done) {
  Fail(writer_->failure());
  auto answer = [this, done = std::move(done)] {
    const StoreErrc failure = failure_;
    done(failure == StoreErrc::kOk ? Result<void>() : Result<void>(failure));
  };
  if (sync_lane_)
    sync_lane_->Post(std::move(answer));
  else
    answer();
}

/// On the writer lane: after a sync that has failed nothing is written any more.
void SqliteStore::LookAtSyncs() {
  const StoreErrc failure = failure_;
  if (failure != StoreErrc::kOk) connection_->Break(failure, "the log cannot be synced");
}

SqliteStore::ReaderLane& SqliteStore::NextReader() {
  return readers_[next_reader_++ % readers_.size()];
}

void SqliteStore::LoadFrontier(FrontierSink& sink, Done<FrontierTotals> done) {
  ReaderLane& lane = NextReader();
  lane.lane->Post(
      [reader = lane.reader.get(), &sink, done = std::move(done)] { done(reader->LoadFrontier(sink)); });
}

void SqliteStore::LoadQueue(HostId host, QueueKey after, std::size_t limit,
                            Done<std::vector<QueuedUrl>> done) {
  ReaderLane& lane = NextReader();
  lane.lane->Post([reader = lane.reader.get(), host, after, limit, done = std::move(done)] {
    done(reader->LoadQueue(host, after, limit));
  });
}

void SqliteStore::SetRecrawl(std::vector<std::optional<Duration>> intervals, Done<void> done) {
  writer_lane_->Post([this, intervals = std::move(intervals), done = std::move(done)] {
    CommitGroup();
    LookAtSyncs();
    writer_->SetRecrawl(intervals);
    AnswerInOrder(done);
  });
}

void SqliteStore::LoadDue(Instant now, std::size_t limit, Done<DueUrls> done) {
  ReaderLane& lane = NextReader();
  lane.lane->Post([reader = lane.reader.get(), now, limit, done = std::move(done)] {
    done(reader->LoadDue(now, limit));
  });
}

void SqliteStore::LoadRevisits(std::vector<UrlId> ids, Done<std::vector<ScheduledVisit>> done) {
  ReaderLane& lane = NextReader();
  lane.lane->Post([reader = lane.reader.get(), ids = std::move(ids), done = std::move(done)] {
    done(reader->LoadRevisits(ids));
  });
}

void SqliteStore::LoadRobots(std::string origin, Done<std::optional<StoredRobots>> done) {
  ReaderLane& lane = NextReader();
  lane.lane->Post([reader = lane.reader.get(), origin = std::move(origin), done = std::move(done)] {
    done(reader->LoadRobots(origin));
  });
}

void SqliteStore::LoadExcluded(std::vector<UrlId> ids, Done<std::vector<UrlId>> done) {
  ReaderLane& lane = NextReader();
  lane.lane->Post([reader = lane.reader.get(), ids = std::move(ids), done = std::move(done)] {
    done(reader->LoadExcluded(ids));
  });
}

void SqliteStore::LoadExcludedSlice(std::vector<SkipReason> reasons, std::uint64_t from,
                                    Done<ExcludedSlice> done) {
  ReaderLane& lane = NextReader();
  lane.lane->Post([reader = lane.reader.get(), reasons = std::move(reasons), from, done = std::move(done)] {
    done(reader->LoadExcludedSlice(reasons, from));
  });
}

Result<void> SqliteStore::Close(const RunEnd& end) {
  StopWaiting();
  Result<void> ended = RunOnWriter([this, &end] { writer_->EndRun(end); });
  StopThreads();
  return ended;
}

void SqliteStore::StopThreads() {
  if (writer_lane_) {
    writer_lane_->Post([this] { CommitGroup(); });
    writer_lane_->Stop();
  }
  if (sync_lane_) sync_lane_->Stop();
  // Readers go first: the last connection to close folds the log into the database, and that is the writer's
  // to do.
  readers_.clear();
  writer_.reset();
  connection_.reset();
}

}  // namespace trawl::storage::sqlite
