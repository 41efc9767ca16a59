#include "crawler/parser_program.h"

#include <filesystem>
#include <system_error>

namespace trawl::crawler {

std::string ParserProgram(const config::ParserOptions& options) {
  if (!options.program.empty()) return options.program;
  std::error_code ignored;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  // Installed: PREFIX/bin/trawl and PREFIX/libexec/trawl/trawl-parser.
  auto installed = folder.parent_path() / "libexec/trawl/trawl-parser";
  if (std::filesystem::exists(installed, ignored)) return installed.string();
  return (folder / "trawl-parser").string();
}

}  // namespace trawl::crawler
