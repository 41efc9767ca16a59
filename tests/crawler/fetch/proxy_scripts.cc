#include "tests/crawler/fetch/proxy_scripts.h"

#include "tests/crawler/fetch/fetch_loop.h"

namespace trawl::test {

std::string FirstLine(const std::string& head) {
  return head.substr(0, head.find("\r\n"));
}

std::string Field(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == head.npos) return {};
  const std::size_t from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

ScriptedServer::Script HttpProxy(Notes& notes, std::uint16_t origin) {
  return [&notes, origin](Peer& peer) {
    for (std::string head; !(head = peer.ReadHead()).empty();) {
      notes.Add(FirstLine(head) + " " + Field(head, "Proxy-Authorization"));
      if (head.starts_with("CONNECT")) {
        peer.Send("HTTP/1.1 200 Connection established\r\n\r\n");
        return peer.Relay(origin);
      }
      peer.Send(Answer("<p>by proxy"));
    }
  };
}

ScriptedServer::Script SocksProxy(Notes& notes, std::uint16_t origin, bool login, char reply) {
  return [&notes, origin, login, reply](Peer& peer) {
    const std::string hello = peer.Read(2);
    if (hello.size() < 2) return;
    const std::string methods = peer.Read(static_cast<unsigned char>(hello[1]));
    const char method = login ? 2 : 0;
    if (methods.find(method) == methods.npos) {
      peer.Send("\x05\xff");
      return;
    }
    peer.SendBytewise(std::string{5, method});
    if (login) {
      const bool good = peer.Read(5) == std::string("\x01\x01u\x01p");
      peer.SendBytewise(std::string{1, static_cast<char>(good ? 0 : 1)});
      if (!good) return;
    }
    const std::string head = peer.Read(4);
    if (head.size() < 4) return;
    std::string place;
    if (head[3] == 3) place = peer.Read(static_cast<unsigned char>(peer.Read(1)[0]));
    if (head[3] == 1) {
      for (const char byte : peer.Read(4)) place += std::to_string(static_cast<unsigned char>(byte)) + ".";
    }
    peer.Read(2);
    notes.Add(place);
    peer.SendBytewise(std::string{5, reply, 0, 3, 4} + "host" + std::string(2, '\0'));
    if (reply == 0) peer.Relay(origin);
  };
}

config::Options Through(const std::string& proxy) {
  config::Options options = FetchLoop::DefaultOptions();
  options.http.proxy = proxy;
  return options;
}

std::string Place(const ScriptedServer& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

}  // namespace trawl::test
