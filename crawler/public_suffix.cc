#include "crawler/public_suffix.h"

#include <libpsl.h>

#include <string>

#include "crawler/scope.h"

namespace trawl::crawler {

std::string_view RegistrableDomain(std::string_view host) {
  if (host.empty() || host.front() == '[') return host;
  const std::string name(host);
  // The list compiled into libpsl is constant data: no file is read on the loop.
  const char* domain = psl_registrable_domain(psl_builtin(), name.c_str());
  if (domain == nullptr) return host;
  return host.substr(static_cast<std::size_t>(domain - name.c_str()));
}

bool IsPublicSuffix(std::string_view host) {
  return psl_is_public_suffix(psl_builtin(), std::string(host).c_str()) != 0;
}

}  // namespace trawl::crawler
