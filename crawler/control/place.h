#pragma once

#include <string>

#include "config/options.h"

namespace trawl::crawler {

/// Path of a daemon's control socket: control.socket, else control.sock in $RUNTIME_DIRECTORY, else the
/// database's path with ".sock".
std::string ControlSocket(const config::Options& options);

/// Where a command finds the socket when nothing names it: the service's, if it is there, else that of
/// trawl.db in this folder.
std::string UsualControlSocket();

/// Path of the dashboard's token: control.token_file, else the database's path with ".token".
std::string TokenFile(const config::Options& options);

}  // namespace trawl::crawler
