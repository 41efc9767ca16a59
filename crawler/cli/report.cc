#include "crawler/cli/report.h"

#include <memory>

#include "config/nearest.h"
#include "crawler/cli/print_rows.h"
#include "storage/reports/reports.h"

namespace trawl::crawler {
namespace {

struct ReportCommand {
  RowsRequest request;
  std::string name, argument;
  std::string limit = "100";
};

storage::QueryError ListReports(const std::function<void(const std::vector<std::string>& columns)>& header,
                                const std::function<bool(const std::vector<storage::Value>& row)>& row) {
  header({"report", "rows"});
  for (const storage::Report& report : storage::Reports()) {
    std::string name(report.name);
    if (!report.argument.empty()) name.append(" ").append(report.argument);
    if (!row({name, std::string(report.sentence)})) break;
  }
  return {};
}

int RefuseName(const std::string& name) {
  std::vector<std::string> names;
  for (const storage::Report& report : storage::Reports()) names.emplace_back(report.name);
  const std::string nearest = config::NearestKey(name, names);
  const std::string hint =
      nearest.empty() ? "; \"trawl report\" lists them" : "; did you mean \"" + nearest + "\"?";
  return CommandLine::Refuse("report", "there is no report \"" + name + "\"" + hint);
}

int RunReport(const ReportCommand& command) {
  std::int64_t limit = 0;
  if (!ParseLimit(command.limit, limit))
    return CommandLine::Refuse("report", "--limit: \"" + command.limit + "\" is no number of rows");
  if (command.name.empty()) return PrintRows(command.request, ListReports);
  const storage::Report* report = storage::FindReport(command.name);
  if (report == nullptr) return RefuseName(command.name);
  if (report->argument.empty() != command.argument.empty()) {
    const std::string wants =
        report->argument.empty() ? "takes no argument" : "needs its " + std::string(report->argument);
    return CommandLine::Refuse("report", command.name + " " + wants);
  }
  const std::int64_t rows = limit < 0 ? -1 : limit + 1;  // one more tells that there are more
  return PrintRows(
      command.request,
      [&](const auto& header, const auto& row) {
        return storage::RunReport(command.request.database, *report, command.argument, rows, header, row);
      },
      limit);
}

}  // namespace

std::function<int()> DefineReport(CommandLine& line) {
  auto command = std::make_shared<ReportCommand>();
  command->request.command = "report";
  AddRowOptions(line, command->request);
  line.AddText("--limit", "N", command->limit, "rows at most, 0 for all (100)");
  line.AddText("NAME", "", command->name, "which report; none: lists them");
  line.AddText("ARGUMENT", "", command->argument, "what it is about, where it says so");
  return [command] { return RunReport(*command); };
}

}  // namespace trawl::crawler
