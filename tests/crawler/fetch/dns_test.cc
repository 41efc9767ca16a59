#include "crawler/fetch/dns.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>

#include <list>
#include <map>
#include <memory>
#include <thread>

#include "config/unique_fd.h"
#include "crawler/fetch/socket.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"

namespace trawl::test {
namespace {

using crawler::Dns;
using crawler::DnsAnswer;
using crawler::DnsWait;
using crawler::Timers;

/// A resolver on a loop of its own, asking one server.
class Resolver {
 public:
  explicit Resolver(const DnsServer& server, Duration timeout = Duration(5000), std::uint32_t tries = 2,
                    config::DnsOptions options = {})
      : Resolver({server.Where()}, timeout, tries, std::move(options)) {}
  Resolver(std::vector<std::string> servers, Duration timeout, std::uint32_t tries,
           config::DnsOptions options = {}) {
    options.servers = std::move(servers);
    options.timeout = timeout;
    options.tries = tries;
    dns_ = std::make_unique<Dns>(loop_.get_executor(), timers_, door_, options, "/nonexistent");
  }
  ~Resolver() {
    dns_.reset();
    loop_.restart();
    loop_.poll();
  }

  DnsAnswer Ask(const std::string& name) {
    DnsWait wait(loop_.get_executor());
    dns_->Ask(name, wait);
    while (!wait.answer) Turn();
    return *wait.answer;
  }
  void Turn() {
    loop_.restart();
    loop_.run_one();
  }
  Dns& dns() { return *dns_; }
  boost::asio::any_io_executor executor() { return loop_.get_executor(); }

 private:
  boost::asio::io_context loop_{1};
  Timers timers_{loop_.get_executor()};
  crawler::SocketDoor door_;
  std::unique_ptr<Dns> dns_;
};

std::string First(const DnsAnswer& answer) {
  return answer.addresses.empty() ? "none: " + answer.failure : answer.addresses.front().to_string();
}

DnsReply OnlyA(DnsType type, const std::string& address) {
  DnsReply reply;
  if (type == DnsType::kA) reply.addresses = {address};
  return reply;
}

TEST_CASE("ANameHasTheAddressesOfBothFamilies") {
  DnsServer server([](const std::string&, DnsType type) {
    DnsReply reply;
    reply.addresses = type == DnsType::kA ? std::vector<std::string>{"192.0.2.1", "192.0.2.2"}
                                          : std::vector<std::string>{"2001:db8::1"};
    return reply;
  });
  Resolver resolver(server);
  const DnsAnswer answer = resolver.Ask("both.example");
  REQUIRE(answer.addresses.size() == 3);
  CHECK(First(answer) == "2001:db8::1");
  CHECK_FALSE(answer.absent);
  CHECK(server.questions() == 2);
  CHECK(resolver.Ask("both.example").addresses.size() == 3);
  CHECK(resolver.Ask("both.example.").addresses.size() == 3);
  CHECK(server.questions() == 2);
}

TEST_CASE("ThoseWhoAskForOneNameAreAnsweredByOneQuestion") {
  DnsServer server([](const std::string&, DnsType type) { return OnlyA(type, "192.0.2.1"); });
  Resolver resolver(server);
  std::list<DnsWait> waits;
  for (int i = 0; i < 100; ++i) resolver.dns().Ask("one.example", waits.emplace_back(resolver.executor()));
  CHECK(resolver.dns().in_flight() == 1);
  waits.pop_front();  // one who leaves takes nothing with him
  for (const DnsWait& wait : waits) {
    while (!wait.answer) resolver.Turn();
    CHECK(First(*wait.answer) == "192.0.2.1");
  }
  CHECK(server.questions() == 2);
}

TEST_CASE("ThousandsOfNamesAreAskedForAtOnce") {
  DnsServer server([](const std::string& name, DnsType type) {
    return OnlyA(type, "192.0." + std::to_string(name.size()) + "." + std::to_string(name[0] % 250));
  });
  Resolver resolver(server);
  std::list<DnsWait> waits;
  for (int i = 0; i < 2000; ++i) {
    resolver.dns().Ask("n" + std::to_string(i) + ".example", waits.emplace_back(resolver.executor()));
  }
  CHECK(resolver.dns().in_flight() == 2000);
  for (const DnsWait& wait : waits) {
    while (!wait.answer) resolver.Turn();
    INFO(wait.answer->failure);
    CHECK(wait.answer->addresses.size() == 1);
  }
  CHECK(resolver.dns().in_flight() == 0);
}

TEST_CASE("AliasesAreFollowed") {
  DnsServer server([](const std::string&, DnsType type) {
    DnsReply reply = OnlyA(type, "192.0.2.7");
    reply.alias = "real.example";
    return reply;
  });
  Resolver resolver(server);
  CHECK(First(resolver.Ask("alias.example")) == "192.0.2.7");
}

TEST_CASE("ACutAnswerIsAskedForAgainOverTcp") {
  DnsServer server([](const std::string&, DnsType type) {
    DnsReply reply = OnlyA(type, "192.0.2.8");
    reply.truncated = type == DnsType::kA;
    for (int i = 0; type == DnsType::kA && i < 100; ++i)
      reply.addresses.push_back("198.51.100." + std::to_string(i));
    return reply;
  });
  Resolver resolver(server);
  const DnsAnswer answer = resolver.Ask("large.example");
  CHECK(First(answer) == "192.0.2.8");
  CHECK(answer.addresses.size() == Dns::kMaxAddresses);
  CHECK(server.by_tcp() == 1);
}

TEST_CASE("AbsenceIsToldFromTrouble") {
  DnsServer server([](const std::string& name, DnsType) {
    DnsReply reply;
    if (name == "no.example") reply.code = 3;
    if (name == "sick.example") reply.code = 2;
    return reply;
  });
  Resolver resolver(server, Duration(200), 1);
  const DnsAnswer none = resolver.Ask("no.example");
  CHECK(none.absent);
  CHECK(none.failure == "the name does not exist");
  const DnsAnswer empty = resolver.Ask("empty.example");
  CHECK(empty.absent);
  CHECK(empty.failure == "the name has no address");
  const DnsAnswer sick = resolver.Ask("sick.example");
  CHECK_FALSE(sick.absent);
  CHECK_FALSE(sick.failure.empty());
  const int before = server.questions();
  resolver.Ask("no.example");
  CHECK(server.questions() == before);
  resolver.Ask("sick.example");
  CHECK(server.questions() > before);
}

TEST_CASE("ASilentServerIsGivenUpAndHealsLater") {
  std::atomic<bool> silent = true;
  DnsServer server([&](const std::string&, DnsType type) {
    DnsReply reply = OnlyA(type, "192.0.2.1");
    reply.silent = silent;
    return reply;
  });
  Resolver resolver(server, Duration(100), 2);
  const auto begun = Timers::Clock::now();
  const DnsAnswer answer = resolver.Ask("late.example");
  CHECK(answer.addresses.empty());
  CHECK_FALSE(answer.absent);
  CHECK(Timers::Clock::now() - begun >= std::chrono::milliseconds(200));
  CHECK(Timers::Clock::now() - begun < std::chrono::milliseconds(2000));
  silent = false;
  CHECK(First(resolver.Ask("late.example")) == "192.0.2.1");
}

TEST_CASE("ALostQuestionIsAskedAgain") {
  std::atomic<int> asked = 0;
  DnsServer server([&](const std::string&, DnsType type) {
    DnsReply reply = OnlyA(type, "192.0.2.1");
    reply.silent = asked++ < 2;
    return reply;
  });
  Resolver resolver(server, Duration(200), 3);
  CHECK(First(resolver.Ask("lost.example")) == "192.0.2.1");
}

TEST_CASE("OneFamilyThatIsNotAnsweredDoesNotHoldTheOtherUp") {
  DnsServer server([](const std::string&, DnsType type) {
    DnsReply reply = OnlyA(type, "192.0.2.1");
    reply.silent = type == DnsType::kAaaa;
    return reply;
  });
  Resolver resolver(server, Duration(5000), 2);
  const auto begun = Timers::Clock::now();
  CHECK(First(resolver.Ask("half.example")) == "192.0.2.1");
  CHECK(Timers::Clock::now() - begun < std::chrono::milliseconds(2000));
}

TEST_CASE("AFamilyThatComesLateIsInTheNextAnswer") {
  for (const DnsType late : {DnsType::kA, DnsType::kAaaa}) {
    DnsServer server([late](const std::string&, DnsType type) {
      DnsReply reply;
      reply.addresses = {type == DnsType::kA ? "192.0.2.1" : "2001:db8::1"};
      reply.held = type == late;
      return reply;
    });
    Resolver resolver(server);
    const DnsAnswer part = resolver.Ask("two.example");
    CHECK(First(part) == (late == DnsType::kA ? "2001:db8::1" : "192.0.2.1"));
    CHECK(part.addresses.size() == 1);
    CHECK(resolver.Ask("two.example").addresses.size() == 1);  // nobody waits a second time
    while (server.questions() < 2) std::this_thread::yield();
    server.SendHeld();
    while (resolver.dns().in_flight() > 0) resolver.Turn();
    const DnsAnswer whole = resolver.Ask("two.example");
    CHECK(First(whole) == "2001:db8::1");
    CHECK(whole.addresses.size() == 2);
    CHECK_FALSE(whole.partial);
    CHECK(server.questions() == 2);
  }
}

TEST_CASE("AFamilyThatNeverComesLeavesAPartWhichSaysSo") {
  DnsServer server([](const std::string&, DnsType type) {
    DnsReply reply = OnlyA(type, "192.0.2.1");
    if (type == DnsType::kAaaa) reply.code = 2;
    return reply;
  });
  Resolver resolver(server, Duration(100), 1);
  const DnsAnswer part = resolver.Ask("half.example");
  CHECK(First(part) == "192.0.2.1");
  CHECK(part.partial);
}

TEST_CASE("EachOfSeveralServersHasItsTurn") {
  DnsServer dead(DnsSilence()), gone(DnsSilence());
  DnsServer good([](const std::string&, DnsType type) { return OnlyA(type, "192.0.2.1"); });
  Resolver resolver({dead.Where(), gone.Where(), good.Where()}, Duration(600), 1);
  CHECK(First(resolver.Ask("third.example")) == "192.0.2.1");
}

/// As long as it lives, this process may open one descriptor more than it has.
class OneMoreDescriptor {
 public:
  OneMoreDescriptor() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd lowest(::fcntl(0, F_DUPFD_CLOEXEC, 0));
    const rlimit limit{static_cast<rlim_t>(lowest.Get()) + 1, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~OneMoreDescriptor() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  OneMoreDescriptor(const OneMoreDescriptor&) = delete;
  OneMoreDescriptor& operator=(const OneMoreDescriptor&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("WithoutADescriptorToSpareAnAnswerIsReadLater") {
  DnsServer server([](const std::string&, DnsType type) { return OnlyA(type, "192.0.2.1"); });
  // The sanitizer looks at the first object of a type through a pipe, for which it needs descriptors; so
  // nothing is checked while there are none.
  CHECK(First(Resolver(server).Ask("rich.example")) == "192.0.2.1");
  Resolver resolver(server);
  DnsWait wait(resolver.executor());
  int copy = 0;
  {
    const OneMoreDescriptor for_the_socket_and_not_its_copy;
    resolver.dns().Ask("poor.example", wait);
    copy = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
  }
  CHECK(copy == -1);
  while (!wait.answer) resolver.Turn();
  CHECK(First(*wait.answer) == "192.0.2.1");
  CHECK(server.questions() == 4);
}

TEST_CASE("TablesAndLiteralsNeedNoServer") {
  DnsServer server([](const std::string&, DnsType type) { return OnlyA(type, "192.0.2.1"); });
  config::DnsOptions options;
  options.hosts = {{"table.example", "192.0.2.44"}};
  Resolver resolver(server, Duration(5000), 2, options);
  CHECK(First(resolver.Ask("table.example")) == "192.0.2.44");
  CHECK(First(resolver.Ask("[2001:db8::5]")) == "2001:db8::5");
  CHECK(First(resolver.Ask("192.0.2.3")) == "192.0.2.3");
  CHECK(resolver.Ask("localhost").addresses.size() == 2);
  CHECK(resolver.Ask("any.localhost").addresses.size() == 2);
  CHECK(server.questions() == 0);
}

TEST_CASE("AWrongServerOrTableIsAnOperatorsError") {
  boost::asio::io_context loop;
  Timers timers(loop.get_executor());
  crawler::SocketDoor door;
  config::DnsOptions options;
  options.servers = {"nonsense:port"};
  CHECK(Dns(loop.get_executor(), timers, door, options).setup_error().find("dns.servers") == 0);
  options.servers.clear();
  options.hosts = {{"a.example", "nonsense"}};
  CHECK(Dns(loop.get_executor(), timers, door, options).setup_error().find("dns.hosts") == 0);
}

TEST_CASE("ANameThatDnsCannotHoldIsAbsent") {
  DnsServer server([](const std::string&, DnsType type) { return OnlyA(type, "192.0.2.1"); });
  Resolver resolver(server);
  for (const std::string& name :
       {std::string(64, 'a') + ".example", std::string("a..example"), std::string(300, 'b')}) {
    INFO(name);
    CHECK(resolver.Ask(name).absent);
  }
  CHECK(server.questions() == 0);
}

TEST_CASE("AResolverEndsWithQuestionsOpen") {
  DnsServer server(DnsSilence());
  Resolver resolver(server);
  DnsWait wait(resolver.executor());
  resolver.dns().Ask("open.example", wait);
  resolver.Turn();
  CHECK_FALSE(wait.answer.has_value());
}

}  // namespace
}  // namespace trawl::test
