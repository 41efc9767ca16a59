#include "crawler/cli/search.h"

#include <cstdio>
#include <memory>

#include "crawler/cli/print_rows.h"
#include "storage/search.h"

namespace trawl::crawler {
namespace {

struct SearchCommand {
  RowsRequest request;
  std::vector<std::string> words;
  std::string limit = "20";
};

int RunSearch(const SearchCommand& command) {
  std::int64_t limit = 0;
  if (!ParseLimit(command.limit, limit))
    return CommandLine::Refuse("search", "--limit: \"" + command.limit + "\" is no number of rows");
  std::string words;
  for (const std::string& word : command.words) words += word + " ";
  storage::SearchCover cover;
  const std::int64_t rows = limit < 0 ? -1 : limit + 1;  // one more tells that there are more
  const int code = PrintRows(
      command.request,
      [&](const auto& header, const auto& row) {
        return storage::Search(command.request.database, words, rows, header, row, cover);
      },
      limit);
  if (cover.indexed < cover.pages) {
    std::fprintf(stderr, "trawl search: %lld of %lld pages are indexed so far; a crawl indexes the others\n",
                 static_cast<long long>(cover.indexed), static_cast<long long>(cover.pages));
  }
  return code;
}

}  // namespace

std::function<int()> DefineSearch(CommandLine& line) {
  auto command = std::make_shared<SearchCommand>();
  command->request.command = "search";
  AddRowOptions(line, command->request);
  line.AddText("--limit", "N", command->limit, "rows at most, 0 for all (20)");
  line.AddList("WORDS", "", command->words, "what the pages hold");
  return [command] { return RunSearch(*command); };
}

}  // namespace trawl::crawler
