#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace trawl::crawler {

/// What is known of a name: its addresses, or why there are none.
struct DnsAnswer {
  std::vector<boost::asio::ip::address> addresses;
  std::string failure;   ///< for people, when there are no addresses
  bool absent = false;   ///< the name servers say that the name, or an address for it, does not exist
  bool partial = false;  ///< addresses of one family; what the name servers have of the other is not known
};

/// Answers by name, each until its time is over. Runs on: any one thread; time is an argument. Owns the
/// answers; at most kMaxNames of them, the longest unused goes first.
class DnsCache {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMaxNames = 100'000;
  static constexpr std::chrono::seconds kMinLife{300}, kMaxLife{6 * 3600}, kAbsentLife{60}, kPartialLife{60};

  explicit DnsCache(std::size_t max_names = kMaxNames) : max_names_(max_names) {}

  /// The answer for a name; null when there is none, or it is too old. Valid until the next call.
  const DnsAnswer* Find(std::string_view name, Clock::time_point now);
  /// Keeps an answer for `life` as the record's TTL has it, within the bounds above. A failure that is not an
  /// absence is not kept: it is the name server's trouble, and may be over by the next question.
  void Store(std::string_view name, DnsAnswer answer, std::chrono::seconds life, Clock::time_point now);
  std::size_t size() const { return names_.size(); }

 private:
  struct Entry {
    std::string name;
    DnsAnswer answer;
    Clock::time_point end;
  };
  std::size_t max_names_;
  std::list<Entry> entries_;  ///< the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> names_;
};

}  // namespace trawl::crawler
