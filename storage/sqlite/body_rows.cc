#include "storage/sqlite/body_rows.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "storage/sqlite/cells.h"
#include "storage/warc/digest.h"

namespace trawl::storage::sqlite {
namespace fs = std::filesystem;

BodyRows::BodyRows(Connection& db, const config::StorageOptions& options)
    : db_(db),
      folder_(options.path + ".warc"),
      stem_(fs::path(options.path).stem().string()),
      max_bytes_(options.warc_size.count),
      find_(db.Prepare("SELECT b.visit, b.record, u.url, b.at FROM body b JOIN url u ON u.n = b.url "
                       "WHERE b.digest = ? AND b.kind = 0 LIMIT 1")),
      add_(db.Prepare(
          "INSERT INTO body(visit, url, at, kind, original, file, offset, length, bytes, digest, record) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      add_file_(db.Prepare("INSERT INTO warc_file(n, name, bytes) VALUES (?, ?, 0)")),
      count_file_(db.Prepare("UPDATE warc_file SET bytes = ? WHERE n = ?")) {
  Continue();
}

std::string BodyRows::NameOf(std::int64_t number) const {
  char digits[32];
  std::snprintf(digits, sizeof digits, "-%05lld.warc.gz", static_cast<long long>(number));
  return stem_ + digits;
}

void BodyRows::Continue() {
  std::uint64_t bytes = 0;
  std::string name;
  {
    Statement last = db_.Prepare("SELECT n, name, bytes FROM warc_file ORDER BY n DESC LIMIT 1");
    if (last && last.Step()) {
      number_ = last.Int(0);
      name = last.Text(1);
      bytes = static_cast<std::uint64_t>(last.Int(2));
    }
  }
  // Begun, and never committed.
  std::error_code ignored;
  fs::remove(PathOf(NameOf(number_ + 1)), ignored);
  // A file that cannot go on (moved away, shorter than it was) stays as it is, and the next one begins.
  if (!name.empty() && file_.Open(PathOf(name), bytes)) file_.Close();
  RotateIfDue();
}

void BodyRows::Fail(const std::string& path, std::error_code error) {
  const bool full = error.value() == ENOSPC || error.value() == EDQUOT;
  db_.Break(full ? StoreErrc::kDiskFull : StoreErrc::kBodies, path + ": " + error.message());
}

bool BodyRows::Begin(Instant at) {
  std::error_code error;
  fs::create_directories(folder_, error);
  const std::string name = NameOf(++number_);
  if (!error) error = file_.Open(PathOf(name), 0);
  if (error) {
    Fail(PathOf(name), error);
    return false;
  }
  add_file_.With(number_, name).Run();
  records_.AppendInfo(file_.gathered(), name, software_, at);
  return !db_.failed();
}

void BodyRows::Add(std::int64_t visit, std::int64_t url, const Exchange& exchange, const Visit& details,
                   const Page* page) {
  if (db_.failed() || (!file_.is_open() && !Begin(details.at))) return;
  const bool unchanged = details.status == 304;
  const std::string digest = unchanged ? std::string() : WarcDigest({exchange.body});
  std::optional<WarcOriginal> original;
  std::optional<std::int64_t> original_visit;
  if (!exchange.body.empty() && !unchanged && find_.With(digest).Step()) {
    original_visit = find_.Int(0);
    original = WarcOriginal{std::string(find_.Text(1)), std::string(find_.Text(2)), FromMs(find_.Int(3))};
    find_.Reset();
  }
  const std::uint64_t written = file_.size() - file_.gathered().size();
  const WarcPlace place =
      records_.AppendExchange(file_.gathered(), exchange, details, digest, original ? &*original : nullptr);
  if (page != nullptr) records_.AppendMetadata(file_.gathered(), exchange, details, *page, place.record_id);
  const BodyKind kind = unchanged  ? BodyKind::kNotModified
                        : original ? BodyKind::kIdentical
                                   : BodyKind::kWhole;
  add_.With(visit, url, ToMs(details.at), static_cast<int>(kind), original_visit, number_,
            static_cast<std::int64_t>(written + place.offset), static_cast<std::int64_t>(place.length),
            static_cast<std::int64_t>(exchange.body.size()), TextOrNull{digest}, place.record_id)
      .Run();
}

void BodyRows::Flush() {
  if (db_.failed() || !file_.is_open() || file_.gathered().empty()) return;
  if (const std::error_code error = file_.Flush()) {
    Fail(PathOf(NameOf(number_)), error);
    return;
  }
  count_file_.With(static_cast<std::int64_t>(file_.size()), number_).Run();
}

void BodyRows::RotateIfDue() {
  if (file_.is_open() && file_.size() >= max_bytes_) file_.Close();
}

}  // namespace trawl::storage::sqlite
