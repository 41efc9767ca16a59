#include "crawler/version.h"

namespace trawl::crawler {

// Set for this file alone: a new version compiles one file anew.
std::string_view Version() {
  return TRAWL_VERSION;
}

}  // namespace trawl::crawler
