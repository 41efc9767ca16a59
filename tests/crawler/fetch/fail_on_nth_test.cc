// Every operation between a fetch and the kernel fails once, or from then on: one outcome each, and nothing
// is left.

#include <dirent.h>
#include <poll.h>

#include <atomic>
#include <cerrno>
#include <fstream>

#include "crawler/fetch/socket.h"
#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/crawler/fetch/proxy_scripts.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"
#include "tests/support/fail_on_nth.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

namespace trawl::test {
namespace {

using crawler::FetchResult;
using crawler::SocketDoor;

/// The kernel, but for the operation whose turn it is.
class FailingDoor final : public SocketDoor {
 public:
  FailingDoor(FailOnNth& failure, int error) : failure_(failure), error_(error) {}
  int Open(int family, int type) override { return Fails() ? -1 : SocketDoor::Open(family, type); }
  int Bind(int fd, const sockaddr* from, socklen_t size) override {
    return Fails() ? -1 : SocketDoor::Bind(fd, from, size);
  }
  int Connect(int fd, const sockaddr* to, socklen_t size) override {
    return Fails() ? -1 : SocketDoor::Connect(fd, to, size);
  }
  int PendingError(int fd) override { return Fails() ? error_ : SocketDoor::PendingError(fd); }
  ssize_t Send(int fd, const void* bytes, std::size_t size) override {
    return Fails() ? -1 : SocketDoor::Send(fd, bytes, size);
  }
  ssize_t Receive(int fd, void* bytes, std::size_t size, sockaddr* from, socklen_t* from_size) override {
    return Fails() ? -1 : SocketDoor::Receive(fd, bytes, size, from, from_size);
  }

 private:
  bool Fails() {
    if (!failure_.Fails()) return false;
    errno = error_;
    return true;
  }
  FailOnNth& failure_;
  const int error_;
};

std::size_t OpenFiles() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

bool IsNetworkOutcome(Outcome outcome) {
  return outcome == Outcome::kConnectFailed || outcome == Outcome::kTlsFailed ||
         outcome == Outcome::kConnectionLost || outcome == Outcome::kIncomplete ||
         outcome == Outcome::kProxyFailed || outcome == Outcome::kDnsFailed;
}

void Walk(const std::string& url, const config::Options& options, FailOnNth::Mode mode, int error) {
  const std::string whole = std::string(100'000, 'w');
  const std::size_t files = OpenFiles();
  std::size_t failures = 0;
  const std::uint64_t runs = ForEachFailure(mode, 400, [&](FailOnNth& failure) {
    FailingDoor door(failure, error);
    FetchLoop loop(options, &door);
    // The second fetch meets a kept connection, or none, and what the first has left.
    for (int i = 0; i < 2; ++i) {
      const FetchResult result = loop.Get(url);
      INFO("call " << failure.calls() << ", fetch " << i << ": " << result.detail);
      CHECK((result.outcome == Outcome::kOk || IsNetworkOutcome(result.outcome)));
      CHECK((result.outcome == Outcome::kOk) == (result.body == whole && result.status == 200));
      CHECK((result.outcome == Outcome::kOk) == result.detail.empty());
      CHECK(whole.compare(0, result.body.size(), result.body) == 0);
      CHECK((!result.starved || (error == EMFILE && result.outcome == Outcome::kConnectFailed)));
      if (result.outcome != Outcome::kOk) ++failures;
      if (mode == FailOnNth::Mode::kOnce && i == 1 && result.outcome != Outcome::kOk) CHECK(failure.failed());
    }
    CHECK(loop.fetcher().counts().open == loop.fetcher().counts().idle);
  });
  CHECK(runs > 10);
  // Open, connect, send and the first receive of the first fetch: none of them can be made good.
  CHECK(failures >= 4);
  // The server's ends close on threads of their own: they get ten seconds.
  for (int turns = 0; turns < 1000 && OpenFiles() > files; ++turns) ::poll(nullptr, 0, 10);
  CHECK(OpenFiles() == files);
}

constexpr int kErrors[] = {ECONNRESET, EMFILE, ENOBUFS, ETIMEDOUT};
constexpr FailOnNth::Mode kModes[] = {FailOnNth::Mode::kOnce, FailOnNth::Mode::kForever};

void ServeLongPage(Peer& peer) {
  while (!peer.ReadHead().empty()) peer.Send(Answer(std::string(100'000, 'w')));
}

TEST_CASE("EveryOperationOfAPlainFetchMayFail") {
  ScriptedServer server(ServeLongPage);
  for (const auto mode : kModes) {
    for (const int error : kErrors) Walk(server.Url(), FetchLoop::DefaultOptions(), mode, error);
  }
}

TEST_CASE("EveryOperationOfALookupMayFail") {
  ScriptedServer server(ServeLongPage);
  std::atomic<bool> by_tcp = false;
  DnsServer names([&by_tcp](const std::string&, DnsType type) {
    DnsReply reply;
    if (type == DnsType::kA) reply.addresses = {"127.0.0.1"};
    reply.truncated = by_tcp;
    return reply;
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {names.Where()};
  options.dns.timeout = Duration(20);  // a failed operation may cost the question
  const std::string url = "http://page.test:" + std::to_string(server.port()) + "/";
  for (const bool tcp : {false, true}) {
    by_tcp = tcp;
    for (const auto mode : kModes) {
      for (const int error : {ECONNRESET, EMFILE}) Walk(url, options, mode, error);
    }
  }
  CHECK(names.by_tcp() > 0);
}

TEST_CASE("EveryOperationOfAFetchFromASourceAddressMayFail") {
  ScriptedServer server(ServeLongPage);
  config::Options options = FetchLoop::DefaultOptions();
  options.http.source_address = "127.0.0.1";
  for (const auto mode : kModes) {
    for (const int error : {EADDRNOTAVAIL, EADDRINUSE, EMFILE}) Walk(server.Url(), options, mode, error);
  }
}

TEST_CASE("EveryOperationOfAPlainFetchThroughAProxyMayFail") {
  ScriptedServer proxy(ServeLongPage);
  for (const auto mode : kModes) {
    for (const int error : kErrors) Walk("http://page.test/", Through("http://" + Place(proxy)), mode, error);
  }
}

TEST_CASE("EveryOperationOfAFetchThroughATunnelMayFail") {
  TestAuthority authority;
  const Certificate certificate = authority.Sign({{"DNS:page.test"}});
  ScriptedServer sealed(ServeLongPage, {&certificate}), plain(ServeLongPage);
  Notes notes;
  ScriptedServer http(HttpProxy(notes, sealed.port()));
  ScriptedServer https(HttpProxy(notes, sealed.port()), {&certificate});
  ScriptedServer socks(SocksProxy(notes, plain.port(), true));
  for (const auto mode : kModes) {
    for (const int error : {ECONNRESET, EMFILE}) {
      Walk("https://page.test/", Through("http://" + Place(http)), mode, error);
      Walk("http://page.test/", Through("socks5h://u:p@" + Place(socks)), mode, error);
    }
    Walk("https://page.test/", Through("https://" + Place(https)), mode, ECONNRESET);
  }
}

TEST_CASE("EveryOperationOfATlsFetchMayFail") {
  TestAuthority authority;
  const Certificate certificate = authority.Sign({{"IP:127.0.0.1"}});
  const TempDir folder;
  std::ofstream(folder / "ca.pem") << authority.Pem();
  config::Options options = FetchLoop::DefaultOptions();
  options.tls.verify = true;
  options.tls.ca_file = (folder / "ca.pem").string();
  ScriptedServer server(ServeLongPage, {&certificate});
  for (const auto mode : kModes) {
    for (const int error : {ECONNRESET, EMFILE, EPIPE}) Walk(server.Url(), options, mode, error);
  }
}

TEST_CASE("AnInterruptedOperationIsRepeatedUnseen") {
  ScriptedServer server(ServeLongPage);
  std::uint64_t calls = 0;
  ForEachFailure(FailOnNth::Mode::kOnce, 400, [&](FailOnNth& failure) {
    class Interrupting final : public SocketDoor {
     public:
      explicit Interrupting(FailOnNth& one) : failure_(one) {}
      ssize_t Send(int fd, const void* bytes, std::size_t size) override {
        if (!failure_.Fails()) return SocketDoor::Send(fd, bytes, std::min<std::size_t>(size, 7));
        errno = EINTR;
        return -1;
      }
      ssize_t Receive(int fd, void* bytes, std::size_t size, sockaddr* from, socklen_t* from_size) override {
        if (!failure_.Fails())
          return SocketDoor::Receive(fd, bytes, std::min<std::size_t>(size, 10'007), from, from_size);
        errno = EINTR;
        return -1;
      }

     private:
      FailOnNth& failure_;
    } door(failure);
    FetchLoop loop(FetchLoop::DefaultOptions(), &door);
    const FetchResult result = loop.Get(server.Url());
    CHECK(result.outcome == Outcome::kOk);
    CHECK(result.body.size() == 100'000);
    calls = failure.calls();
  });
  CHECK(calls > 20);
}

}  // namespace
}  // namespace trawl::test
