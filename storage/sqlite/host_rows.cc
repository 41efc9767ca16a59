#include "storage/sqlite/host_rows.h"

#include <algorithm>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::size_t kMaxHosts = 65536;  // hosts whose number is in memory; then it starts afresh

// What has changed since the last commit, for the host ?1.
constexpr std::string_view kCount =
    "UPDATE host SET pages = pages + ?2, errors = errors + ?3, bytes = bytes + ?4, answers = answers + ?5, "
    "first_byte_ms = first_byte_ms + ?6, first_byte_max_ms = max(first_byte_max_ms, ?7), "
    "skipped = skipped + ?8, queued = queued + ?9";
constexpr std::string_view kState =
    ", ip = coalesce(?10, ip), delay_ms = ?11, waiting_for = ?12, blocked_until = ?13, backoffs = ?14";
constexpr std::string_view kOfHost = " WHERE n = ?1";

std::optional<std::int64_t> MsOrNull(const std::optional<Instant>& at) {
  return at ? std::optional(ToMs(*at)) : std::nullopt;
}

}  // namespace

HostRows::HostRows(Connection& db)
    : find_(db.Prepare("SELECT n FROM host WHERE id = ?")),
      add_(db.Prepare("INSERT INTO host(id, name) VALUES (?, ?) RETURNING n")),
      put_robots_(db.Prepare("INSERT OR REPLACE INTO robots_txt(origin, host, outcome, status, fetched_at, "
                             "expires_at, crawl_delay_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")),
      keep_robots_(db.Prepare("UPDATE robots_txt SET expires_at = ?, renewal_error = ? WHERE origin = ?")),
      count_(db.Prepare(std::string(kCount).append(kOfHost))),
      count_and_put_(db.Prepare(std::string(kCount).append(kState).append(kOfHost))) {}

std::int64_t HostRows::Find(HostId id) {
  if (const auto it = known_.find(id); it != known_.end()) return it->second;
  if (!find_.With(ToKey(id)).Step()) return 0;
  const std::int64_t number = find_.Int(0);
  find_.Reset();
  if (known_.size() >= kMaxHosts) known_.clear();
  known_.emplace(id, number);
  return number;
}

std::int64_t HostRows::NumberOf(HostId id, std::string_view name) {
  if (const std::int64_t number = Find(id)) return number;
  if (!add_.With(ToKey(id), name).Step()) return 0;
  const std::int64_t number = add_.Int(0);
  add_.Reset();
  known_.emplace(id, number);
  return number;
}

void HostRows::Put(const HostState& state) {
  State last;
  last.ip = state.ip;
  last.waiting_for = state.waiting_for;
  last.delay_ms = state.delay.count();
  last.blocked_until = MsOrNull(state.blocked_until);
  last.backoffs = state.backoffs;
  gathered_[NumberOf(state.host, state.name)].state = std::move(last);
}

void HostRows::Put(const RobotsReceipt& receipt) {
  if (!receipt.renewal_error.empty()) {
    keep_robots_.With(ToMs(receipt.expires_at), receipt.renewal_error, receipt.origin).Run();
    return;
  }
  const std::int64_t host = NumberOf(receipt.host, receipt.host_name);
  const std::optional<std::int64_t> delay =
      receipt.crawl_delay ? std::optional<std::int64_t>(receipt.crawl_delay->count()) : std::nullopt;
  put_robots_
      .With(receipt.origin, host, static_cast<int>(receipt.outcome), receipt.status, ToMs(receipt.fetched_at),
            ToMs(receipt.expires_at), delay, receipt.body)
      .Run();
}

void HostRows::Count(std::int64_t host, const Counts& counts) {
  Gathered& gathered = gathered_[host];
  gathered.pages += counts.pages;
  gathered.errors += counts.errors;
  gathered.bytes += static_cast<std::int64_t>(counts.bytes);
  if (!counts.first_byte_ms) return;
  const std::int64_t waited = *counts.first_byte_ms;
  ++gathered.answers;
  gathered.first_byte_ms += waited;
  gathered.first_byte_max_ms = std::max(gathered.first_byte_max_ms, waited);
}

void HostRows::Flush() {
  for (const auto& [host, g] : gathered_) {
    Statement& update = g.state ? count_and_put_ : count_;
    update.With(host, g.pages, g.errors, g.bytes, g.answers, g.first_byte_ms, g.first_byte_max_ms, g.skipped,
                g.queued);
    if (g.state) {
      update.Bind(10, TextOrNull{g.state->ip});
      update.Bind(11, g.state->delay_ms);
      update.Bind(12, TextOrNull{g.state->waiting_for});
      update.Bind(13, g.state->blocked_until);
      update.Bind(14, g.state->backoffs);
    }
    update.Run();
  }
  gathered_.clear();
}

}  // namespace trawl::storage::sqlite
