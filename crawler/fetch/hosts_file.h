#pragma once

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace trawl::crawler {

/// Names whose addresses stand in a table: `dns.hosts`, then /etc/hosts, as hosts(5) has it.
/// Runs on: any. Owns its entries.
class HostsFile {
 public:
  static constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;  ///< of the file; more is not read

  /// One further name of the operator's; it hides what the file says. False when `address` is no address.
  bool Add(std::string_view name, std::string_view address);
  /// Reads "address name..." lines; what is no such line is passed over.
  void Parse(std::string_view text);
  void Load(const std::string& path);

  /// The addresses of a name in lower case; null when the table does not have it.
  const std::vector<boost::asio::ip::address>* Find(const std::string& name) const;

 private:
  struct Entry {
    std::vector<boost::asio::ip::address> addresses;
    bool own = false;  ///< from Add
  };
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace trawl::crawler
