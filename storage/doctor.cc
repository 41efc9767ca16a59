#include "storage/doctor.h"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <span>

#include "storage/sqlite/invariants.h"
#include "storage/sqlite/lock_file.h"
#include "storage/sqlite/open_database.h"
#include "storage/sqlite/schema.h"

namespace trawl::storage {
namespace {

using sqlite::Connection;
using sqlite::Statement;
using State = Finding::State;

constexpr int kMaxMessages = 100;  // of SQLite's check

std::string SizeOf(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? std::to_string(status.st_size) + " bytes" : "none";
}

/// One examination of one file.
class Doctor {
 public:
  Doctor(const std::string& path, Connection& db) : path_(path), db_(db) {}

  void Look(const std::string& holder) {
    db_.Exec("BEGIN");
    Tell("file", SizeOf(path_));
    Tell("write-ahead log", SizeOf(path_ + "-wal"));
    Tell("in use by", holder.empty() ? "nobody" : "pid " + holder);
    if (CheckSchema()) {
      CheckFile("PRAGMA quick_check(" + std::to_string(kMaxMessages) + ")");
      for (const sqlite::Invariant& invariant : Rules()) Check(invariant);
    }
    db_.Exec("COMMIT");
  }

  void Repair() {
    db_.Exec("BEGIN IMMEDIATE");
    if (CheckSchema()) {
      // The longer check tells what is wrong with indexes too, and those can be made from their tables.
      CheckFile("PRAGMA integrity_check(" + std::to_string(kMaxMessages) + ")");
      RebuildIndexes();
      for (const sqlite::Invariant& invariant : Rules()) {
        Check(invariant);
        if (findings_.back().state == State::kProblem && !invariant.repair.empty()) Mend(invariant);
      }
    }
    db_.Exec("COMMIT");
  }

  std::vector<Finding> Findings() {
    if (db_.failed())
      findings_.push_back({"the check came to its end", State::kProblem, 1, db_.failure().message});
    return std::move(findings_);
  }

 private:
  void Tell(std::string what, std::string figure) {
    findings_.push_back({std::move(what), State::kNote, 0, std::move(figure)});
  }

  bool CheckSchema() {
    int version = 0;
    const sqlite::SchemaState state = sqlite::InspectSchema(db_, version);
    const int newest = sqlite::Migrations().back().version;
    if (state == sqlite::SchemaState::kEmpty) Tell("schema", "none: an empty database");
    if (state == sqlite::SchemaState::kForeign)
      findings_.push_back({"it is a database of trawl", State::kProblem, 1, "tables of another program"});
    if (state == sqlite::SchemaState::kNewer)
      findings_.push_back({"the schema is known", State::kProblem, 1,
                           "version " + std::to_string(version) + ", of a newer trawl"});
    if (state != sqlite::SchemaState::kOurs) return false;
    current_ = version == newest;
    const std::string of = "version " + std::to_string(version) + " of " + std::to_string(newest);
    Tell("schema", version == newest ? of : of + "; rows are checked once a crawl has brought it up to date");
    return !db_.failed();
  }

  /// They speak of the newest schema.
  std::span<const sqlite::Invariant> Rules() const {
    return current_ ? sqlite::Invariants() : std::span<const sqlite::Invariant>();
  }

  void CheckFile(const std::string& pragma) {
    Finding finding{"the file is whole", State::kOk, 0, ""};
    only_indexes_ = true;
    Statement check = db_.Prepare(pragma);
    while (check && check.Step()) {
      if (check.Text(0) == "ok") continue;
      if (finding.count++ == 0) finding.detail = check.Text(0);
      only_indexes_ = only_indexes_ && check.Text(0).find(" index ") != std::string_view::npos;
      finding.state = State::kProblem;
    }
    file_ = findings_.size();
    findings_.push_back(std::move(finding));
  }

  void RebuildIndexes() {
    if (findings_[file_].state != State::kProblem || !only_indexes_) return;
    db_.Exec("REINDEX");
    if (db_.Text("PRAGMA integrity_check(1)") == "ok") findings_[file_].state = State::kRepaired;
  }

  void Check(const sqlite::Invariant& invariant) {
    Finding finding{std::string(invariant.sentence), State::kOk, 0, ""};
    Statement rows = db_.Prepare(invariant.violations);
    while (rows && rows.Step()) {
      if (finding.count++ == 0) finding.detail = rows.Text(0);
      finding.state = State::kProblem;
    }
    findings_.push_back(std::move(finding));
  }

  void Mend(const sqlite::Invariant& invariant) {
    Finding found = std::move(findings_.back());
    findings_.pop_back();
    db_.Exec(invariant.repair);
    Check(invariant);
    if (findings_.back().state == State::kProblem || db_.failed()) return;
    found.state = State::kRepaired;
    findings_.back() = std::move(found);
  }

  const std::string& path_;
  Connection& db_;
  std::vector<Finding> findings_;
  std::size_t file_ = 0;  // the finding about the file
  bool only_indexes_ = true;
  bool current_ = false;  // the schema is the newest
};

}  // namespace

bool Examination::clean() const {
  return error.empty() && std::none_of(findings.begin(), findings.end(),
                                       [](const Finding& f) { return f.state == State::kProblem; });
}

Examination Examine(const std::string& path, bool repair) {
  Examination examination;
  // Checked first: the way that opens for writing would make what is not there.
  std::unique_ptr<Connection> db = sqlite::OpenForQuestions(path, examination.error);
  if (db) db = sqlite::OpenForReading(path, "", examination.error);
  if (!db) return examination;
  Doctor doctor(path, *db);
  doctor.Look(sqlite::LockFile::Holder(path));
  examination.findings = doctor.Findings();
  if (!repair) return examination;
  db.reset();

  sqlite::LockFile lock;
  if (!lock.Acquire(path, examination.error)) return examination;
  Connection::Failure failure;
  db = Connection::Open(path, sqlite::OpenMode::kCreate, failure);
  if (!db) {
    examination.error = sqlite::Sentence(path, failure);
    return examination;
  }
  Doctor surgeon(path, *db);
  surgeon.Repair();
  examination.findings = surgeon.Findings();
  return examination;
}

std::string Vacuum(const std::string& path) {
  std::string error;
  // Checked first: the way that opens for writing would make what is not there.
  if (!sqlite::OpenForQuestions(path, error)) return error;
  sqlite::LockFile lock;
  if (!lock.Acquire(path, error)) return error;
  Connection::Failure failure;
  const std::unique_ptr<Connection> db = Connection::Open(path, sqlite::OpenMode::kCreate, failure);
  if (!db) return sqlite::Sentence(path, failure);
  int version = 0;
  if (sqlite::InspectSchema(*db, version) != sqlite::SchemaState::kOurs && !db->failed())
    return path + " is no database of this trawl";
  db->Exec("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
  return db->failed() ? sqlite::Sentence(path, db->failure()) : "";
}

}  // namespace trawl::storage
