#include "crawler/cli/doctor.h"

#include <memory>

#include "crawler/cli/exit_codes.h"
#include "crawler/cli/print_rows.h"
#include "storage/doctor.h"

namespace trawl::crawler {
namespace {

struct DoctorCommand {
  RowsRequest request;
  bool repair = false;
};

std::string Word(storage::Finding::State state) {
  switch (state) {
    case storage::Finding::State::kOk:
      return "ok";
    case storage::Finding::State::kNote:
      return "note";
    case storage::Finding::State::kProblem:
      return "problem";
    case storage::Finding::State::kRepaired:
      return "repaired";
  }
  return "";
}

storage::Value TextOrNone(const std::string& text) {
  return text.empty() ? storage::Value() : storage::Value(text);
}

int RunDoctor(const DoctorCommand& command) {
  const storage::Examination examination = storage::Examine(command.request.database, command.repair);
  const int printed = PrintRows(command.request, [&](const auto& header, const auto& row) {
    if (!examination.error.empty()) return storage::QueryError{false, examination.error, false, false};
    header({"check", "state", "rows", "detail"});
    for (const storage::Finding& finding : examination.findings) {
      const bool counted = finding.count > 0;
      const storage::Value count = counted ? storage::Value(finding.count) : storage::Value();
      if (!row({finding.check, Word(finding.state), count, TextOrNone(finding.detail)})) break;
    }
    return storage::QueryError();
  });
  if (printed != kExitDone) return printed;
  return examination.clean() ? kExitDone : kExitFailed;
}

}  // namespace

std::function<int()> DefineDoctor(CommandLine& line) {
  auto command = std::make_shared<DoctorCommand>();
  command->request.command = "doctor";
  AddRowOptions(line, command->request);
  line.AddFlag("--repair", command->repair, "set right what is safe; no crawl may run");
  return [command] { return RunDoctor(*command); };
}

}  // namespace trawl::crawler
