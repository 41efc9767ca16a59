#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/query.h"

namespace trawl::storage {

/// A question that people ask of a crawl, with the SQL that answers it. A new one is a row in reports.cc.
/// Each answers within a second at a million pages; one that cannot says so in its sentence.
struct Report {
  std::string_view name;      ///< as in `trawl report NAME`
  std::string_view sentence;  ///< what its rows are
  std::string_view argument;  ///< what ?2 of the SQL stands for, e.g. "HOST"; empty: there is none
  std::string_view sql;  ///< with the abbreviations of shorthand.h; ?1 is the number of rows wanted, -1: all
  /// In its place where SQLite lacks a table that `sql` reads, and as plain SQL where there is a `measure`;
  /// empty: there is no other way.
  std::string_view otherwise;
  /// Asked first where there is a `measure`: it looks at the database by itself, and what it gives, JSON, is
  /// ?2 of this; nothing, and `sql` is asked.
  std::string_view quick = {};
  std::string (*measure)(const std::string& path) = nullptr;
};

/// All reports, in the order in which they are listed.
std::span<const Report> Reports();

/// None when there is no report of the name.
const Report* FindReport(std::string_view name);

/// The report as SQL that any sqlite3 reads: `rows` at most, `argument` as a literal where it names one. It
/// may run beside a crawl, in a thread that others wait for.
std::string PlainSql(const Report& report, std::size_t rows, std::string_view argument);

/// Answers a report from the database at `path` as Query does, beside a running crawl. `argument` is what the
/// report's own names; `rows` how many are wanted, all when negative.
QueryError RunReport(const std::string& path, const Report& report, const std::string& argument,
                     std::int64_t rows,
                     const std::function<void(const std::vector<std::string>& columns)>& header,
                     const std::function<bool(const std::vector<Value>& row)>& row);

}  // namespace trawl::storage
