#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crawler/fetch/event.h"
#include "crawler/fetch/timers.h"
#include "crawler/fetch/transport.h"

namespace trawl::crawler {

/// An open connection and where it leads.
struct Connection {
  std::unique_ptr<Transport> transport;
  std::optional<boost::asio::ip::address> peer;  ///< none: only a proxy knows
};

class ConnectionPool;

/// The right to make one exchange with an origin, and after a while the connection to make it on. Gives both
/// back when it dies; the connection is closed then unless Keep was called. Runs on: event loop. Borrows the
/// pool.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept { *this = std::move(other); }
  Lease& operator=(Lease&& other) noexcept;
  ~Lease() { Return(false); }

  std::unique_ptr<Connection> connection;  ///< an idle one to reuse; empty: open one and put it here
  bool reused = false;

  /// Ends the lease. `keep`: the connection has nothing left to read and may serve another.
  void Return(bool keep);
  explicit operator bool() const { return pool_ != nullptr; }

 private:
  friend class ConnectionPool;
  ConnectionPool* pool_ = nullptr;
  void* host_ = nullptr;
};

/// One who waits until a lease may be had. Leaves the queue when it dies. Runs on: event loop.
class LeaseWait {
 public:
  explicit LeaseWait(boost::asio::any_io_executor loop) : event(std::move(loop)) {}
  ~LeaseWait();
  LeaseWait(const LeaseWait&) = delete;
  LeaseWait& operator=(const LeaseWait&) = delete;
  Event event;  ///< try again

  /// The lease was had: the call is used up.
  void Satisfied() { pool_ = nullptr; }

 private:
  friend class ConnectionPool;
  ConnectionPool* pool_ = nullptr;
  bool called_ = false;
  std::string origin_;
};

/// Who may talk to which origin, and over what: caps on open connections, each origin's and all, and the idle
/// ones that wait to be used again. It leases capacity, not sockets: a protocol that carries many exchanges
/// on one connection changes what a lease holds, and nothing else. Runs on: event loop. Owns idle
/// connections; leased ones belong to their lease.
class ConnectionPool {
 public:
  struct Limits {
    std::size_t open = 10'000;  ///< leased and idle
    std::size_t per_origin = 256;
    Duration idle{30'000};  ///< an idle connection is closed after this
  };

  ConnectionPool(boost::asio::any_io_executor loop, Timers& timers, Limits limits);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  /// A lease with an idle connection that is still good, or without one; false when a cap is reached: Queue
  /// then. `fresh`: idle connections will not do.
  bool TryLease(std::string_view origin, bool fresh, Lease& lease);
  /// Sets the wait's event when TryLease is worth another try.
  void Queue(std::string_view origin, LeaseWait& wait);
  /// Closes the connection that has been idle longest; false when none is.
  bool CloseOldestIdle();

  /// Another cap on connections of one origin, from now on.
  void SetPerOrigin(std::size_t most) { limits_.per_origin = most; }

  std::size_t open() const { return leased_ + idle_.size(); }
  std::size_t idle() const { return idle_.size(); }

 private:
  friend class Lease;
  friend class LeaseWait;
  struct Host;
  struct Idle;
  struct Sweep;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  Host& HostOf(std::string_view origin);
  void Give(Lease& lease, Host& host);
  void TakeBack(Lease& lease, bool keep);
  std::unique_ptr<Connection> TakeIdle(Host& host);
  void CallNext(Host* host);
  void Forget(LeaseWait& wait);
  void DropIfUnused(Host& host);
  void CloseExpired();

  boost::asio::any_io_executor loop_;
  Timers& timers_;
  Limits limits_;
  std::unordered_map<std::string, std::unique_ptr<Host>, Hash, std::equal_to<>> hosts_;
  std::list<Idle> idle_;  ///< the longest idle first
  std::size_t leased_ = 0;
  std::deque<LeaseWait*> crowded_;  ///< wait for the cap on all
  std::unique_ptr<Sweep> sweep_;
};

}  // namespace trawl::crawler
