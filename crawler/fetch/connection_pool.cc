#include "crawler/fetch/connection_pool.h"

#include <algorithm>
#include <array>

namespace trawl::crawler {

struct ConnectionPool::Host {
  std::string origin;
  std::size_t leased = 0;
  std::vector<std::list<Idle>::iterator> idle;  ///< the last used last
  std::deque<LeaseWait*> waiting;               ///< for the cap on this origin
};

struct ConnectionPool::Idle {
  std::unique_ptr<Connection> connection;
  Host* host;
  Timers::Clock::time_point end;
};

struct ConnectionPool::Sweep final : TimingWheel::Entry {
  explicit Sweep(ConnectionPool* owner) : pool(owner) {}
  void Expire() override { pool->CloseExpired(); }
  ConnectionPool* pool;
};

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  Return(false);
  connection = std::move(other.connection);
  reused = other.reused;
  pool_ = std::exchange(other.pool_, nullptr);
  host_ = std::exchange(other.host_, nullptr);
  return *this;
}

void Lease::Return(bool keep) {
  if (pool_ != nullptr) std::exchange(pool_, nullptr)->TakeBack(*this, keep);
  connection.reset();
}

LeaseWait::~LeaseWait() {
  if (pool_ != nullptr) pool_->Forget(*this);
}

ConnectionPool::ConnectionPool(boost::asio::any_io_executor loop, Timers& timers, Limits limits)
    : loop_(std::move(loop)), timers_(timers), limits_(limits), sweep_(std::make_unique<Sweep>(this)) {}

ConnectionPool::~ConnectionPool() = default;

ConnectionPool::Host& ConnectionPool::HostOf(std::string_view origin) {
  const auto found = hosts_.find(origin);
  if (found != hosts_.end()) return *found->second;
  auto host = std::make_unique<Host>();
  host->origin = origin;
  return *hosts_.emplace(std::string(origin), std::move(host)).first->second;
}

bool ConnectionPool::TryLease(std::string_view origin, bool fresh, Lease& lease) {
  lease.Return(false);
  Host& host = HostOf(origin);
  while (!fresh && !host.idle.empty()) {
    std::unique_ptr<Connection> connection = TakeIdle(host);
    // Whatever an idle connection has to say ends it: its close, or an answer nobody asked for (RFC 9112
    // section 9.2).
    std::array<char, 64> bytes;
    const Transfer step = connection->transport->Read(bytes);
    if (step.bytes > 0 || step.ended || !step.error.empty()) continue;
    Give(lease, host);
    lease.connection = std::move(connection);
    lease.reused = true;
    return true;
  }
  if (host.leased >= limits_.per_origin) return false;
  if (open() >= limits_.open && !CloseOldestIdle()) {
    DropIfUnused(host);
    return false;
  }
  Give(lease, HostOf(origin));  // the idle connection may have been the last of this host
  lease.reused = false;
  return true;
}

void ConnectionPool::Give(Lease& lease, Host& host) {
  lease.pool_ = this;
  lease.host_ = &host;
  ++host.leased;
  ++leased_;
}

void ConnectionPool::TakeBack(Lease& lease, bool keep) {
  Host* const host = static_cast<Host*>(std::exchange(lease.host_, nullptr));
  --host->leased;
  --leased_;
  if (keep && lease.connection && limits_.idle.count() > 0) {
    idle_.push_back({std::move(lease.connection), host, Timers::Clock::now() + limits_.idle});
    host->idle.push_back(std::prev(idle_.end()));
    if (!sweep_->armed()) timers_.ArmAt(*sweep_, idle_.front().end);
  }
  lease.connection.reset();
  CallNext(host);
  DropIfUnused(*host);
}

std::unique_ptr<Connection> ConnectionPool::TakeIdle(Host& host) {
  const auto idle = host.idle.back();
  host.idle.pop_back();
  std::unique_ptr<Connection> connection = std::move(idle->connection);
  idle_.erase(idle);
  return connection;
}

bool ConnectionPool::CloseOldestIdle() {
  if (idle_.empty()) return false;
  Host& host = *idle_.front().host;
  std::erase(host.idle, idle_.begin());
  idle_.pop_front();
  DropIfUnused(host);
  return true;
}

void ConnectionPool::CloseExpired() {
  const auto now = Timers::Clock::now();
  while (!idle_.empty() && idle_.front().end <= now) CloseOldestIdle();
  if (!idle_.empty()) timers_.ArmAt(*sweep_, idle_.front().end);
}

void ConnectionPool::Queue(std::string_view origin, LeaseWait& wait) {
  wait.pool_ = this;
  wait.called_ = false;
  wait.origin_ = origin;
  Host& host = HostOf(origin);
  if (host.leased >= limits_.per_origin) {
    host.waiting.push_back(&wait);
  } else {
    crowded_.push_back(&wait);
    DropIfUnused(host);
  }
}

/// A place has become free, for this origin where one is named: calls the first who waits for it.
void ConnectionPool::CallNext(Host* host) {
  auto& queue = host != nullptr && !host->waiting.empty() ? host->waiting : crowded_;
  if (queue.empty()) return;
  LeaseWait& next = *queue.front();
  queue.pop_front();
  next.called_ = true;
  next.event.Set();
}

/// A waiter has gone. If it was called and did not come, the next one is.
void ConnectionPool::Forget(LeaseWait& wait) {
  const auto found = hosts_.find(wait.origin_);
  Host* const host = found == hosts_.end() ? nullptr : found->second.get();
  if (wait.called_) {
    CallNext(host);
    return;
  }
  std::erase(crowded_, &wait);
  if (host == nullptr) return;
  std::erase(host->waiting, &wait);
  DropIfUnused(*host);
}

void ConnectionPool::DropIfUnused(Host& host) {
  if (host.leased == 0 && host.idle.empty() && host.waiting.empty()) hosts_.erase(hosts_.find(host.origin));
}

}  // namespace trawl::crawler
