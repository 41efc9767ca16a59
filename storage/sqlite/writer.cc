#include "storage/sqlite/writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

// The log is copied into the database once it has this many pages (128 MiB). Longer: pages that many commits
// change are copied once; shorter: less to read through for readers, less disk.
constexpr int kCheckpointPages = 32768;
// While somebody asks for things that wait for a commit, it is copied sooner: 8,192 pages took 160 ms, these
// take 55. All the time it would cost a seventh of the pages a second. At half of this it is copied
// after nearly every commit, and who asks waits longer, not shorter: 14 to 32 ms in the median for 2.
constexpr int kCheckpointPagesAsked = 2048;
constexpr std::chrono::minutes kAsked{1};  // since the last time
// A start may wait this long for the index of words: some thousands of pages; more come in idle moments.
constexpr std::chrono::seconds kStartIndexing{5};
// Few pages are compared with earlier ones only when nothing was written for so long; many at once.
constexpr std::chrono::seconds kIdle{1};
// What an end of a run may wait for that: a hundred thousand pages.
constexpr std::chrono::seconds kEndComparing{2};

bool Failed(Outcome outcome) {
  return outcome != Outcome::kOk && outcome != Outcome::kNotModified && outcome != Outcome::kRedirect;
}

bool Adds(const WriteBatch& batch, UrlId id) {
  return std::any_of(batch.urls.begin(), batch.urls.end(), [id](const NewUrl& url) { return url.id == id; });
}

bool HasSubject(const WriteBatch& batch) {
  return batch.visit || batch.page || batch.leaves || batch.state || batch.requeued;
}

UrlId SubjectOf(const WriteBatch& batch) {
  if (batch.visit) return batch.visit->url;
  return batch.page ? batch.page->url : batch.subject;
}

}  // namespace

Writer::Writer(Connection& db, const config::StorageOptions& options, LockWait::Clock clock)
    : db_(db),
      clock_(std::move(clock)),
      lock_(db, clock_),
      commit_(db.Prepare("COMMIT")),
      count_pages_(db.Prepare("UPDATE run SET pages = pages + ? WHERE n = ?")),
      count_target_(db.Prepare("UPDATE target SET pages = pages + ? WHERE n = ?")),
      words_(db),
      search_(options.full_text ? std::make_unique<SearchRows>(db) : nullptr),
      retention_(db, options.keep_visits),
      shrink_(db),
      bodies_(options.bodies == config::BodyStorage::kWarc ? std::make_unique<BodyRows>(db, options)
                                                           : nullptr),
      hosts_(db),
      skips_(db, words_, hosts_, options.skipped_per_host),
      urls_(db, hosts_),
      items_(db, words_),
      visits_(db, words_, items_, search_.get(), options),
      revisits_(db),
      cookies_(db),
      near_(db),
      orphans_(db) {}

void Writer::BeginRun(const RunStart& run) {
  OpenGroup();
  // A run without an end was cut off; its last visit is the last that is known of it.
  db_.Exec(
      "UPDATE run SET end_reason = 'crashed', "
      "ended = max(started, coalesce((SELECT at FROM visit WHERE run = run.n ORDER BY n DESC LIMIT 1), "
      "started)) "
      "WHERE ended IS NULL");
  Statement insert = db_.Prepare("INSERT INTO run(started, version, config) VALUES (?, ?, ?) RETURNING n");
  if (insert.With(ToMs(run.at), run.version, run.config).Step()) run_ = insert.Int(0);
  insert.Reset();
  NumberTargets(run.target_names);
  if (bodies_) bodies_->SetVersion(run.version);
  cookies_.RemoveExpired(run.at);
  db_.Prepare("DELETE FROM target_pause WHERE until <= ?").With(ToMs(run.at)).Run();
  items_.SetRules(run.rules);
  latest_ = run.at;
  Commit();
  lock_.SetPatient();
  const auto begin = std::chrono::steady_clock::now();
  while (search_ && !search_->complete() && !db_.failed() &&
         std::chrono::steady_clock::now() - begin < kStartIndexing)
    Tidy();
}

void Writer::NumberTargets(const std::vector<std::string>& names) {
  Statement add = db_.Prepare("INSERT INTO target(name) VALUES (?) ON CONFLICT DO NOTHING");
  Statement find = db_.Prepare("SELECT n FROM target WHERE name = ?");
  targets_.clear();
  for (const std::string& name : names) {
    add.With(name).Run();
    if (find.With(name).Step()) targets_.push_back(find.Int(0));
    find.Reset();
  }
}

void Writer::SetTargets(const std::vector<std::string>& names, const std::vector<config::ItemRule>& rules) {
  OpenGroup();
  asked_until_ = clock_() + kAsked;
  NumberTargets(names);
  items_.SetRules(rules);
  Commit();
}

void Writer::SetRecrawl(const std::vector<std::optional<Duration>>& intervals) {
  OpenGroup();
  revisits_.SetRecrawl(intervals, targets_);
  Commit();
}

void Writer::EndRun(const RunEnd& end) {
  OpenGroup();
  db_.Prepare("UPDATE run SET ended = ?, end_reason = ? WHERE n = ?")
      .With(ToMs(end.at), end.reason, run_)
      .Run();
  Commit();
  // Who has asked for the end waits for it; the next run goes on where this one has stopped.
  if (end.reason != "stopped") CompareRest();
}

void Writer::CompareRest() {
  const auto begin = std::chrono::steady_clock::now();
  while (near_.Due(visits_.last(), true) && !db_.failed() &&
         std::chrono::steady_clock::now() - begin < kEndComparing) {
    OpenGroup();
    near_.Step(visits_.last());
    Commit();
  }
}

void Writer::OpenGroup() {
  if (!db_.in_transaction()) lock_.Begin();
}

void Writer::Commit(Sync sync) {
  if (!db_.in_transaction()) return;
  skips_.Flush();
  hosts_.Flush();
  if (run_pages_ > 0) count_pages_.With(run_pages_, run_).Run();
  run_pages_ = 0;
  for (const auto& [target, pages] : target_pages_) count_target_.With(pages, target).Run();
  target_pages_.clear();
  if (bodies_) bodies_->Flush();
  urls_.Flush();
  db_.PutOffSyncs(sync == Sync::kLater);
  commit_.Run();
  db_.PutOffSyncs(false);
  if (bodies_) bodies_->RotateIfDue();
}

bool Writer::Tidy() {
  if (log_.retry_at() && clock_() >= *log_.retry_at()) Checkpoint();
  if (db_.failed() || db_.in_transaction()) return false;
  if (std::exchange(wrote_, false)) idle_from_ = clock_() + kIdle;
  const bool index = search_ && !search_->complete();
  const bool compare = !index && near_.Due(visits_.last(), clock_() >= idle_from_);
  const bool old = !index && !compare && retention_.Due(latest_);
  if (!index && !compare && !old && !shrink_.Due()) return false;
  OpenGroup();
  if (index) {
    search_->Step();
  } else if (compare) {
    near_.Step(visits_.last());
  } else if (old) {
    retention_.Step(latest_);
    shrink_.Wake();
  } else {
    shrink_.Step();
  }
  Commit();
  CheckpointIfDue();
  return true;
}

std::optional<LogWatch::Time> Writer::TidyAgainAt() const {
  if (!near_.Due(visits_.last(), true) || db_.failed()) return log_.retry_at();
  return std::min(idle_from_, log_.retry_at().value_or(LogWatch::Time::max()));
}

bool Writer::CheckpointDue() const {
  return !db_.in_transaction() &&
         db_.wal_pages() >= (clock_() < asked_until_ ? kCheckpointPagesAsked : kCheckpointPages);
}

void Writer::CheckpointIfDue() {
  if (CheckpointDue()) Checkpoint();
}

void Writer::Checkpoint() {
  log_.Checkpointed(clock_(), db_.Checkpoint());
}

Result<void> Writer::Apply(const WriteBatch& batch) {
  OpenGroup();
  if (batch.urgent) asked_until_ = clock_() + kAsked;
  wrote_ = true;
  const UrlId subject_id = SubjectOf(batch);
  std::int64_t subject = 0;
  bool taken = false;
  if (HasSubject(batch)) {
    // Taking it out of its queue names the row without a look-up of its own; that nothing was there changes
    // nothing.
    subject = TakeFromQueue(batch);
    taken = subject != 0;
    if (!taken) subject = urls_.Find(subject_id);
    if (subject == 0 && !Adds(batch, subject_id)) return StoreErrc::kUnknownUrl;
  }
  if (batch.visit) latest_ = std::max(latest_, batch.visit->at);
  if (batch.robots) latest_ = std::max(latest_, batch.robots->fetched_at);
  AddUrls(batch, subject_id, subject);
  if (HasSubject(batch)) {
    if (subject == 0) subject = urls_.Find(subject_id);
    if (!taken) TakeFromQueue(batch);
    ChangeSubject(batch, subject);
  }
  Promote(batch);
  for (const Judgement& judgement : batch.judgements) urls_.Put(judgement);
  for (const CookieRow& cookie : batch.cookies) {
    if (const auto target = TargetOf(cookie.target)) cookies_.Put(cookie, *target);
  }
  for (const TargetPause& pause : batch.pauses) Put(pause);
  if (batch.robots) hosts_.Put(*batch.robots);
  for (const HostState& host : batch.hosts) {
    if (overtaken_.IsNewest(host.host, batch.order, batch.urgent)) hosts_.Put(host);
  }
  return {};
}

/// One that an operator has just let go, or that pauses anew, stands as the latest batch says.
void Writer::Put(const TargetPause& pause) {
  const std::optional<std::int64_t> target = TargetOf(pause.target);
  if (!target) return;
  if (pause.paused) {
    const auto until = pause.until ? std::optional(ToMs(*pause.until)) : std::nullopt;
    db_.Prepare("INSERT OR REPLACE INTO target_pause(target, reason, until) VALUES (?, ?, ?)")
        .With(*target, pause.reason, until)
        .Run();
  } else {
    db_.Prepare("DELETE FROM target_pause WHERE target = ?").With(*target).Run();
  }
}

/// An excluded URL that was never visited is only counted where its host has enough of them.
bool Writer::DropExcluded(const WriteBatch& batch, std::int64_t subject) {
  const UrlRows::Standing standing = urls_.StandingOf(subject);
  if (standing.excluded) return false;
  if (!batch.visit && skips_.Full(standing.host) && urls_.RemoveUnvisited(subject, batch.subject)) {
    skips_.Count(batch.subject, standing.host, batch.skip, batch.rule);
    orphans_.Remove(subject, batch.subject);
    return true;
  }
  skips_.AddListed(standing.host, 1);
  return false;
}

void Writer::ChangeSubject(const WriteBatch& batch, std::int64_t subject) {
  if (batch.state == UrlState::kExcluded) {
    revisits_.Remove(subject);
    if (DropExcluded(batch, subject)) return;
  }
  const std::optional<std::int64_t> rule =
      batch.state == UrlState::kExcluded ? words_.NumberOf(batch.rule) : std::nullopt;
  urls_.Update(subject, {batch.state, batch.skip, rule, AddVisit(batch, subject)});
  if (batch.requeued) urls_.Enqueue(hosts_.Find(batch.requeued->key.host), subject, *batch.requeued);
  if (batch.gone && batch.visit) visits_.MarkGone(subject, batch.visit->at);
  if (batch.revisit) revisits_.Put(subject, *batch.revisit);
}

void Writer::Promote(const WriteBatch& batch) {
  for (const Advance& advance : batch.advances) {
    if (const std::int64_t url = urls_.Find(advance.url)) revisits_.Advance(url, advance.due);
  }
  for (const Promotion& promotion : batch.promotions) {
    const std::int64_t url = urls_.Find(promotion.url);
    if (url == 0) continue;
    if (!promotion.place) {
      revisits_.Remove(url);
      continue;
    }
    revisits_.Enter(url);
    urls_.Update(url, {UrlState::kQueued, SkipReason::kNone, std::nullopt, std::nullopt});
    urls_.Enqueue(hosts_.Find(promotion.place->key.host), url, *promotion.place);
  }
}

std::int64_t Writer::TakeFromQueue(const WriteBatch& batch) {
  const std::int64_t host = batch.leaves ? hosts_.Find(batch.leaves->host) : 0;
  return host != 0 ? urls_.Dequeue(host, *batch.leaves) : 0;
}

void Writer::AddUrls(const WriteBatch& batch, UrlId subject_id, std::int64_t subject) {
  for (const NewUrl& url : batch.urls) {
    UrlRows::Refs refs;
    refs.host = hosts_.NumberOf(url.host, url.host_name);
    if (url.state == UrlState::kExcluded && skips_.Full(refs.host) && urls_.Find(url.id) == 0) {
      skips_.Count(url.id, refs.host, url.skip, url.rule);
      continue;
    }
    refs.target = TargetOf(url.target);
    refs.rule = words_.NumberOf(url.rule);
    refs.seen_ms = ToMs(latest_);
    if (url.source) {
      const std::int64_t source =
          *url.source == subject_id && subject != 0 ? subject : urls_.Find(*url.source);
      if (source != 0) refs.source = source;
    }
    const UrlRows::Added added = urls_.Add(url, refs);
    if (added.fresh != 0) {
      const bool met_before = skips_.Forget(url.id, refs.host);
      if (!batch.page && !met_before) orphans_.Add(added.fresh, url.id);
    }
    if (added.excluded != 0) skips_.AddListed(refs.host, added.excluded);
  }
  urls_.PutFresh();
}

std::optional<std::int64_t> Writer::AddVisit(const WriteBatch& batch, std::int64_t url) {
  if (!batch.visit) return std::nullopt;
  const Visit& visit = *batch.visit;
  const std::int64_t number = visits_.Add(visit, url, run_);
  if (batch.redirect) visits_.AddRedirect(number, *batch.redirect);
  if (batch.exchange && bodies_) {
    bodies_->Add(number, url, *batch.exchange, visit, batch.page ? &*batch.page : nullptr);
  }
  if (visit.outcome == Outcome::kNotModified) visits_.Confirm(url, visit.at);
  const std::int64_t host = hosts_.Find(visit.host);
  bool first = false;
  if (batch.page) {
    first = visits_.PutPage(*batch.page, batch.links, {url, number, host});
    items_.Add(batch.items, batch.structured, number);
    for (const Link& link : batch.links) {
      if (link.target != visit.url) orphans_.OnLink(link.target);
    }
    ++run_pages_;
    if (first) {
      if (const auto target = urls_.TargetOf(url)) ++target_pages_[*target];
    }
  }
  if (host != 0) {
    hosts_.Count(host, {first ? 1 : 0, Failed(visit.outcome) ? 1 : 0, visit.bytes_wire, visit.first_byte_ms});
  }
  return number;
}

std::optional<std::int64_t> Writer::TargetOf(std::uint16_t index) const {
  return index < targets_.size() ? std::optional(targets_[index]) : std::nullopt;
}

}  // namespace trawl::storage::sqlite
