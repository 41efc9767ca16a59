#include "storage/sqlite/connection.h"

#include <sqlite3.h>

#include <cstring>
#include <mutex>
#include <utility>

namespace trawl::storage::sqlite {
namespace {

StoreErrc CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_OK:
      return StoreErrc::kOk;
    case SQLITE_NOTADB:
      return StoreErrc::kNotADatabase;
    case SQLITE_CORRUPT:
      return StoreErrc::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreErrc::kLocked;
    case SQLITE_FULL:
      return StoreErrc::kDiskFull;
    case SQLITE_IOERR:
      if (sqlite_code == SQLITE_IOERR_FSYNC || sqlite_code == SQLITE_IOERR_DIR_FSYNC) return StoreErrc::kSync;
      return sqlite_code == SQLITE_IOERR_NOMEM ? StoreErrc::kOutOfMemory : StoreErrc::kIo;
    case SQLITE_NOMEM:
      return StoreErrc::kOutOfMemory;
    case SQLITE_READONLY:
      return StoreErrc::kReadOnly;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return StoreErrc::kCannotOpen;
    default:
      return StoreErrc::kSql;
  }
}

/// What a person's query may do. Everything not named reads nothing outside this database.
int AllowReading(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_UPDATE:
      // How a table-valued function such as json_each declares its columns; a real UPDATE of it is refused
      // elsewhere.
      return std::string_view(first ? first : "") == "sqlite_master" ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION: {
      const std::string_view name = second ? second : "";
      return name == "load_extension" || name == "writefile" || name == "readfile" ? SQLITE_DENY : SQLITE_OK;
    }
    case SQLITE_PRAGMA: {
      // Reading a setting is harmless; those with an argument set something, but for the ones that describe a
      // table.
      const std::string_view name = first ? first : "";
      const bool describes =
          name.starts_with("table_") || name.starts_with("index_") || name == "foreign_key_list";
      // Reading every page, each check is one step that nothing can give up: for trawl doctor, which asks
      // alone.
      const bool checks = name == "quick_check" || name == "integrity_check" || name == "foreign_key_check";
      const bool acts = name == "wal_checkpoint" || name == "optimize" || name == "incremental_vacuum" ||
                        name == "shrink_memory" || name == "journal_mode" || name == "locking_mode";
      return (second == nullptr || describes) && !acts && !checks ? SQLITE_OK : SQLITE_DENY;
    }
    default:
      return SQLITE_DENY;
  }
}

/// Before SQLite is used for the first time; later it has no effect.
void Configure() {
  // Who counts each allocation takes a mutex for it; nobody reads the figures.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// What SQLite was doing when the system failed it; empty: nothing that it names.
std::string_view Doing(int sqlite_code) {
  switch (sqlite_code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
      return "read";
    case SQLITE_IOERR_WRITE:
      return "write";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return "fsync";
    case SQLITE_IOERR_TRUNCATE:
      return "truncate";
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_SHMLOCK:
      return "lock";
    default:
      return "";
  }
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(statement_, other.statement_);
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::Bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
}

void Statement::BindReal(int index, double value) {
  sqlite3_bind_double(statement_, index, value);
}

void Statement::Bind(int index, std::string_view text) {
  // An empty view may point nowhere, and SQLite takes a null pointer for NULL.
  const char* bytes = text.empty() ? "" : text.data();
  const int code = sqlite3_bind_text64(statement_, index, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK && statement_ != nullptr) connection_->Fail(code);
}

void Statement::Bind(int index, std::nullptr_t) {
  sqlite3_bind_null(statement_, index);
}

void Statement::Bind(int index, TextOrNull value) {
  if (value.text.empty()) {
    Bind(index, nullptr);
  } else {
    Bind(index, value.text);
  }
}

bool Statement::Step() {
  if (statement_ == nullptr || connection_->failed()) {
    Reset();
    return false;
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_->Fail(code);
  sqlite3_reset(statement_);
  return false;
}

void Statement::Reset() {
  sqlite3_reset(statement_);
}

std::int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::Real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string_view Statement::Text(int column) const {
  const void* bytes = Type(column) == ColumnType::kText ? sqlite3_column_blob(statement_, column)
                                                        : sqlite3_column_text(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes ? std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size))
               : std::string_view();
}

Statement::ColumnType Statement::Type(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER:
      return ColumnType::kInteger;
    case SQLITE_FLOAT:
      return ColumnType::kReal;
    case SQLITE_NULL:
      return ColumnType::kNull;
    default:
      return ColumnType::kText;
  }
}

int Statement::columns() const {
  return sqlite3_column_count(statement_);
}

std::string_view Statement::ColumnName(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  return name ? name : "";
}

bool Statement::ReadOnly() const {
  return sqlite3_stmt_readonly(statement_) != 0;
}

std::unique_ptr<Connection> Connection::Open(const std::string& path, OpenMode mode, Failure& failure,
                                             const std::string& vfs) {
  static std::once_flag configured;
  std::call_once(configured, Configure);
  std::unique_ptr<LogVfs> layer = mode == OpenMode::kCreate ? LogVfs::Over(vfs) : nullptr;
  const std::string& name = layer ? layer->name() : vfs;
  // A connection stays on one thread at a time, so SQLite's own mutexes would only cost.
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (mode == OpenMode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, name.empty() ? nullptr : name.c_str());
  std::unique_ptr<Connection> connection(new Connection(handle));
  connection->layer_ = std::move(layer);
  if (code != SQLITE_OK) {
    connection->Fail(handle ? sqlite3_extended_errcode(handle) : SQLITE_NOMEM);
    failure = connection->failure();
    return nullptr;
  }
  sqlite3_extended_result_codes(handle, 1);
  // Statements hostile pages cannot shape, but a damaged file can: views and triggers of unknown origin get
  // no trust.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Connection*>(self)->wal_pages_ = pages;
        return SQLITE_OK;  // in place of SQLite's own checkpoint after every 1,000 pages
      },
      connection.get());
  return connection;
}

Connection::~Connection() {
  sqlite3_close_v2(handle_);
}

void Connection::Fail(int code) {
  if (failed()) return;
  failure_.code = CodeOf(code);
  failure_.message =
      handle_ && sqlite3_errcode(handle_) != SQLITE_OK ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  failure_.sql_offset = handle_ ? sqlite3_error_offset(handle_) : -1;
  const bool by_system = failure_.code == StoreErrc::kIo || failure_.code == StoreErrc::kSync;
  if (!by_system || handle_ == nullptr) return;
  if (failure_.code == StoreErrc::kSync) KeepLog();
  // SQLite says "disk I/O error" to all of these.
  if (const std::string_view doing = Doing(code); !doing.empty()) failure_.message.append(", ").append(doing);
  if (const int system = sqlite3_system_errno(handle_); system != 0)
    failure_.message.append(": ").append(std::strerror(system));
}

void Connection::Break(StoreErrc code, std::string message) {
  if (!failed()) failure_ = {code, std::move(message), -1};
  if (code == StoreErrc::kSync) KeepLog();
}

/// After a sync that has failed the log may hold less than was written, and a next sync would not say so:
/// whoever opens it next looks at its checksums, a checkpoint does not.
void Connection::KeepLog() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Connection::Exec(std::string_view sql) {
  while (!failed() && !sql.empty()) {
    Statement statement = Prepare(sql, &sql);
    if (statement) statement.Run();
  }
}

Statement Connection::Prepare(std::string_view sql, std::string_view* tail) {
  if (failed()) return {};
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const unsigned flags = tail ? 0 : SQLITE_PREPARE_PERSISTENT;
  const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), flags, &statement, &rest);
  if (code != SQLITE_OK) Fail(code);
  if (tail) *tail = rest ? sql.substr(static_cast<std::size_t>(rest - sql.data())) : std::string_view();
  return Statement(*this, statement);
}

std::optional<std::int64_t> Connection::Int(std::string_view sql) {
  Statement statement = Prepare(sql);
  if (!statement || !statement.Step() || statement.IsNull(0)) return std::nullopt;
  return statement.Int(0);
}

std::optional<std::string> Connection::Text(std::string_view sql) {
  Statement statement = Prepare(sql);
  if (!statement || !statement.Step() || statement.IsNull(0)) return std::nullopt;
  return std::string(statement.Text(0));
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(handle_);
}

std::int64_t Connection::last_key() const {
  return sqlite3_last_insert_rowid(handle_);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

void Connection::SetBusyTimeout(int milliseconds) {
  sqlite3_busy_timeout(handle_, milliseconds);
}

void Connection::ForbidWrites() {
  Exec("PRAGMA query_only = 1");
  sqlite3_set_authorizer(handle_, AllowReading, nullptr);
  // SQLite up to 3.40 takes json_extract for unsafe in a view that it does not trust. What is unsafe indeed
  // the authorizer refuses, in views too.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
}

void Connection::InterruptWhen(const std::function<bool()>* give_up) {
  constexpr int kSteps = 10'000;  // some hundred microseconds
  sqlite3_progress_handler(
      handle_, kSteps, [](void* ask) { return (*static_cast<const std::function<bool()>*>(ask))() ? 1 : 0; },
      const_cast<std::function<bool()>*>(give_up));
}

void Connection::CopyFrom(Connection& source) {
  if (failed()) return;
  sqlite3_backup* backup = sqlite3_backup_init(handle_, "main", source.handle_, "main");
  if (backup == nullptr) {
    Fail(sqlite3_extended_errcode(handle_));
    return;
  }
  int code = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) code = finished;
  if (code != SQLITE_OK) Fail(code);
}

StoreErrc Connection::SyncLog() const {
  return CodeOf(layer_->SyncLog());
}

Connection::Folded Connection::Checkpoint() {
  if (failed()) return {};
  int pages = 0;
  int done = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &done);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) Fail(code);
  if (code != SQLITE_OK) return {wal_pages_, 0};
  if (pages == done) wal_pages_ = 0;
  return {pages, done};
}

}  // namespace trawl::storage::sqlite
