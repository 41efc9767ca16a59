#pragma once

#include <memory>
#include <string>

namespace trawl::storage::sqlite {

/// A file layer for the connection that writes. SQLite writes its log in pieces, for each page a head of 24
/// bytes and then the page: here they gather in memory up to the end of the transaction and go to the system
/// in calls of some 120 KiB. All else passes straight through. Whoever else has the database open sees
/// nothing new: SQLite tells of a transaction in the log only when the write that ends it has come back. Runs
/// on: the thread of its connection. Owns its registration; the connection must be closed before it goes.
class LogVfs {
 public:
  /// Over the registered layer of this name; empty: the system's. Nothing when there is none.
  static std::unique_ptr<LogVfs> Over(const std::string& name);
  ~LogVfs();
  LogVfs(const LogVfs&) = delete;
  LogVfs& operator=(const LogVfs&) = delete;

  /// The name to open a database with.
  const std::string& name() const { return name_; }

 private:
  struct Registration;

  LogVfs();
  std::string name_;
  std::unique_ptr<Registration> registration_;
};

}  // namespace trawl::storage::sqlite
