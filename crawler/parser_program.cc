#include "crawler/parser_program.h"

#include <filesystem>
#include <system_error>

namespace trawl::crawler {

std::string ParserProgram(const config::ParserOptions& options) {
  if (!options.program.empty()) return options.program;
  std::error_code ignored;
  return (std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "trawl-parser").string();
}

}  // namespace trawl::crawler
