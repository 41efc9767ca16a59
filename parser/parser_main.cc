// trawl-parser: the program in which everything from outside is parsed. trawl starts it; it holds no TLS, no
// database, no network.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "parser/idna.h"
#include "parser/zygote.h"
#include "parser/zygote_wire.h"

namespace {

bool ReadNumber(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trawl;
  std::uint64_t memory = 0, cpu_ms = 0;
  const bool called_by_trawl = argc == 4 && std::strcmp(argv[1], "--zygote") == 0 &&
                               ReadNumber(argv[2], memory) && ReadNumber(argv[3], cpu_ms) &&
                               ::fcntl(parser::kZygoteFd, F_GETFD) >= 0;
  if (!called_by_trawl) {
    std::fputs("trawl-parser parses pages in sandboxed processes; trawl starts it, nobody else does.\n",
               stderr);
    return 64;
  }
  // Nothing that trawl had open comes along, whatever its flags.
  ::syscall(SYS_close_range, parser::kZygoteFd + 1, ~0U, 0);
  ::fcntl(parser::kZygoteFd, F_SETFD, FD_CLOEXEC);
  // Tables that a sandboxed worker could no longer load.
  parser::LoadIdnaTables();
  const parser::WorkerLimits limits{{memory}, Duration(cpu_ms)};
  return parser::RunZygote(UniqueFd(parser::kZygoteFd), limits);
}
