#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "config/options.h"
#include "crawler/fetch/proxy.h"

namespace trawl::crawler {

/// Which proxies a target's fetches go through: its own, or those of [http]. Runs on: event loop. Owns the
/// proxies.
class Routes {
 public:
  explicit Routes(const config::Options& options);

  /// What could not be read, for people; empty when all could.
  const std::string& setup_error() const { return setup_error_; }
  Proxies& Of(std::uint16_t target);

 private:
  Proxies common_;
  std::unordered_map<std::uint16_t, Proxies> own_;  ///< by target
  std::string setup_error_;
};

}  // namespace trawl::crawler
