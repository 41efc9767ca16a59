#include "storage/sqlite/host_rows.h"

#include <algorithm>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::size_t kMaxHosts = 65536;  // hosts whose number is in memory; then it starts afresh

std::optional<std::int64_t> MsOrNull(const std::optional<Instant>& at) {
  return at ? std::optional(ToMs(*at)) : std::nullopt;
}

}  // namespace

HostRows::HostRows(Connection& db)
    : find_(db.Prepare("SELECT n FROM host WHERE id = ?")),
      add_(db.Prepare("INSERT INTO host(id, name) VALUES (?, ?) RETURNING n")),
      put_(db.Prepare(
          "UPDATE host SET ip = coalesce(?, ip), delay_ms = ?, waiting_for = ?, blocked_until = ?, "
          "backoffs = ? WHERE n = ?")),
      put_robots_(db.Prepare("INSERT OR REPLACE INTO robots_txt(origin, host, outcome, status, fetched_at, "
                             "expires_at, crawl_delay_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")),
      keep_robots_(db.Prepare("UPDATE robots_txt SET expires_at = ?, renewal_error = ? WHERE origin = ?")),
      count_(db.Prepare(
          "UPDATE host SET pages = pages + ?, errors = errors + ?, bytes = bytes + ?, answers = answers + ?, "
          "first_byte_ms = first_byte_ms + ?, first_byte_max_ms = max(first_byte_max_ms, ?) WHERE n = ?")) {}

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
  for (const auto& [host, gathered] : gathered_) {
    if (gathered.pages != 0 || gathered.errors != 0 || gathered.bytes != 0 || gathered.answers != 0) {
      count_
          .With(gathered.pages, gathered.errors, gathered.bytes, gathered.answers, gathered.first_byte_ms,
                gathered.first_byte_max_ms, host)
          .Run();
    }
    if (!gathered.state) continue;
    const State& state = *gathered.state;
    put_.With(TextOrNull{state.ip}, state.delay_ms, TextOrNull{state.waiting_for}, state.blocked_until,
              state.backoffs, host)
        .Run();
  }
  gathered_.clear();
}

}  // namespace trawl::storage::sqlite
