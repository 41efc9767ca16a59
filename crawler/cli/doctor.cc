#include "crawler/cli/doctor.h"

#include <cstdio>
#include <memory>

#include "crawler/cli/exit_codes.h"
#include "crawler/cli/print_rows.h"
#include "storage/doctor.h"

namespace trawl::crawler {
namespace {

struct DoctorCommand {
  RowsRequest request;
  bool repair = false;
  bool vacuum = false;
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
  if (command.vacuum) {
    const std::string wrong = storage::Vacuum(command.request.database);
    if (!wrong.empty()) std::fprintf(stderr, "trawl doctor: %s\n", wrong.c_str());
    if (!wrong.empty()) return kExitIo;
  }
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
  line.AddFlag("--vacuum", command->vacuum, "first write the file anew without free pages; no crawl may run");
  return [command] { return RunDoctor(*command); };
}

}  // namespace trawl::crawler
