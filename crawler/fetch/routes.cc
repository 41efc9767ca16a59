#include "crawler/fetch/routes.h"

namespace trawl::crawler {

Routes::Routes(const config::Options& options)
    : common_(options.http.proxy, Proxies::SystemEnvironment), setup_error_(common_.setup_error()) {
  for (std::uint16_t target = 0; target < options.targets.size(); ++target) {
    const std::string& own = options.targets[target].http.proxy;
    if (own.empty()) continue;
    const auto added = own_.emplace(target, Proxies(own, Proxies::SystemEnvironment)).first;
    if (setup_error_.empty()) setup_error_ = added->second.setup_error();
  }
}

Proxies& Routes::Of(std::uint16_t target) {
  const auto found = own_.find(target);
  return found == own_.end() ? common_ : found->second;
}

}  // namespace trawl::crawler
