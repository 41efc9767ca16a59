#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace trawl::test {

/// One request that a test server answered. Times are microseconds since the server started.
struct ServedRequest {
  std::string host;              ///< of the Host field, without port; the local address when there is none
  std::string address;           ///< local address the client connected to
  std::string path;              ///< request target as sent
  std::string agent;             ///< User-Agent
  std::uint64_t connection = 0;  ///< counts from 1
  std::uint64_t start_us = 0;    ///< the request's head was complete
  std::uint64_t end_us = 0;      ///< the last bytes were about to go to the socket, or the connection ended
  std::uint64_t bytes = 0;       ///< sent, head and body
  int status = 0;
  bool complete = false;  ///< the whole reply went out

  /// One JSON object, without line end.
  std::string ToJson() const;
};

/// Figures of a test server since its start or the last reset.
struct ServedStats {
  std::uint64_t accepted = 0;  ///< connections
  std::uint64_t open = 0, peak_open = 0;
  std::uint64_t requests = 0;                 ///< answered or under way
  std::uint64_t active = 0, peak_active = 0;  ///< requests at the same moment
  std::uint64_t peak_active_one_host = 0;     ///< the largest of any host
  std::uint64_t hosts = 0;                    ///< that got a request
  std::uint64_t bytes = 0;
  std::uint64_t private_requests = 0;  ///< for /private/...: robots.txt was not obeyed
  std::uint64_t refused = 0;           ///< connections to an address outside the web
  std::uint64_t log_dropped = 0;       ///< requests beyond the log's limit
  std::map<int, std::uint64_t> statuses;

  std::string ToJson() const;
};

/// Keeps both. Not synchronised: the server holds its lock around every call.
class ServedLog {
 public:
  explicit ServedLog(std::size_t limit) : limit_(limit) {}

  void Accepted();
  void Refused() { ++stats_.refused; }
  void Closed() { --stats_.open; }
  void Begin(const std::string& host, bool private_path);
  void End(ServedRequest request);
  /// Forgets what is past; what is open or under way stays counted.
  void Reset();

  const ServedStats& stats() const { return stats_; }
  const std::vector<ServedRequest>& requests() const { return requests_; }

 private:
  struct Host {
    std::uint64_t active = 0, peak = 0, requests = 0;
  };
  std::size_t limit_;
  ServedStats stats_;
  std::unordered_map<std::string, Host> hosts_;
  std::vector<ServedRequest> requests_;
};

}  // namespace trawl::test
