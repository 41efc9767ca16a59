#include "crawler/contact.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

#include "crawler/fetch/address_guard.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

constexpr std::string_view kReservedNames[] = {"alt",   "example",   "home.arpa", "internal", "invalid",
                                               "local", "localhost", "onion",     "test"};

bool IsBelow(std::string_view name, std::string_view domain) {
  return name.ends_with(domain) &&
         (name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.');
}

bool NamesOne(std::string_view text) {
  return text.find('@') != text.npos || text.find("://") != text.npos;
}

}  // namespace

bool MayBePublic(std::string_view host) {
  std::string_view bare = host;
  if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(bare, no_address);
  if (!no_address) return ReservedRange(address).empty();
  if (host.ends_with('.')) host.remove_suffix(1);
  return host.find('.') != host.npos &&
         std::ranges::none_of(kReservedNames, [host](auto name) { return IsBelow(host, name); });
}

std::optional<config::ConfigError> MissingContact(const config::Sources& sources,
                                                  const config::Options& options) {
  if (!options.http.contact.empty() || NamesOne(options.http.user_agent) ||
      options.crawl.private_addresses == config::PrivateAddresses::kAllow)
    return {};
  for (const config::Target& target : options.targets) {
    if (!target.private_networks.empty()) continue;
    for (const std::string& seed : target.seeds) {
      const Result<parser::Url> url = parser::Url::Parse(seed);
      const Result<std::string> normalized = url ? parser::Normalize(*url) : url.error();
      parser::UrlParts parts;
      if (!normalized || !parser::SplitNormalized(*normalized, parts) || !MayBePublic(parts.host)) continue;
      const auto is_host = [&](const auto& entry) { return entry.first == parts.host; };
      if (std::ranges::any_of(options.dns.hosts, is_host)) continue;
      return config::ConfigError{
          sources.file.empty() ? "command line" : sources.file, 0, 0, "http.contact",
          "is not set, and " + std::string(parts.host) +
              " is on the public web; whoever runs a site must be able to write to you: "
              "allowed: a URL or a mail address, such as --set http.contact=you@your.domain"};
    }
  }
  return {};
}

}  // namespace trawl::crawler
