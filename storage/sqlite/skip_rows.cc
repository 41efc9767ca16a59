#include "storage/sqlite/skip_rows.h"

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::size_t kMaxHosts = 65536;  // hosts, and rules, in memory; then it starts afresh

}  // namespace

SkipRows::SkipRows(Connection& db, Words& words, HostRows& hosts, std::uint64_t most)
    : words_(words),
      host_rows_(hosts),
      most_(most),
      host_(db.Prepare("SELECT skipped, (SELECT count(*) FROM skip_count WHERE host = h.n) FROM host h "
                       "WHERE n = ?")),
      find_(db.Prepare("SELECT skip_count FROM unlisted WHERE id = ?")),
      add_(db.Prepare("INSERT INTO unlisted(id, skip_count) VALUES (?, ?)")),
      move_(db.Prepare("UPDATE unlisted SET skip_count = ? WHERE id = ?")),
      remove_(db.Prepare("DELETE FROM unlisted WHERE id = ?")),
      find_count_(db.Prepare("SELECT n FROM skip_count WHERE host = ? AND skip = ? AND rule = ?")),
      add_count_(
          db.Prepare("INSERT INTO skip_count(host, skip, rule, urls) VALUES (?, ?, ?, 0) RETURNING n")),
      put_count_(db.Prepare("UPDATE skip_count SET urls = urls + ? WHERE n = ?")) {}

SkipRows::Host& SkipRows::Of(std::int64_t host) {
  if (hosts_.size() >= kMaxHosts && !hosts_.contains(host)) {
    host_rows_.Flush();  // what is read again below must be there
    hosts_.clear();
  }
  const auto [found, fresh] = hosts_.try_emplace(host);
  if (fresh && host_.With(host).Step()) {
    found->second.listed = host_.Int(0);
    found->second.rules = host_.Int(1);
  }
  host_.Reset();
  return found->second;
}

bool SkipRows::Full(std::int64_t host) {
  return most_ > 0 && static_cast<std::uint64_t>(Of(host).listed) >= most_;
}

void SkipRows::AddListed(std::int64_t host, int more) {
  Of(host).listed += more;
  host_rows_.AddSkipped(host, more);
}

/// The number of the row that counts such URLs.
std::int64_t SkipRows::CountOf(std::int64_t host, SkipReason reason, std::string_view rule) {
  const int skip = static_cast<int>(reason);
  std::string key = std::to_string(host);
  key.append(" ").append(std::to_string(skip)).append(" ").append(rule);
  if (const auto known = counts_.find(key); known != counts_.end()) return known->second;
  Host& row = Of(host);
  const bool told_apart = row.rules < kMostRules;
  // Words that are new are made for rules that are told apart alone.
  const std::int64_t word = (told_apart ? words_.NumberOf(rule) : words_.Find(rule)).value_or(0);
  std::int64_t number = 0;
  for (const std::int64_t of : {word, std::int64_t{0}}) {
    if (find_count_.With(host, skip, of).Step()) number = find_count_.Int(0);
    find_count_.Reset();
    if (number != 0 || told_apart) break;
  }
  if (number == 0) {
    if (add_count_.With(host, skip, told_apart ? word : 0).Step()) number = add_count_.Int(0);
    add_count_.Run();
    ++row.rules;
  }
  if (counts_.size() >= kMaxHosts) counts_.clear();
  counts_.emplace(std::move(key), number);
  return number;
}

void SkipRows::Count(UrlId id, std::int64_t host, SkipReason reason, std::string_view rule) {
  const std::int64_t now = CountOf(host, reason, rule);
  std::int64_t before = 0;
  if (find_.With(ToKey(id)).Step()) before = find_.Int(0);
  find_.Reset();
  if (before == now) return;
  if (before == 0) {
    add_.With(ToKey(id), now).Run();
  } else {
    move_.With(now, ToKey(id)).Run();
    --gathered_[before];
  }
  ++gathered_[now];
}

bool SkipRows::Forget(UrlId id, std::int64_t host) {
  if (Of(host).rules == 0) return false;
  const bool counted = find_.With(ToKey(id)).Step();
  if (counted) --gathered_[find_.Int(0)];
  find_.Reset();
  if (counted) remove_.With(ToKey(id)).Run();
  return counted;
}

void SkipRows::Flush() {
  for (const auto& [number, more] : gathered_) {
    if (more != 0) put_count_.With(more, number).Run();
  }
  gathered_.clear();
}

}  // namespace trawl::storage::sqlite
