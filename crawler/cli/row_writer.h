#pragma once

#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/cli/terminal.h"
#include "storage/query.h"

namespace trawl::crawler {

/// Writes the rows of a result, in one of the formats below. Borrows the stream.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  /// First, once, also for a result without rows.
  virtual void Header(const std::vector<std::string>& columns) = 0;
  /// In place of Header, where the stream holds it and some rows already; of formats by the line alone.
  virtual void Resume(const std::vector<std::string>& columns) { (void)columns; }
  virtual void Row(const std::vector<storage::Value>& row) = 0;
  /// Last, once, after a result that came whole.
  virtual void Finish() {}
};

struct RowFormat {
  std::string_view name;
  std::string_view sentence;
  std::unique_ptr<RowWriter> (*make)(std::ostream& out, const Terminal& terminal);
};

/// table, csv, json, jsonl.
std::span<const RowFormat> RowFormats();

}  // namespace trawl::crawler
