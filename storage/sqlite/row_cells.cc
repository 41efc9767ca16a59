#include "storage/sqlite/row_cells.h"

namespace trawl::storage::sqlite {

Value CellOf(const Statement& row, int column) {
  switch (row.Type(column)) {
    case Statement::ColumnType::kNull:
      return std::monostate();
    case Statement::ColumnType::kInteger:
      return row.Int(column);
    case Statement::ColumnType::kReal:
      return row.Real(column);
    case Statement::ColumnType::kText:
      return std::string(row.Text(column));
  }
  return std::monostate();
}

void BindValue(Statement& statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    statement.Bind(index, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    statement.BindReal(index, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    statement.Bind(index, std::string_view(*text));
  } else {
    statement.Bind(index, nullptr);
  }
}

}  // namespace trawl::storage::sqlite
