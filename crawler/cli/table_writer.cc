#include "crawler/cli/table_writer.h"

#include <algorithm>
#include <ostream>

namespace trawl::crawler {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";  // one column

std::string ShowNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

}  // namespace

void TableWriter::Header(const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    std::string name = Printable(column);
    std::size_t width = DisplayWidth(name);
    columns_.push_back({std::move(name), width, true});
  }
}

void TableWriter::Row(const std::vector<storage::Value>& row) {
  std::vector<Cell> cells;
  for (const storage::Value& value : row) {
    if (std::holds_alternative<std::monostate>(value)) {
      cells.push_back({"NULL", false, true});
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      cells.push_back({std::to_string(*integer), true, false});
    } else if (const auto* number = std::get_if<double>(&value)) {
      cells.push_back({ShowNumber(*number), true, false});
    } else {
      cells.push_back({Printable(std::get<std::string>(value)), false, false});
    }
  }
  ++rows_;
  if (measured_) return WriteLine(cells, false);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    columns_[i].width = std::max(columns_[i].width, DisplayWidth(cells[i].text));
    columns_[i].right = columns_[i].right && (cells[i].number || cells[i].null);
  }
  held_.push_back(std::move(cells));
  if (held_.size() == kMeasuredRows) WriteHeld();
}

void TableWriter::Finish() {
  if (!measured_) WriteHeld();
  if (terminal_.is_terminal) out_ << rows_ << (rows_ == 1 ? " row\n" : " rows\n");
}

/// Takes from the widest column, one at a time, until a row is a line or nothing more can be taken.
void TableWriter::FitIntoTerminal() {
  if (!terminal_.is_terminal || columns_.empty()) return;
  std::size_t total = kGap.size() * (columns_.size() - 1);
  for (const Column& column : columns_) total += column.width;
  while (total > terminal_.columns) {
    auto widest = std::max_element(columns_.begin(), columns_.end(),
                                   [](const auto& a, const auto& b) { return a.width < b.width; });
    if (widest->width <= kLeastWidth) return;
    --widest->width;
    --total;
  }
}

void TableWriter::WriteHeld() {
  measured_ = true;
  FitIntoTerminal();
  std::vector<Cell> names, rules;
  for (const Column& column : columns_) {
    names.push_back({column.name, false, false});
    rules.push_back({std::string(column.width, '-'), false, false});
  }
  WriteLine(names, true);
  if (!terminal_.colour) WriteLine(rules, true);
  for (const auto& cells : held_) WriteLine(cells, false);
  held_.clear();
}

void TableWriter::WriteLine(const std::vector<Cell>& cells, bool header) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    std::string text = cell.text;
    std::size_t width = DisplayWidth(text);
    if (terminal_.is_terminal && width > columns_[i].width) {
      text = std::string(CutToWidth(text, columns_[i].width - 1)).append(kEllipsis);
      width = DisplayWidth(text);
    }
    std::string padding(columns_[i].width > width ? columns_[i].width - width : 0, ' ');
    bool last = i + 1 == cells.size();
    if (i > 0) line += kGap;
    if (columns_[i].right) line += padding;
    if (terminal_.colour && (header || cell.null)) {
      line.append(header ? kBoldText : kFaintText).append(text).append(kPlainText);
    } else {
      line += text;
    }
    if (!columns_[i].right && !last) line += padding;
  }
  out_ << line << '\n';
}

}  // namespace trawl::crawler
