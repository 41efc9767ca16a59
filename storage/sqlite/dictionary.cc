#include "storage/sqlite/dictionary.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::size_t kMaxEntries = 8192;   // entries in memory; then it starts afresh
constexpr std::size_t kMaxKnownText = 256;  // bytes; a longer text is looked up each time

template <class Map>
void Remember(Map& known, std::string_view text, std::int64_t number) {
  if (text.size() > kMaxKnownText) return;
  if (known.size() >= kMaxEntries) known.clear();
  known.emplace(text, number);
}

}  // namespace

Words::Words(Connection& db)
    : find_(db.Prepare("SELECT n FROM word WHERE text = ?")),
      add_(db.Prepare("INSERT INTO word(text) VALUES (?) RETURNING n")) {}

std::optional<std::int64_t> Words::NumberOf(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (const auto found = Find(text)) return found;
  if (!add_.With(text).Step()) return std::nullopt;
  const std::int64_t number = add_.Int(0);
  add_.Reset();
  Remember(known_, text, number);
  return number;
}

std::optional<std::int64_t> Words::Find(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (const auto it = known_.find(text); it != known_.end()) return it->second;
  const bool there = find_.With(text).Step();
  const std::optional<std::int64_t> number = there ? std::optional(find_.Int(0)) : std::nullopt;
  find_.Reset();
  if (number) Remember(known_, text, *number);
  return number;
}

LinkKinds::LinkKinds(Connection& db)
    : find_(db.Prepare("SELECT n FROM link_kind WHERE kind = ? AND rel = ? AND external = ?")),
      add_(db.Prepare("INSERT INTO link_kind(kind, rel, external) VALUES (?, ?, ?) RETURNING n")) {}

std::int64_t LinkKinds::NumberOf(std::string_view kind, std::string_view rel, bool external) {
  if (last_ != 0 && external == external_ && kind == kind_ && rel == rel_) return last_;
  external_ = external;
  kind_ = kind;
  rel_ = rel;
  key_.assign(external ? "+" : "-").append(kind).append("\n").append(rel);
  if (const auto it = known_.find(key_); it != known_.end()) return last_ = it->second;
  Statement& source = find_.With(kind, rel, external).Step() ? find_ : add_;
  if (&source == &add_ && !add_.With(kind, rel, external).Step()) return last_ = 0;
  last_ = source.Int(0);
  source.Reset();
  Remember(known_, key_, last_);
  return last_;
}

}  // namespace trawl::storage::sqlite
