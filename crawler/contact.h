#pragma once

#include <optional>
#include <string_view>

#include "config/load.h"

namespace trawl::crawler {

/// Whether a host as it stands in a normalised URL may be one of the public internet: neither an address of a
/// reserved range, nor a name that DNS keeps for other uses (RFC 6761, RFC 6762, RFC 8375, RFC 9476 and
/// .internal) or that has a single label.
bool MayBePublic(std::string_view host);

/// A crawl of the public web says whom its operators can write to: in http.contact, or by a URL or mail
/// address in http.user_agent. What is wrong when it does not; nothing when it does, when no target has a
/// seed that MayBePublic and is not in dns.hosts, or when the crawl is of networks of its own
/// (crawl.private_addresses = "allow", or private_networks of the target).
std::optional<config::ConfigError> MissingContact(const config::Sources& sources,
                                                  const config::Options& options);

}  // namespace trawl::crawler
