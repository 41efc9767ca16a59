#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "crawler/cli/row_writer.h"

namespace trawl::crawler {

/// Rows in aligned columns, for people: NULL is shown, control characters are not passed on, and on a
/// terminal wide columns are cut so that a row is a line. Holds the first rows until it knows how wide the
/// columns are.
class TableWriter final : public RowWriter {
 public:
  /// Rows that decide the widths; later ones may stand out.
  static constexpr std::size_t kMeasuredRows = 1000;
  /// What no column is cut below.
  static constexpr std::size_t kLeastWidth = 8;

  TableWriter(std::ostream& out, const Terminal& terminal) : out_(out), terminal_(terminal) {}

  void Header(const std::vector<std::string>& columns) override;
  void Row(const std::vector<storage::Value>& row) override;
  void Finish() override;

 private:
  struct Cell {
    std::string text;
    bool number = false;
    bool null = false;
  };
  struct Column {
    std::string name;
    std::size_t width = 0;
    bool right = true;  ///< until a value is no number
  };

  void FitIntoTerminal();
  void WriteHeld();
  void WriteLine(const std::vector<Cell>& cells, bool header);

  std::ostream& out_;
  const Terminal terminal_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> held_;
  bool measured_ = false;
  std::size_t rows_ = 0;
};

}  // namespace trawl::crawler
