#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/result.h"
#include "storage/error.h"
#include "storage/sqlite/log_vfs.h"

struct sqlite3;
struct sqlite3_stmt;

namespace trawl::storage::sqlite {

class Connection;

/// The text, or NULL where there is none: an absent title is not an empty one.
struct TextOrNull {
  std::string_view text;
};

/// One prepared statement. Bound text must live until the statement was run.
/// Runs on: the thread of its connection. Borrows the connection, which must outlive it.
class Statement {
 public:
  enum class ColumnType { kNull, kInteger, kReal, kText };

  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  /// Binds every parameter in order, from the first.
  template <class... Args>
  Statement& With(const Args&... args) {
    int index = 0;
    (Bind(++index, args), ...);
    return *this;
  }
  void Bind(int index, std::int64_t value);
  void Bind(int index, std::string_view text);
  void Bind(int index, std::nullptr_t);
  void Bind(int index, TextOrNull text);
  void BindReal(int index, double value);  // by name: an int would fit both
  template <class T>
  void Bind(int index, const std::optional<T>& value) {
    if (value)
      Bind(index, static_cast<std::int64_t>(*value));
    else
      Bind(index, nullptr);
  }

  /// Moves to the next row; false at the end and on failure (see Connection::error), and then the statement
  /// is ready to be bound and run again.
  bool Step();
  /// Runs to the end.
  void Run() {
    while (Step()) {
    }
  }
  /// Makes it ready again before its last row was read.
  void Reset();

  std::int64_t Int(int column) const;
  double Real(int column) const;
  std::string_view Text(int column) const;  ///< lives until the next Step; a blob gives its bytes
  bool IsNull(int column) const { return Type(column) == ColumnType::kNull; }
  ColumnType Type(int column) const;
  int columns() const;
  std::string_view ColumnName(int column) const;
  bool ReadOnly() const;  ///< running it changes nothing in the database
  explicit operator bool() const { return statement_ != nullptr; }

 private:
  friend class Connection;
  Statement(Connection& connection, sqlite3_stmt* statement)
      : connection_(&connection), statement_(statement) {}

  Connection* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

enum class OpenMode {
  kCreate,    ///< read and write, created when missing
  kReadOnly,  ///< never writes, not even a checkpoint
};

/// One connection to an SQLite database: the door to the library. The first error sticks: every later
/// statement does nothing until ClearError(), so a caller may run many and look once. Runs on: one thread at
/// a time. Owns the handle; statements must be gone before it.
class Connection {
 public:
  struct Failure {
    StoreErrc code = StoreErrc::kOk;
    std::string message;  ///< SQLite's own words
    int sql_offset = -1;  ///< byte in the SQL where it is wrong, when known
  };

  /// `vfs`: name of a registered VFS; empty for the system's.
  static std::unique_ptr<Connection> Open(const std::string& path, OpenMode mode, Failure& failure,
                                          const std::string& vfs = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs statements that give no rows.
  void Exec(std::string_view sql);
  /// A statement that is kept; an empty one after an error. `tail`: what follows the first statement of
  /// `sql`.
  Statement Prepare(std::string_view sql, std::string_view* tail = nullptr);
  /// The first column of the first row of a statement run once; none when there is no row or it is NULL.
  std::optional<std::int64_t> Int(std::string_view sql);
  std::optional<std::string> Text(std::string_view sql);

  std::int64_t changes() const;   ///< rows changed by the last statement
  std::int64_t last_key() const;  ///< of the row that was inserted last
  bool in_transaction() const;
  void SetBusyTimeout(int milliseconds);
  /// From now on statements may only read: no ATTACH, no PRAGMA that sets anything, no function that reaches
  /// files.
  void ForbidWrites();
  /// Asks `*give_up` every few thousand steps of a statement; true fails the statement. It must outlive the
  /// statements.
  void InterruptWhen(const std::function<bool()>* give_up);

  /// Becomes a copy of what `source`, another database, holds now. A failure of either is this one's.
  void CopyFrom(Connection& source);

  /// While set, a COMMIT does not wait for the disk: it is durable once SyncLog has given no error. Of a
  /// connection that writes.
  void PutOffSyncs(bool put_off) { layer_->PutOffSyncs(put_off); }
  /// Makes durable what was committed before the call. On any one thread beside the connection's, which may
  /// go on; behind a first commit with its own sync, and before the connection goes.
  StoreErrc SyncLog() const;

  /// Pages in the write-ahead log after the last commit of this connection.
  int wal_pages() const { return wal_pages_; }
  struct Folded {
    int pages = 0;  ///< in the log
    int done = 0;   ///< of them that are in the database now; all, and the log begins anew
    std::uint64_t page_bytes = 4096;
  };
  /// Copies what the log holds into the database, as far as no reader needs the old pages; never waits.
  Folded Checkpoint();

  bool failed() const { return failure_.code != StoreErrc::kOk; }
  const Failure& failure() const { return failure_; }
  boost::system::error_code error() const {
    return failed() ? make_error_code(failure_.code) : boost::system::error_code();
  }
  void ClearError() { failure_ = {}; }
  /// What stands beside the database failed: nothing may be committed that refers to it.
  void Break(StoreErrc code, std::string message);

 private:
  friend class Statement;
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  void Fail(int code);
  void KeepLog();

  std::unique_ptr<LogVfs> layer_;  // of a connection that writes
  sqlite3* handle_;
  Failure failure_;
  int wal_pages_ = 0;
};

}  // namespace trawl::storage::sqlite
