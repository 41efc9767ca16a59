#include "crawler/load_config.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "crawler/cli/exit_codes.h"
#include "crawler/cli/terminal.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kExcerpt = 100;  // columns

std::vector<std::string> LinesOf(const std::string& path) {
  std::vector<std::string> lines;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return lines;  // a pipe was read once already
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Bytes of the first character.
std::size_t CutToCharacter(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return size;
}

}  // namespace

config::Loaded LoadConfig(const config::Sources& sources) {
  return LoadConfigAndTargets(sources).loaded;
}

LoadedTargets LoadConfigAndTargets(const config::Sources& sources) {
  LoadedTargets result{config::LoadSources(sources), {}};
  config::Loaded& loaded = result.loaded;
  Targets targets(loaded);  // for its errors; also after others, so that all are told at once
  if (loaded.errors.empty() && loaded.options.targets.empty())
    loaded.errors.push_back({sources.file.empty() ? "command line" : sources.file, 0, 0, "",
                             "there is nothing to crawl; allowed: a [[target]] with seeds, or a URL"});
  loaded.SortErrors();
  if (loaded.errors.empty()) result.targets = std::move(targets);
  return result;
}

std::string Excerpt(const config::ConfigError& error, std::string_view line) {
  // Columns count characters; of a text in quotes the first byte stands behind the quote.
  std::size_t at = 0;
  for (int column = 1; column < error.column && at < line.size(); ++column)
    at += CutToCharacter(line.substr(at));
  if (error.offset > 0 && at < line.size() && (line[at] == '"' || line[at] == '\'')) at += 1 + error.offset;
  at = std::min(at, line.size());
  const std::string before = Printable(line.substr(0, at)), behind = Printable(line.substr(at));
  const std::size_t width = DisplayWidth(before),
                    hidden = width > kExcerpt * 2 / 3 ? width - kExcerpt * 2 / 3 : 0;
  const std::string_view shown = std::string_view(before).substr(CutToWidth(before, hidden).size());
  const std::size_t room = kExcerpt - DisplayWidth(shown);
  return "    " + std::string(shown) + std::string(CutToWidth(behind, room)) + "\n    " +
         std::string(DisplayWidth(shown), ' ') + "^\n";
}

int ReportConfigErrors(const config::Loaded& loaded) {
  std::map<std::string, std::vector<std::string>> files;
  for (const config::ConfigError& error : loaded.errors) {
    std::fprintf(stderr, "%s\n", error.ToString().c_str());
    if (error.line <= 0) continue;
    const auto [file, fresh] = files.try_emplace(error.source);
    if (fresh) file->second = LinesOf(error.source);
    const std::size_t line = static_cast<std::size_t>(error.line) - 1;
    if (line < file->second.size()) std::fputs(Excerpt(error, file->second[line]).c_str(), stderr);
  }
  return loaded.errors.empty() ? kExitDone : kExitConfig;
}

}  // namespace trawl::crawler
