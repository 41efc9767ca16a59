#include "storage/sqlite/url_rows.h"

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {

UrlRows::UrlRows(Connection& db, HostRows& hosts)
    : db_(db),
      hosts_(hosts),
      rows_(db, "url",
            "n, id, host, state, skip, target, depth, redirects, source, seen, visits, rule, url, sitemap, "
            "hint_hours, hops",
            {8, 4, 2, 1}),
      // The condition is that of the index url_unsettled.
      revive_(
          db.Prepare("UPDATE url SET state = 0, skip = 0, rule = NULL, target = ?, depth = ?, redirects = ?, "
                     "source = ?, sitemap = ?, hint_hours = ?, hops = ? WHERE n = ? AND state = 3 AND skip "
                     "IN (4, 9, 10, 12, 14)")),
      replace_(db.Prepare(
          "UPDATE url SET state = ?, skip = ?, rule = ?, target = ?, depth = ?, redirects = ?, source = ?, "
          "sitemap = ?, hint_hours = ?, hops = ? WHERE n = ? AND state = 3 AND skip <> 6")),
      judge_(db.Prepare("INSERT OR REPLACE INTO judgement(skip, rules) VALUES (?, ?)")),
      target_(db.Prepare("SELECT target FROM url WHERE n = ?")),
      standing_(db.Prepare("SELECT host, state = 3 FROM url WHERE n = ?")),
      remove_(db.Prepare("DELETE FROM url WHERE n = ? AND visits = 0")),
      visited_(db.Prepare("UPDATE url SET visits = visits + 1, visit = ? WHERE n = ?")),
      update_(db.Prepare(
          "UPDATE url SET visits = visits + 1, visit = ?, state = ?, skip = ?, rule = ? WHERE n = ?")),
      decide_(db.Prepare("UPDATE url SET state = ?, skip = ?, rule = ? WHERE n = ?")),
      enqueue_(
          db.Prepare("INSERT INTO pending(host, priority, seq, url, due, attempts) VALUES (?, ?, ?, ?, ?, ?) "
                     "ON CONFLICT(host, priority, seq) DO NOTHING")),
      requeue_(
          db.Prepare("UPDATE pending SET url = ?4, due = ?5, attempts = ?6 WHERE host = ?1 AND priority = ?2 "
                     "AND seq = ?3")),
      // Two statements: RETURNING makes a table of its own for each run.
      place_(db.Prepare("SELECT url FROM pending WHERE host = ? AND priority = ? AND seq = ?")),
      dequeue_(db.Prepare("DELETE FROM pending WHERE host = ? AND priority = ? AND seq = ?")),
      next_(db.Int("SELECT max(n) FROM url").value_or(0) + 1),
      numbers_(db, next_) {}

UrlRows::Added UrlRows::Add(const NewUrl& url, const Refs& refs) {
  const bool queued = url.state == UrlState::kQueued;
  if (const std::int64_t known = numbers_.Add(url.id, next_); known != 0) {
    PutFresh();
    const bool taken = url.insists ? Replace(known, url, refs) : queued && Revive(known, url, refs);
    return {0, taken && queued ? -1 : 0};
  }
  if (db_.failed()) return {};
  fresh_.push_back({&url, refs});
  if (url.queue) Enqueue(refs.host, next_, *url.queue);
  return {next_++, url.state == UrlState::kExcluded ? 1 : 0};
}

void UrlRows::PutFresh() {
  // They have the last numbers that were given.
  const std::int64_t first = next_ - static_cast<std::int64_t>(fresh_.size());
  rows_.Append(first, fresh_.size(), [this](Statement& add, int& index, std::size_t row) {
    const auto& [url, refs] = fresh_[row];
    add.Bind(++index, ToKey(url->id));
    add.Bind(++index, refs.host);
    add.Bind(++index, static_cast<int>(url->state));
    add.Bind(++index, static_cast<int>(url->skip));
    add.Bind(++index, refs.target);
    add.Bind(++index, url->depth);
    add.Bind(++index, url->redirects);
    add.Bind(++index, refs.source);
    add.Bind(++index, refs.seen_ms);
    add.Bind(++index, std::int64_t{0});  // visits
    add.Bind(++index, refs.rule);
    add.Bind(++index, url->url);
    add.Bind(++index, url->sitemap);
    add.Bind(++index, url->hint.count());
    add.Bind(++index, url->hops);
  });
  fresh_.clear();
}

bool UrlRows::RemoveUnvisited(std::int64_t url, UrlId id) {
  remove_.With(url).Run();
  if (db_.failed() || db_.changes() == 0) return false;
  numbers_.Remove(id);
  return true;
}

UrlRows::Standing UrlRows::StandingOf(std::int64_t url) {
  Standing standing;
  if (standing_.With(url).Step()) standing = {standing_.Int(0), standing_.Int(1) != 0};
  standing_.Reset();
  return standing;
}

bool UrlRows::Revive(std::int64_t number, const NewUrl& url, const Refs& refs) {
  static_assert(static_cast<int>(SkipReason::kDepth) == 4 && static_cast<int>(SkipReason::kNofollow) == 9 &&
                static_cast<int>(SkipReason::kNotPage) == 10 &&
                static_cast<int>(SkipReason::kDuplicate) == 12 && static_cast<int>(SkipReason::kHops) == 14);
  revive_
      .With(refs.target, url.depth, url.redirects, refs.source, url.sitemap, url.hint.count(), url.hops,
            number)
      .Run();
  if (db_.failed() || db_.changes() == 0) return false;
  if (url.queue) Enqueue(refs.host, number, *url.queue);
  return true;
}

bool UrlRows::Replace(std::int64_t number, const NewUrl& url, const Refs& refs) {
  static_assert(static_cast<int>(SkipReason::kRobots) == 6);
  replace_
      .With(static_cast<int>(url.state), static_cast<int>(url.skip), refs.rule, refs.target, url.depth,
            url.redirects, refs.source, url.sitemap, url.hint.count(), url.hops, number)
      .Run();
  if (db_.failed() || db_.changes() == 0) return false;
  if (url.queue) Enqueue(refs.host, number, *url.queue);
  return true;
}

void UrlRows::Put(const Judgement& judgement) {
  judge_.With(static_cast<int>(judgement.reason), static_cast<std::int64_t>(judgement.rules)).Run();
}

std::optional<std::int64_t> UrlRows::TargetOf(std::int64_t url) {
  if (!target_.With(url).Step()) return std::nullopt;
  const auto target = target_.IsNull(0) ? std::nullopt : std::optional(target_.Int(0));
  target_.Reset();
  return target;
}

void UrlRows::Update(std::int64_t url, const Change& change) {
  if (!change.state) {
    if (change.visit) visited_.With(change.visit, url).Run();
    return;
  }
  const int state = static_cast<int>(*change.state);
  const int skip = static_cast<int>(change.skip);
  if (change.visit) {
    update_.With(change.visit, state, skip, change.rule, url).Run();
  } else {
    decide_.With(state, skip, change.rule, url).Run();
  }
}

void UrlRows::Enqueue(std::int64_t host, std::int64_t url, const QueuePlace& place) {
  const auto put = [&](Statement& statement) {
    statement
        .With(host, place.key.priority, static_cast<std::int64_t>(place.key.seq), url, ToMs(place.due),
              place.attempts)
        .Run();
  };
  put(enqueue_);
  if (db_.changes() != 0) {
    hosts_.AddQueued(host, 1);
  } else {
    put(requeue_);
  }
}

std::int64_t UrlRows::Dequeue(std::int64_t host, const QueueKey& key) {
  const auto seq = static_cast<std::int64_t>(key.seq);
  if (!place_.With(host, key.priority, seq).Step()) return 0;
  const std::int64_t url = place_.Int(0);
  place_.Reset();
  dequeue_.With(host, key.priority, seq).Run();
  hosts_.AddQueued(host, -1);
  return url;
}

}  // namespace trawl::storage::sqlite
