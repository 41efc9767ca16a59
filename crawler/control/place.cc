#include "crawler/control/place.h"

#include <unistd.h>

#include <cstdlib>

namespace trawl::crawler {
namespace {

constexpr const char* kServiceSocket = "/run/trawl/control.sock";

}  // namespace

std::string ControlSocket(const config::Options& options) {
  if (!options.control.socket.empty()) return options.control.socket;
  // systemd gives one folder, or several with colons between.
  if (const char* folders = std::getenv("RUNTIME_DIRECTORY"); folders != nullptr && *folders == '/') {
    const std::string text(folders);
    return text.substr(0, text.find(':')) + "/control.sock";
  }
  return options.storage.path + ".sock";
}

std::string UsualControlSocket() {
  if (::access(kServiceSocket, F_OK) == 0) return kServiceSocket;
  return config::StorageOptions().path + ".sock";
}

std::string TokenFile(const config::Options& options) {
  return options.control.token_file.empty() ? options.storage.path + ".token" : options.control.token_file;
}

}  // namespace trawl::crawler
