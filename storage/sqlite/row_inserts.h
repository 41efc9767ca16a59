#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Appends rows whose keys are consecutive numbers, several to a statement. They share what SQLite does once
/// for each; and of all but the first it finds the key itself, one more than the last, where the cursor
/// stands already, while a key that is given is searched from the root: together half of the instructions.
/// Runs on: storage thread. Borrows the connection.
class RowInserts {
 public:
  /// `columns`: of the table, separated by commas, the integer key first. `counts`: of rows to a statement,
  /// the largest first, the last is 1.
  RowInserts(Connection& db, std::string_view table, std::string_view columns,
             std::initializer_list<std::size_t> counts)
      : db_(db), table_(table) {
    std::string row = "(?";
    for (auto more = std::count(columns.begin(), columns.end(), ','); more > 0; --more) row += ", ?";
    row += ")";
    for (const std::size_t count : counts) {
      // FAIL: a statement that fails leaves what it has done, so that nothing is kept to undo it; the group
      // is not committed then anyway.
      std::string sql = "INSERT OR FAIL INTO " + table_ + "(";
      sql.append(columns).append(") VALUES ").append(row);
      for (std::size_t i = 1; i < count; ++i) sql.append(", ").append(row);
      groups_.push_back({count, db.Prepare(sql)});
    }
  }

  /// The first row has the key `first`, above all that are there. `bind(statement, index, row)` binds the
  /// other columns of a row, behind the parameter `index`.
  template <class Bind>
  void Append(std::int64_t first, std::size_t rows, const Bind& bind) {
    std::size_t done = 0;
    for (Group& group : groups_) {
      while (rows - done >= group.count) {
        int index = 0;
        group.add.Bind(++index, first + static_cast<std::int64_t>(done));
        bind(group.add, index, done++);
        for (std::size_t i = 1; i < group.count; ++i) {
          group.add.Bind(++index, nullptr);
          bind(group.add, index, done++);
        }
        group.add.Run();
        if (!db_.failed() && db_.last_key() != first + static_cast<std::int64_t>(done) - 1)
          return db_.Break(StoreErrc::kCorrupt,
                           "a row of " + table_ + " has a key beyond the last; trawl doctor --repair");
      }
    }
  }

 private:
  struct Group {
    std::size_t count = 1;
    Statement add;
  };
  Connection& db_;
  const std::string table_;
  std::vector<Group> groups_;
};

}  // namespace trawl::storage::sqlite
