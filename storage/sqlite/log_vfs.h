#pragma once

#include <memory>
#include <string>

namespace trawl::storage::sqlite {

/// A file layer for the connection that writes. SQLite writes its log in pieces, for each page a head of 24
/// bytes and then the page: here they gather in memory up to the end of the transaction and go to the system
/// in calls of some 120 KiB. The sync that ends a transaction can be put off, for another thread to make. All
/// else passes straight through. Whoever else has the database open sees nothing new: SQLite tells of a
/// transaction in the log only when the write that ends it has come back. Runs on: the thread of its
/// connection, unless said. Owns its registration; the connection must be closed before it goes.
class LogVfs {
 public:
  /// Over the registered layer of this name; empty: the system's. Nothing when there is none.
  static std::unique_ptr<LogVfs> Over(const std::string& name);
  ~LogVfs();
  LogVfs(const LogVfs&) = delete;
  LogVfs& operator=(const LogVfs&) = delete;

  /// The name to open a database with.
  const std::string& name() const { return name_; }

  /// While set, a transaction that ends leaves the log unsynced. All other syncs are made: of the head of a
  /// log that begins anew, and before what a checkpoint copies.
  void PutOffSyncs(bool put_off);
  /// Syncs the log as it was when this was called: an SQLite result code. On any one thread beside the
  /// connection's, which may go on; behind its first sync of the log, which syncs the folder too
  /// (os_unix.c, unixSync), and before it is closed.
  int SyncLog() const;

 private:
  struct Registration;

  LogVfs();
  std::string name_;
  std::unique_ptr<Registration> registration_;
};

}  // namespace trawl::storage::sqlite
