#include "crawler/cli/export.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>

#include "crawler/cli/exit_codes.h"
#include "crawler/cli/export_file.h"
#include "crawler/cli/row_writer.h"
#include "storage/export/row_export.h"
#include "storage/warc/cdxj.h"
#include "storage/warc/read_body.h"

namespace trawl::crawler {
namespace {

struct ExportCommand {
  storage::ExportRequest request;
  std::string columns, output;
  std::string format = "jsonl";
};

int Fail(const storage::QueryError& error) {
  std::fprintf(stderr, "trawl export: %s\n", error.message.c_str());
  return error.usage ? kExitUsage : kExitIo;
}

/// The exit code of an export that came to its end.
int End(const storage::Unreadable& lost) {
  if (!lost.any()) return kExitDone;
  std::fprintf(stderr, "trawl export: the database is damaged: %lld rows unreadable",
               static_cast<long long>(lost.rows));
  if (lost.gaps > 0)
    std::fprintf(stderr, ", and in %lld places nobody can tell how many", static_cast<long long>(lost.gaps));
  std::fputs("; all others were exported\n", stderr);
  return kExitFailed;
}

const RowFormat& FormatOf(const std::string& name) {
  const auto formats = RowFormats();
  return *std::find_if(formats.begin(), formats.end(), [&](const RowFormat& f) { return f.name == name; });
}

int ToStdout(const ExportCommand& command) {
  std::ios::sync_with_stdio(false);
  storage::QueryError error;
  const auto rows = storage::RowExport::Open(command.request, error);
  if (!rows) return Fail(error);
  const std::unique_ptr<RowWriter> writer = FormatOf(command.format).make(std::cout, {});
  writer->Header(rows->columns());
  while (!rows->done()) {
    error = rows->Next([&](const std::vector<storage::Value>& row) {
      writer->Row(row);
      return std::cout.good();
    });
    if (!error.ok) return Fail(error);
    if (!std::cout.flush()) return Fail({false, "the result could not be written whole", false});
  }
  writer->Finish();
  return End(rows->unreadable());
}

/// What is exported, as text that a part of it is known by.
std::string Described(const ExportCommand& command) {
  return command.format + "\n" + command.request.table + "\n" + command.columns + "\n" +
         command.request.where + "\n";
}

int ToFile(ExportCommand& command) {
  storage::QueryError error{false, "", false};
  ExportFile file(command.output, Described(command));
  if (!file.Open(error.message)) return Fail(error);
  if (file.resumed()) command.request.after = file.position();
  const auto rows = storage::RowExport::Open(command.request, error);
  if (!rows) return Fail(error);
  const std::unique_ptr<RowWriter> writer = FormatOf(command.format).make(file.out(), {});
  if (file.resumed()) {
    std::fprintf(stderr, "trawl export: going on with %s.part\n", command.output.c_str());
    writer->Resume(rows->columns());
  } else {
    writer->Header(rows->columns());
  }
  while (!rows->done()) {
    error = rows->Next([&](const std::vector<storage::Value>& row) {
      writer->Row(row);
      return file.out().good();
    });
    if (!error.ok) return Fail(error);
    error.ok = file.Mark(rows->position(), error.message);
    if (!error.ok) return Fail(error);
  }
  writer->Finish();
  error.ok = file.Finish(error.message);
  return error.ok ? End(rows->unreadable()) : Fail(error);
}

/// Copies what counts of a file to the end of `out`.
bool Copy(const storage::WarcListed& file, std::FILE* out, std::string& error) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.path.c_str(), "rb"), std::fclose);
  std::vector<char> block(std::size_t{1} << 18);
  std::uint64_t rest = in ? file.bytes : 0;
  while (rest > 0) {
    const std::size_t size =
        std::fread(block.data(), 1, std::min<std::uint64_t>(rest, block.size()), in.get());
    if (size == 0) break;
    if (std::fwrite(block.data(), 1, size, out) != size) {
      error = "the result could not be written whole";
      return false;
    }
    rest -= size;
  }
  if (in && rest == 0) return true;
  error = file.path + (in ? " is shorter than the database says" : " cannot be opened");
  return false;
}

/// All WARC files one behind the other: gzip members may follow each other, so that is one again.
int WarcTo(const ExportCommand& command) {
  std::vector<storage::WarcListed> files;
  storage::QueryError error = storage::ListWarcFiles(command.request.database, files);
  if (!error.ok) return Fail(error);
  if (files.empty())
    return Fail({false, command.request.database + " keeps no bodies: see storage.bodies", false});
  const std::string part = command.output + ".part";
  std::FILE* const out = command.output.empty() ? stdout : std::fopen(part.c_str(), "wb");
  if (out == nullptr) return Fail({false, part + " cannot be written", false});
  bool good = true;
  for (const storage::WarcListed& file : files) good = good && Copy(file, out, error.message);
  const bool flushed = std::fflush(out) == 0 && (command.output.empty() || ::fsync(::fileno(out)) == 0);
  if (!command.output.empty()) std::fclose(out);
  if (good && !flushed) error.message = "the result could not be written whole";
  good =
      good && flushed && (command.output.empty() || std::rename(part.c_str(), command.output.c_str()) == 0);
  return good ? kExitDone : Fail({false, error.message, false});
}

/// The index of the WARC files.
int CdxjTo(const ExportCommand& command) {
  const std::string part = command.output + ".part";
  std::FILE* const out = command.output.empty() ? stdout : std::fopen(part.c_str(), "wb");
  if (out == nullptr) return Fail({false, part + " cannot be written", false});
  bool good = true;
  storage::QueryError error = storage::ListCdxj(command.request.database, [&](const std::string& line) {
    good = std::fprintf(out, "%s\n", line.c_str()) >= 0;
    return good;
  });
  good = std::fflush(out) == 0 && good;
  if (!command.output.empty()) std::fclose(out);
  if (!error.ok) return Fail(error);
  good = good && (command.output.empty() || std::rename(part.c_str(), command.output.c_str()) == 0);
  return good ? kExitDone : Fail({false, "the result could not be written whole", false});
}

int RunExport(ExportCommand& command) {
  std::istringstream columns(command.columns);
  for (std::string column; std::getline(columns, column, ',');) {
    const std::size_t begin = column.find_first_not_of(' ');
    if (begin == std::string::npos) return CommandLine::Refuse("export", "--columns has an empty name");
    command.request.columns.push_back(column.substr(begin, column.find_last_not_of(' ') + 1 - begin));
  }
  if (command.format == "warc") return WarcTo(command);
  if (command.format == "cdxj") return CdxjTo(command);
  return command.output.empty() ? ToStdout(command) : ToFile(command);
}

}  // namespace

std::function<int()> DefineExport(CommandLine& line) {
  auto command = std::make_shared<ExportCommand>();
  command->request.database = "trawl.db";
  std::string tables;
  for (const storage::ExportTable& table : storage::ExportTables())
    tables.append(tables.empty() ? "" : "|")
        .append(table.name)
        .append(table.name.ends_with('_') ? "RULE" : "");
  line.AddText("--db", "FILE", command->request.database, "the database (trawl.db)");
  line.AddChoice("--format", {"jsonl", "csv", "warc", "cdxj"}, command->format,
                 "how rows are written (jsonl)");
  line.AddText("--table", tables, command->request.table, "whose rows (pages)");
  line.AddText("--columns", "A,B", command->columns, "which columns, in this order (all)");
  line.AddText("--where", "SQL", command->request.where, "an expression that rows must meet");
  line.AddText("--output", "FILE", command->output, "a file in place of stdout; restartable");
  return [command] { return RunExport(*command); };
}

}  // namespace trawl::crawler
