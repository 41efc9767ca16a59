// trawl-parser: the program in which everything from outside is parsed. It holds no TLS, no database and no
// network.

#include <cstdio>
#include <cstring>

#include "parser/charset_decode.h"
#include "parser/control_message.h"
#include "parser/document_kinds.h"
#include "parser/idna.h"
#include "parser/xpath.h"
#include "parser/zygote.h"

namespace {

// Every table that a worker could no longer open a file for.
bool LoadTables() {
  trawl::parser::PreloadCharsets();
  trawl::parser::LoadXPath();
  return trawl::parser::LoadIdnaTables();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trawl::parser;
  const bool asked = argc == 2 && argv[1] == kZygoteArgument;
  const int code = asked ? RunZygote({ParseDocument, LoadTables}, argv[1]) : kExitUsage;
  if (code == kExitUsage) {
    std::fputs("trawl-parser parses pages in sandboxed processes; trawl starts it, nobody else does.\n",
               stderr);
  }
  return code;
}
