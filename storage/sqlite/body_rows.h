#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/options.h"
#include "storage/records.h"
#include "storage/sqlite/connection.h"
#include "storage/warc/warc_file.h"
#include "storage/warc/warc_records.h"

namespace trawl::storage::sqlite {

/// How a row of `body` stands to its payload. Stored: never renumber.
enum class BodyKind : int {
  kWhole = 0,        ///< a response record with the payload
  kIdentical = 1,    ///< a revisit record: `original` has the payload
  kNotModified = 2,  ///< a 304: there is none
};

/// Keeps exchanges in WARC files of the folder `<database>.warc`, and in the tables `warc_file` and `body`
/// where they stand. A file is synced before the commit that refers to it: what SQL names is there. What a
/// crash left in a file behind the last commit is cut off at the next start. Runs on: storage thread. Borrows
/// the connection; owns the open file.
class BodyRows {
 public:
  BodyRows(Connection& db, const config::StorageOptions& options);

  /// Named in files that are begun from now on, e.g. "0.1.0".
  void SetVersion(const std::string& version) { software_ = "trawl/" + version; }

  /// In the open transaction. `visit` is the number of the visit's row, `url` that of its URL; `page`: what
  /// the visit brought, null if no page.
  void Add(std::int64_t visit, std::int64_t url, const Exchange& exchange, const Visit& details,
           const Page* page);
  /// Before the transaction commits: all records of it to the disk. A failure is the connection's.
  void Flush();
  /// After it committed: a file that is large enough ends.
  void RotateIfDue();

 private:
  void Continue();
  bool Begin(Instant at);
  std::string PathOf(const std::string& name) const { return folder_ + "/" + name; }
  std::string NameOf(std::int64_t number) const;
  void Fail(const std::string& path, std::error_code error);

  Connection& db_;
  const std::string folder_, stem_;
  const std::uint64_t max_bytes_;
  std::string software_ = "trawl";
  Statement find_, add_, add_file_, count_file_;
  WarcRecords records_;
  WarcFile file_;
  std::int64_t number_ = 0;  // of the file
};

}  // namespace trawl::storage::sqlite
