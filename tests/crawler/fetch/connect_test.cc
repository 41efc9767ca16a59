#include "crawler/fetch/connect.h"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {
namespace {

using boost::asio::ip::address;
using crawler::AddressGuard;
using crawler::AlternateFamilies;
using crawler::Connect;
using crawler::Connected;
using crawler::Deadline;
using crawler::SocketDoor;
using crawler::Timers;

/// A kernel in which some addresses never answer and some refuse; all others are the local server.
class Country final : public SocketDoor {
 public:
  explicit Country(std::uint16_t port) : port_(port) {}
  std::set<std::string> mute, refusing;
  std::vector<std::string> tried;

  int Open(int, int) override { return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
  int Connect(int fd, const sockaddr* to, socklen_t) override {
    const std::string name = Text(to);
    tried.push_back(name);
    if (refusing.count(name) == 1) {
      errno = ECONNREFUSED;
      return -1;
    }
    if (mute.count(name) == 1) {
      Fill(fd);
      errno = EINPROGRESS;
      return -1;
    }
    const auto [where, size] = crawler::SocketAddress(boost::asio::ip::make_address("127.0.0.1"), port_);
    return SocketDoor::Connect(fd, reinterpret_cast<const sockaddr*>(&where), size);
  }

 private:
  static std::string Text(const sockaddr* to) {
    if (to->sa_family == AF_INET) {
      return boost::asio::ip::address_v4(ntohl(reinterpret_cast<const sockaddr_in*>(to)->sin_addr.s_addr))
          .to_string();
    }
    boost::asio::ip::address_v6::bytes_type bytes;
    std::copy_n(reinterpret_cast<const sockaddr_in6*>(to)->sin6_addr.s6_addr, bytes.size(), bytes.begin());
    return boost::asio::ip::address_v6(bytes).to_string();
  }
  /// Puts a socket that will never be writable in the descriptor's place.
  void Fill(int fd) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    const std::string bytes(4096, 'x');
    while (::send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) continue;
    ::dup3(ends[0], fd, O_CLOEXEC);
    ::close(ends[0]);
    others_.push_back(UniqueFd(ends[1]));
  }
  const std::uint16_t port_;
  std::vector<UniqueFd> others_;
};

class Traveller {
 public:
  Connected Go(Country& country, const std::vector<std::string>& names, Duration limit = Duration(5000),
               bool allow_private = true) {
    std::vector<address> addresses;
    for (const std::string& name : names) addresses.push_back(boost::asio::ip::make_address(name));
    const AddressGuard guard(allow_private, {});
    Deadline deadline(timers_, limit);
    deadline.BeginStep("connecting", limit);
    Connected connected;
    bool done = false;
    const auto store = [&](std::exception_ptr, Connected one) {
      connected = std::move(one);
      done = true;
    };
    auto race = Connect(loop_.get_executor(), timers_, country, guard, addresses, 80, deadline);
    boost::asio::co_spawn(loop_, std::move(race), store);
    loop_.restart();
    while (!done) loop_.run_one();
    deadline.Stop();
    loop_.poll();
    return connected;
  }
  ~Traveller() { loop_.poll(); }

 private:
  boost::asio::io_context loop_{1};
  Timers timers_{loop_.get_executor()};
};

void Listen(Peer& peer) {
  peer.AwaitClose();
}

TEST_CASE("FamiliesAlternate") {
  std::vector<address> all;
  for (const char* text : {"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"}) {
    all.push_back(boost::asio::ip::make_address(text));
  }
  std::string order;
  for (const address& one : AlternateFamilies(all)) order += one.to_string() + " ";
  CHECK(order == "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3 ");
  CHECK(AlternateFamilies({}).empty());
}

TEST_CASE("TheFirstThatAnswersIsTaken") {
  ScriptedServer server(Listen);
  Country country(server.port());
  Traveller traveller;
  const Connected connected = traveller.Go(country, {"2001:db8::1", "192.0.2.1"});
  CHECK(connected.socket != nullptr);
  CHECK(connected.address.to_string() == "2001:db8::1");
  CHECK(country.tried.size() == 1);
}

TEST_CASE("ARefusalGoesToTheNextAtOnce") {
  ScriptedServer server(Listen);
  Country country(server.port());
  country.refusing = {"2001:db8::1", "192.0.2.1"};
  Traveller traveller;
  const auto begun = Timers::Clock::now();
  const Connected connected = traveller.Go(country, {"2001:db8::1", "192.0.2.1", "192.0.2.2"});
  CHECK(connected.address.to_string() == "192.0.2.2");
  CHECK(country.tried.size() == 3);
  CHECK(Timers::Clock::now() - begun < crawler::kConnectStagger);
}

TEST_CASE("SilenceGoesToTheNextAfterTheStagger") {
  ScriptedServer server(Listen);
  Country country(server.port());
  country.mute = {"2001:db8::1"};
  Traveller traveller;
  const auto begun = Timers::Clock::now();
  const Connected connected = traveller.Go(country, {"2001:db8::1", "192.0.2.1"});
  CHECK(connected.address.to_string() == "192.0.2.1");
  CHECK(Timers::Clock::now() - begun >= crawler::kConnectStagger);
  CHECK(Timers::Clock::now() - begun < 3 * crawler::kConnectStagger);
}

TEST_CASE("WhenAllFailTheLastReasonIsGiven") {
  Country country(1);
  country.refusing = {"192.0.2.1", "192.0.2.2"};
  Traveller traveller;
  const Connected connected = traveller.Go(country, {"192.0.2.1", "192.0.2.2"});
  CHECK(connected.socket == nullptr);
  CHECK(connected.failure.outcome == Outcome::kConnectFailed);
  CHECK(connected.failure.detail == "192.0.2.2:80: Connection refused");
}

TEST_CASE("SilenceEverywhereEndsByTheDeadline") {
  Country country(1);
  country.mute = {"192.0.2.1", "192.0.2.2"};
  Traveller traveller;
  const Connected connected = traveller.Go(country, {"192.0.2.1", "192.0.2.2"}, Duration(400));
  CHECK(connected.failure.outcome == Outcome::kTimeout);
  CHECK(connected.failure.detail.find("400 ms") != std::string::npos);
  CHECK(connected.failure.detail.find("192.0.2.2:80") != std::string::npos);
  CHECK(country.tried.size() == 2);
}

TEST_CASE("ARefusedAddressIsNeverTriedBesideAnAllowedOne") {
  ScriptedServer server(Listen);
  Country country(server.port());
  Traveller traveller;
  const Connected connected =
      traveller.Go(country, {"fd00::1", "10.0.0.1", "8.8.8.8"}, Duration(5000), false);
  CHECK(connected.address.to_string() == "8.8.8.8");
  CHECK(country.tried == std::vector<std::string>{"8.8.8.8"});
  CHECK(traveller.Go(country, {"10.0.0.1"}, Duration(5000), false).failure.outcome ==
        Outcome::kRefusedPrivate);
}

}  // namespace
}  // namespace trawl::test
