#include "crawler/cli/row_writer.h"

#include <charconv>
#include <cmath>
#include <ostream>
#include <set>

#include "crawler/cli/json.h"
#include "crawler/cli/table_writer.h"
#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

/// The shortest text that reads back to the same number.
std::string NumberText(double value) {
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return std::string(text, end);
}

/// RFC 4180 with "\n" for line ends. NULL is an empty field, an empty text is "".
class CsvWriter final : public RowWriter {
 public:
  explicit CsvWriter(std::ostream& out) : out_(out) {}

  void Header(const std::vector<std::string>& columns) override {
    std::vector<storage::Value> row(columns.begin(), columns.end());
    Row(row);
  }

  void Row(const std::vector<storage::Value>& row) override {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out_ << ',';
      if (const auto* integer = std::get_if<std::int64_t>(&row[i])) {
        out_ << *integer;
      } else if (const auto* number = std::get_if<double>(&row[i])) {
        out_ << NumberText(*number);
      } else if (const auto* text = std::get_if<std::string>(&row[i])) {
        Field(*text);
      }
    }
    out_ << '\n';
  }

 private:
  void Field(const std::string& text) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) {
      out_ << text;
      return;
    }
    out_ << '"';
    for (char c : text) {
      if (c == '"') out_ << '"';
      out_ << c;
    }
    out_ << '"';
  }

  std::ostream& out_;
};

/// One object a row, in one array or a line each. Bytes that are not UTF-8 become U+FFFD, and a number that
/// JSON does not have (infinity) null. Columns of the same name are told apart as "name", "name:1", "name:2".
class JsonWriter final : public RowWriter {
 public:
  JsonWriter(std::ostream& out, bool lines) : out_(out), lines_(lines) {}

  void Header(const std::vector<std::string>& columns) override {
    Resume(columns);
    if (!lines_) out_ << '[';
  }

  void Resume(const std::vector<std::string>& columns) override {
    std::set<std::string> taken;
    for (const std::string& column : columns) {
      std::string base = parser::ScrubUtf8(column), name = base;
      for (int twin = 1; !taken.insert(name).second; ++twin) name = base + ":" + std::to_string(twin);
      keys_.push_back(ToJson(json::value(name)) + ":");
    }
  }

  void Row(const std::vector<storage::Value>& row) override {
    if (!lines_) out_ << (first_ ? "\n" : ",\n");
    first_ = false;
    out_ << '{';
    for (std::size_t i = 0; i < row.size(); ++i) {
      out_ << (i > 0 ? "," : "") << keys_[i];
      if (const auto* integer = std::get_if<std::int64_t>(&row[i])) {
        out_ << *integer;
      } else if (const auto* number = std::get_if<double>(&row[i]);
                 number != nullptr && std::isfinite(*number)) {
        out_ << NumberText(*number);
      } else if (const auto* text = std::get_if<std::string>(&row[i])) {
        out_ << ToJson(json::value(parser::ScrubUtf8(*text)));
      } else {
        out_ << "null";
      }
    }
    out_ << '}';
    if (lines_) out_ << '\n';
  }

  void Finish() override {
    if (!lines_) out_ << "\n]\n";
  }

 private:
  std::ostream& out_;
  const bool lines_;
  std::vector<std::string> keys_;
  bool first_ = true;
};

using Writer = std::unique_ptr<RowWriter>;

constexpr RowFormat kFormats[] = {
    {"table", "aligned columns for people; cut to the width of a terminal, whole in a pipe",
     [](std::ostream& out, const Terminal& terminal) -> Writer {
       return std::make_unique<TableWriter>(out, terminal);
     }},
    {"csv", "RFC 4180; NULL is an empty field, an empty text is \"\"",
     [](std::ostream& out, const Terminal&) -> Writer { return std::make_unique<CsvWriter>(out); }},
    {"json", "one array of objects",
     [](std::ostream& out, const Terminal&) -> Writer { return std::make_unique<JsonWriter>(out, false); }},
    {"jsonl", "one object a line",
     [](std::ostream& out, const Terminal&) -> Writer { return std::make_unique<JsonWriter>(out, true); }},
};

}  // namespace

std::span<const RowFormat> RowFormats() {
  return kFormats;
}

}  // namespace trawl::crawler
