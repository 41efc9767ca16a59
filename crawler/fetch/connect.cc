#include "crawler/fetch/connect.h"

#include <algorithm>
#include <cerrno>

#include "crawler/fetch/fields.h"

namespace trawl::crawler {

namespace asio = boost::asio;
using asio::ip::address;

namespace {

/// Shared with the handlers of sockets that lost: theirs come after the race is over.
struct Race final : TimingWheel::Entry {
  struct Attempt {
    address to;
    std::unique_ptr<Socket> socket;
    bool answered = false;
  };

  explicit Race(const asio::any_io_executor& loop) : event(loop) {}
  void Expire() override {
    stagger_over = true;
    event.Set();
  }

  Event event;
  bool stagger_over = false;
  std::vector<Attempt> attempts;
};

struct OnAnswer {
  std::shared_ptr<Race> race;
  std::size_t attempt;
  void operator()(const boost::system::error_code& error) const {
    if (error) return;  // cancelled: the race is over
    race->attempts[attempt].answered = true;
    race->event.Set();
  }
};

std::string Place(const address& where, std::uint16_t port) {
  const std::string text = where.to_string();
  return (where.is_v6() ? "[" + text + "]:" : text + ":") + std::to_string(port);
}

/// The race as seen by the one who runs it.
class Runner {
 public:
  Runner(asio::any_io_executor loop, Timers& timers, SocketDoor& door, std::uint16_t port,
         SourceAddresses source)
      : loop_(std::move(loop)),
        timers_(timers),
        door_(door),
        port_(port),
        source_(std::move(source)),
        race_(std::make_shared<Race>(loop_)) {}

  /// The handlers that are still to come find a race without sockets and without timer.
  ~Runner() {
    timers_.Disarm(*race_);
    for (Race::Attempt& attempt : race_->attempts) attempt.socket.reset();
  }

  Race& race() { return *race_; }
  std::size_t open() const { return open_; }
  Connected& result() { return result_; }

  /// Begins an attempt. True when it has succeeded already, as on loopback.
  bool Begin(const address& to) {
    UniqueFd fd(door_.Open(to.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM));
    if (!fd) return Failed(to, errno);
    if (const auto& from = to.is_v4() ? source_.v4 : source_.v6) {
      const auto [own, own_size] = SocketAddress(*from, 0);
      if (door_.Bind(fd.Get(), reinterpret_cast<const sockaddr*>(&own), own_size) != 0)
        return CannotBind(*from, errno);
    }
    const auto [where, size] = SocketAddress(to, port_);
    const int done = door_.Connect(fd.Get(), reinterpret_cast<const sockaddr*>(&where), size);
    if (done != 0 && errno != EINPROGRESS) return Failed(to, errno);
    auto socket = std::make_unique<Socket>(loop_, door_, std::move(fd));
    if (done == 0) return Won(to, std::move(socket));
    socket->OnWritable(OnAnswer{race_, race_->attempts.size()});
    race_->attempts.push_back({to, std::move(socket), false});
    ++open_;
    return false;
  }

  /// Looks at the attempts that were answered. True when one has succeeded.
  bool Collect() {
    for (Race::Attempt& attempt : race_->attempts) {
      if (!attempt.answered || !attempt.socket) continue;
      std::unique_ptr<Socket> socket = std::move(attempt.socket);
      --open_;
      const int error = door_.PendingError(socket->fd());
      if (error == 0) return Won(attempt.to, std::move(socket));
      Failed(attempt.to, error);
    }
    return false;
  }

 private:
  bool Won(const address& to, std::unique_ptr<Socket> socket) {
    result_.socket = std::move(socket);
    result_.address = to;
    result_.failure = {};
    return true;
  }

  bool CannotBind(const address& from, int error) {
    result_.failure = {Outcome::kConnectFailed,
                       "http.source_address " + from.to_string() + ": " + ErrorText(error)};
    return false;
  }

  bool Failed(const address& to, int error) {
    if (error == EMFILE || error == ENFILE) result_.out_of_descriptors = true;
    result_.failure = {Outcome::kConnectFailed, Place(to, port_) + ": " + ErrorText(error)};
    return false;
  }

  asio::any_io_executor loop_;
  Timers& timers_;
  SocketDoor& door_;
  const std::uint16_t port_;
  const SourceAddresses source_;
  std::shared_ptr<Race> race_;
  std::size_t open_ = 0;
  Connected result_;
};

}  // namespace

std::optional<SourceAddresses> ParseSourceAddresses(std::string_view text) {
  SourceAddresses source;
  std::string_view element;
  while (!text.empty() && NextElement(text, element)) {
    boost::system::error_code error;
    const address one = asio::ip::make_address(element, error);
    auto& place = one.is_v4() ? source.v4 : source.v6;
    if (error || place) return std::nullopt;
    place = one;
  }
  return source;
}

std::vector<address> AlternateFamilies(std::vector<address> addresses) {
  std::vector<address> ordered;
  ordered.reserve(addresses.size());
  if (addresses.empty()) return ordered;
  bool want_v6 = addresses.front().is_v6();
  while (!addresses.empty()) {
    auto next = std::find_if(addresses.begin(), addresses.end(),
                             [&](const address& a) { return a.is_v6() == want_v6; });
    if (next == addresses.end()) next = addresses.begin();
    ordered.push_back(*next);
    addresses.erase(next);
    want_v6 = !ordered.back().is_v6();
  }
  return ordered;
}

asio::awaitable<Connected> Connect(asio::any_io_executor loop, Timers& timers, SocketDoor& door,
                                   const AddressGuard& guard, std::vector<address> addresses,
                                   std::uint16_t port, Deadline& deadline, SourceAddresses source) {
  Runner runner(std::move(loop), timers, door, port, source);
  std::string refusal;
  std::erase_if(addresses, [&](const address& one) {
    std::string why = guard.Refusal(one);
    const bool refused = !why.empty();
    if (refused) refusal = std::move(why);
    return refused;
  });
  if (addresses.empty()) {
    runner.result().failure = {Outcome::kRefusedPrivate, refusal};
    co_return std::move(runner.result());
  }
  std::erase_if(addresses, [&](const address& one) { return !source.Permits(one); });
  if (addresses.empty()) {
    runner.result().failure = {Outcome::kConnectFailed, "no address of the family of http.source_address"};
    co_return std::move(runner.result());
  }
  const std::vector<address> order = AlternateFamilies(std::move(addresses));
  Race& race = runner.race();
  std::size_t next = 0;
  while (!deadline.expired()) {
    const bool turn = runner.open() == 0 || std::exchange(race.stagger_over, false);
    if (turn && next < order.size()) {
      if (runner.Begin(order[next++])) co_return std::move(runner.result());
      if (runner.open() == 0) continue;
      if (next < order.size()) timers.ArmIn(race, kConnectStagger);
    }
    if (runner.open() == 0) co_return std::move(runner.result());  // all have failed
    if (!deadline.Watch(race.event)) break;
    co_await race.event.Wait();
    deadline.Unwatch();
    if (runner.Collect()) co_return std::move(runner.result());
  }
  runner.result().failure = deadline.failure();
  runner.result().failure.detail += ": " + Place(order[next > 0 ? next - 1 : 0], port);
  co_return std::move(runner.result());
}

}  // namespace trawl::crawler
