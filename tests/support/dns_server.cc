#include "tests/support/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>

namespace trawl::test {
namespace {

void Put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

void PutName(std::string& out, const std::string& name) {
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    out += static_cast<char>(dot - at);
    out.append(name, at, dot - at);
    at = dot + 1;
  }
  out += '\0';
}

void PutRecord(std::string& out, const std::string& owner, unsigned type, std::uint32_t ttl,
               const std::string& value) {
  PutName(out, owner);
  Put16(out, type);
  Put16(out, 1);  // class IN
  Put16(out, ttl >> 16);
  Put16(out, ttl & 0xffff);
  Put16(out, static_cast<unsigned>(value.size()));
  out += value;
}

}  // namespace

DnsServer::DnsServer(Script script) : script_(std::move(script)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  for (int tries = 0; tries < 50 && port_ == 0; ++tries) {  // both protocols need the same free port
    udp_ = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    tcp_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    address.sin_port = 0;
    socklen_t size = sizeof address;
    if (::bind(udp_.Get(), generic, size) != 0 || ::getsockname(udp_.Get(), generic, &size) != 0) continue;
    if (::bind(tcp_.Get(), generic, size) == 0 && ::listen(tcp_.Get(), 64) == 0)
      port_ = ntohs(address.sin_port);
  }
  if (port_ == 0) throw std::runtime_error("the DNS server cannot listen");
  thread_ = std::thread([this] { Serve(); });
}

DnsServer::~DnsServer() {
  stop_ = true;
  ::shutdown(tcp_.Get(), SHUT_RDWR);  // wakes the poll
  thread_.join();
}

void DnsServer::Serve() {
  while (!stop_) {
    pollfd ready[] = {{udp_.Get(), POLLIN, 0}, {tcp_.Get(), POLLIN, 0}};
    if (::poll(ready, 2, -1) <= 0 || stop_) continue;
    if (ready[0].revents != 0) ServeUdp();
    if (ready[1].revents != 0) ServeTcp();
  }
}

void DnsServer::ServeUdp() {
  char bytes[1500];
  sockaddr_in from{};
  socklen_t size = sizeof from;
  auto* const generic = reinterpret_cast<sockaddr*>(&from);
  const ssize_t got = ::recvfrom(udp_.Get(), bytes, sizeof bytes, 0, generic, &size);
  if (got < 17) return;
  std::string message;
  const DnsReply reply = Ask(std::string(bytes, static_cast<std::size_t>(got)), message, true);
  if (reply.held) {
    const std::lock_guard lock(mutex_);
    held_.emplace_back(from, message);
  }
  ++questions_;
  if (!reply.held && !reply.silent) ::sendto(udp_.Get(), message.data(), message.size(), 0, generic, size);
}

void DnsServer::SendHeld() {
  const std::lock_guard lock(mutex_);
  for (const auto& [to, message] : std::exchange(held_, {})) {
    ::sendto(udp_.Get(), message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&to),
             sizeof to);
  }
}

void DnsServer::ServeTcp() {
  const UniqueFd peer(::accept4(tcp_.Get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!peer) return;
  for (;;) {
    unsigned char length[2];
    if (::recv(peer.Get(), length, 2, MSG_WAITALL) != 2) return;
    std::string question(static_cast<std::size_t>(length[0] << 8 | length[1]), '\0');
    if (::recv(peer.Get(), question.data(), question.size(), MSG_WAITALL) !=
        static_cast<ssize_t>(question.size()))
      return;
    ++by_tcp_;
    std::string message, framed;
    if (Ask(question, message, false).silent) return;
    Put16(framed, static_cast<unsigned>(message.size()));
    framed += message;
    ::send(peer.Get(), framed.data(), framed.size(), MSG_NOSIGNAL);
  }
}

/// The script's answer, and as a message of RFC 1035 section 4, without compression.
DnsReply DnsServer::Ask(const std::string& question, std::string& out, bool udp) {
  std::string name;
  std::size_t at = 12;
  while (at < question.size() && question[at] != 0) {
    const auto label = static_cast<std::size_t>(question[at]);
    name += (name.empty() ? "" : ".") + question.substr(at + 1, label);
    at += label + 1;
  }
  const auto type = static_cast<DnsType>(static_cast<unsigned char>(question[at + 1]) << 8 |
                                         static_cast<unsigned char>(question[at + 2]));
  DnsReply reply = script_(name, type);
  const bool cut = reply.truncated && udp;
  out = question.substr(0, 2);
  Put16(out, 0x8180u | (cut ? 0x0200u : 0u) | static_cast<unsigned>(reply.code));
  Put16(out, 1);
  Put16(out, cut ? 0 : static_cast<unsigned>(reply.addresses.size() + (reply.alias.empty() ? 0 : 1)));
  Put16(out, 0);
  Put16(out, 0);
  out += question.substr(12, at + 5 - 12);
  if (cut) return reply;
  std::string target;
  if (!reply.alias.empty()) {
    PutName(target, reply.alias);
    PutRecord(out, name, 5, reply.ttl, target);
  }
  const std::string& owner = reply.alias.empty() ? name : reply.alias;
  for (const std::string& address : reply.addresses) {
    char raw[16];
    const bool v4 = type == DnsType::kA;
    if (::inet_pton(v4 ? AF_INET : AF_INET6, address.c_str(), raw) != 1) throw std::runtime_error(address);
    PutRecord(out, owner, static_cast<unsigned>(type), reply.ttl, std::string(raw, v4 ? 4 : 16));
  }
  return reply;
}

}  // namespace trawl::test
