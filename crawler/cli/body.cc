#include "crawler/cli/body.h"

#include <cstdio>
#include <memory>

#include "crawler/cli/exit_codes.h"
#include "parser/fingerprint.h"
#include "parser/normalize.h"
#include "parser/url.h"
#include "parser/wire.h"
#include "storage/warc/read_body.h"

namespace trawl::crawler {
namespace {

struct BodyCommand {
  std::string database = "trawl.db";
  std::string url;
  bool head = false;
};

int RunBody(const BodyCommand& command) {
  const Result<parser::Url> url = parser::Url::Parse(command.url);
  parser::NormalizeOptions options;
  options.max_length = parser::kMaxUrl;
  const Result<std::string> normal =
      url ? parser::Normalize(*url, options) : Result<std::string>(url.error());
  if (!normal) return CommandLine::Refuse("body", command.url + ": " + normal.error().message());
  storage::StoredBody body;
  const storage::QueryError error =
      storage::ReadBody(command.database, parser::FingerprintUrl(*normal), body);
  if (!error.ok) {
    std::fprintf(stderr, "trawl body: %s\n", error.message.c_str());
    return error.message.ends_with("no body of this URL") ? kExitFailed : kExitIo;
  }
  const std::string& head = command.head ? body.http_head : std::string();
  const bool written =
      std::fwrite(head.data(), 1, head.size(), stdout) == head.size() &&
      std::fwrite(body.payload.data(), 1, body.payload.size(), stdout) == body.payload.size() &&
      std::fflush(stdout) == 0;
  if (written) return kExitDone;
  std::fprintf(stderr, "trawl body: the result could not be written whole\n");
  return kExitIo;
}

}  // namespace

std::function<int()> DefineBody(CommandLine& line) {
  auto command = std::make_shared<BodyCommand>();
  line.AddText("--db", "FILE", command->database, "the database (trawl.db)");
  line.AddFlag("--head", command->head, "print the head of the answer too");
  line.AddRequired("URL", "", command->url, "whose answer");
  return [command] { return RunBody(*command); };
}

}  // namespace trawl::crawler
