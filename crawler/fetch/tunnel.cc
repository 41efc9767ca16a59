#include "crawler/fetch/tunnel.h"

#include <algorithm>

#include "crawler/fetch/credentials.h"
#include "crawler/fetch/http1_head.h"

namespace trawl::crawler {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxConnectHead = 64 * 1024;
constexpr std::size_t kMaxConnectFields = 200;

/// The conversation with one proxy. Its calls end with a failure once anything went wrong.
class Talk {
 public:
  Talk(Transport& transport, Deadline& deadline, const Proxy& proxy)
      : transport_(transport), deadline_(deadline), proxy_(proxy) {}

  FetchFailure Refused(std::string_view why) const {
    return {Outcome::kProxyFailed, proxy_.name + ": " + std::string(why)};
  }

  asio::awaitable<FetchFailure> Send(std::string bytes) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const Transfer step = transport_.Write(rest);
      rest.remove_prefix(step.bytes);
      if (!step.error.empty()) co_return Refused(step.error);
      if (step.need == Need::kNothing) continue;
      if (!deadline_.Watch(transport_.socket())) co_return deadline_.failure();
      co_await transport_.socket().Wait(step.need);
      deadline_.Unwatch();
    }
    co_return FetchFailure();
  }

  /// At least one byte into `room`; how many is in received().
  asio::awaitable<FetchFailure> Receive(std::span<char> room) {
    for (;;) {
      const Transfer step = transport_.Read(room);
      received_ = step.bytes;
      if (step.bytes > 0) co_return FetchFailure();
      if (!step.error.empty()) co_return Refused(step.error);
      if (step.ended) co_return Refused("ended the connection before the tunnel stood");
      if (!deadline_.Watch(transport_.socket())) co_return deadline_.failure();
      co_await transport_.socket().Wait(step.need);
      deadline_.Unwatch();
      if (deadline_.expired()) co_return deadline_.failure();
    }
  }
  std::size_t received() const { return received_; }

  /// Exactly room.size() bytes, and none that follow.
  asio::awaitable<FetchFailure> Fill(std::span<char> room) {
    while (!room.empty()) {
      FetchFailure failure = co_await Receive(room);
      if (failure) co_return failure;
      room = room.subspan(received_);
    }
    co_return FetchFailure();
  }

 private:
  Transport& transport_;
  Deadline& deadline_;
  const Proxy& proxy_;
  std::size_t received_ = 0;
};

std::string ConnectRequest(const Proxy& proxy, const TunnelEnd& end) {
  const std::string place = end.host + ":" + std::to_string(end.port);
  std::string request = "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n";
  if (proxy.credentials())
    request += "Proxy-Authorization: " + BasicCredentials(proxy.user, proxy.password) + "\r\n";
  return request + "\r\n";
}

asio::awaitable<FetchFailure> ConnectByHttp(Talk& talk, const Proxy& proxy, TunnelEnd end,
                                            std::span<char> buffer) {
  FetchFailure failure = co_await talk.Send(ConnectRequest(proxy, end));
  // Like the answer to HEAD: whatever the fields say, no body follows (RFC 9110 section 9.3.6).
  Http1HeadReader reader(true, kMaxConnectHead, kMaxConnectFields);
  while (!failure && !reader.done()) {
    failure = co_await talk.Receive(buffer);
    if (failure) break;
    const std::string_view bytes(buffer.data(), talk.received());
    const std::size_t used = reader.Feed(bytes);
    if (reader.failed()) co_return talk.Refused("its answer to CONNECT: " + reader.failure().detail);
    const unsigned status = reader.done() ? reader.head().status : 0;
    if (status >= 300 || (status != 0 && status < 200)) {
      failure = talk.Refused("answered CONNECT with status " + std::to_string(status));
      // What a gateway says of the server behind it (RFC 9110 section 15.6).
      if (status >= 502 && status <= 504) failure.outcome = Outcome::kConnectFailed;
      co_return failure;
    }
    if (used < bytes.size()) co_return talk.Refused("sent more than its answer to CONNECT");
  }
  co_return failure;
}

/// A length in one byte, and the bytes (RFC 1928 section 4, RFC 1929 section 2).
std::string Counted(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}

std::string SocksRequest(const TunnelEnd& end) {
  std::string request("\x05\x01\x00", 3);
  if (!end.address) {
    request += '\x03' + Counted(end.host);
  } else if (end.address->is_v4()) {
    const auto bytes = end.address->to_v4().to_bytes();
    request += '\x01' + std::string(bytes.begin(), bytes.end());
  } else {
    const auto bytes = end.address->to_v6().to_bytes();
    request += '\x04' + std::string(bytes.begin(), bytes.end());
  }
  request += static_cast<char>(end.port >> 8);
  return request += static_cast<char>(end.port & 0xff);
}

/// Section 6 of RFC 1928.
FetchFailure SocksRefusal(const Talk& talk, unsigned char reply) {
  constexpr std::string_view kReplies[] = {"",
                                           "general failure",
                                           "not allowed by its rules",
                                           "network unreachable",
                                           "host unreachable",
                                           "connection refused",
                                           "TTL expired",
                                           "does not know the command",
                                           "does not know the address type"};
  const std::string code = "reply " + std::to_string(reply);
  const std::string why = reply < std::size(kReplies) ? std::string(kReplies[reply]) : code;
  FetchFailure failure = talk.Refused(why);
  if (reply >= 3 && reply <= 6) failure.outcome = Outcome::kConnectFailed;
  return failure;
}

asio::awaitable<FetchFailure> LogIn(Talk& talk, const Proxy& proxy) {
  std::string login = '\x01' + Counted(proxy.user) + Counted(proxy.password);
  FetchFailure failure = co_await talk.Send(std::move(login));
  if (failure) co_return failure;
  char answer[2];
  failure = co_await talk.Fill(answer);
  if (!failure && answer[1] != 0) failure = talk.Refused("refuses user and password");
  co_return failure;
}

asio::awaitable<FetchFailure> ConnectBySocks(Talk& talk, const Proxy& proxy, TunnelEnd end) {
  if (!end.address && end.host.size() > 255) co_return talk.Refused("cannot take a name of over 255 bytes");
  std::string methods =
      proxy.credentials() ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3);
  FetchFailure failure = co_await talk.Send(std::move(methods));
  if (failure) co_return failure;
  char choice[2];
  failure = co_await talk.Fill(choice);
  if (failure) co_return failure;
  if (choice[0] != 5) co_return talk.Refused("does not speak SOCKS5");
  if (choice[1] == 2 && proxy.credentials()) {
    failure = co_await LogIn(talk, proxy);
    if (failure) co_return failure;
  } else if (choice[1] != 0) {
    co_return talk.Refused("wants another authentication");
  }
  failure = co_await talk.Send(SocksRequest(end));
  if (failure) co_return failure;
  char head[4];
  failure = co_await talk.Fill(head);
  if (failure) co_return failure;
  if (head[0] != 5) co_return talk.Refused("does not speak SOCKS5");
  if (head[1] != 0) co_return SocksRefusal(talk, static_cast<unsigned char>(head[1]));
  // Its own address and port, of no use here, but of a length to be known.
  char bound[256 + 2];
  std::size_t size = head[3] == 1 ? 4 + 2 : 16 + 2;
  if (head[3] == 3) {
    failure = co_await talk.Fill(std::span<char>(bound, 1));
    if (failure) co_return failure;
    size = static_cast<unsigned char>(bound[0]) + std::size_t{2};
  } else if (head[3] != 1 && head[3] != 4) {
    co_return talk.Refused("does not speak SOCKS5");
  }
  co_return co_await talk.Fill(std::span<char>(bound, size));
}

}  // namespace

asio::awaitable<FetchFailure> OpenTunnel(Transport& transport, Deadline& deadline, const Proxy& proxy,
                                         TunnelEnd end, std::span<char> buffer) {
  Talk talk(transport, deadline, proxy);
  if (proxy.socks()) {
    if (end.host.starts_with('[') && !end.address) {  // a literal is no name, whoever looks names up
      boost::system::error_code error;
      const auto literal = asio::ip::make_address(end.host.substr(1, end.host.size() - 2), error);
      if (!error) end.address = literal;
    }
    co_return co_await ConnectBySocks(talk, proxy, std::move(end));
  }
  co_return co_await ConnectByHttp(talk, proxy, std::move(end), buffer);
}

}  // namespace trawl::crawler
