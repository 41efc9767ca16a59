// The one file that instantiates Beast's server side: it compiles for a minute and takes a gigabyte.
#include "crawler/control/http_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include "crawler/async.h"
#include "crawler/gate.h"

namespace trawl::crawler {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

using Protocol = asio::generic::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

/// After an error of accept, such as too many open files.
constexpr std::chrono::milliseconds kAcceptPause(100);

std::string Field(const http::request<http::string_body>& request, http::field name) {
  const beast::string_view value = request[name];
  return {value.data(), value.size()};
}

ControlRequest FromBeast(http::request<http::string_body> message) {
  ControlRequest request;
  request.method.assign(message.method_string().data(), message.method_string().size());
  SplitTarget({message.target().data(), message.target().size()}, request);
  request.host = Field(message, http::field::host);
  request.origin = Field(message, http::field::origin);
  request.authorization = Field(message, http::field::authorization);
  request.cookie = Field(message, http::field::cookie);
  request.body = std::move(message.body());
  return request;
}

/// Whether nobody listens on the socket at `path`: what a process that was killed leaves behind.
bool IsStale(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool refused = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
                       errno == ECONNREFUSED;
  ::close(fd);
  return refused;
}

std::optional<asio::ip::tcp::endpoint> ParseAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data() + colon + 1, end, port);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || wrong != std::errc() || stop != end) return std::nullopt;
  return asio::ip::tcp::endpoint(address, port);
}

}  // namespace

struct HttpServer::Impl {
  Impl(asio::any_io_executor executor, ControlHandler answer)
      : loop(executor), handler(std::move(answer)), acceptor(executor), pause(executor), gate(executor) {}

  Awaitable<void> Accept() {
    while (acceptor.is_open()) {
      auto [error, socket] = co_await acceptor.async_accept(kAwait);
      if (!acceptor.is_open()) co_return;
      if (error) {
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAwait);
        continue;
      }
      if (streams.size() >= kMaxConnections) continue;  // the socket closes here
      gate.Spawn(Serve(std::make_unique<Stream>(std::move(socket))));
    }
  }

  Awaitable<void> Serve(std::unique_ptr<Stream> stream) {
    streams.insert(stream.get());
    beast::flat_buffer buffer;
    bool more = true;
    for (bool first = true; more && !closing; first = false) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(kMaxHeader);
      parser.body_limit(kMaxBody);
      // An idle connection may wait long for its next request, but not long within one.
      if (buffer.size() == 0 && !first) {
        stream->expires_after(kIdle);
        auto [idle_error, idle_bytes] = co_await http::async_read_some(*stream, buffer, parser, kAwait);
        if (idle_error && idle_error != http::error::need_more) break;
      }
      stream->expires_after(kPatience);
      boost::system::error_code error;
      if (!parser.is_done()) {
        auto [failed, bytes] = co_await http::async_read(*stream, buffer, parser, kAwait);
        error = failed;
      }
      if (error == http::error::body_limit) {
        co_await SendAndEnd(*stream, Refusal(413, "the body is longer than 1 MiB"));
        break;
      }
      if (error == http::error::header_limit) {
        co_await SendAndEnd(*stream, Refusal(431, "the header is longer than 16 KiB"));
        break;
      }
      if (error) {
        const bool gone = error == http::error::end_of_stream || error == asio::error::eof ||
                          error.category() == asio::error::get_system_category() ||
                          error == beast::error::timeout;
        if (!gone) co_await SendAndEnd(*stream, Refusal(400, "no HTTP/1.1 request: " + error.message()));
        break;
      }
      const bool keep_alive = parser.get().keep_alive();
      const bool head = parser.get().method() == http::verb::head;
      ControlRequest request = FromBeast(parser.release());
      // The handler may take as long as SQL may: its own limits hold.
      stream->expires_never();
      ControlReply reply = co_await handler(std::move(request));
      more = co_await Send(*stream, std::move(reply), keep_alive, head);
    }
    streams.erase(stream.get());
    boost::system::error_code ignored;
    stream->socket().shutdown(asio::socket_base::shutdown_both, ignored);
  }

  /// False when the connection has to end.
  Awaitable<bool> Send(Stream& stream, ControlReply reply, bool keep_alive, bool head) {
    http::response<http::string_body> message(static_cast<http::status>(reply.status), 11);
    message.set(http::field::content_type, reply.content_type);
    message.set("X-Content-Type-Options", "nosniff");
    message.set(http::field::cache_control, "no-store");
    message.set("Referrer-Policy", "no-referrer");
    for (const auto& [name, value] : reply.headers) message.set(name, value);
    const bool streaming = static_cast<bool>(reply.next) && !head;
    message.keep_alive(keep_alive && !streaming);
    stream.expires_after(kPatience);
    if (streaming) {
      http::response_serializer<http::string_body> serializer(message);
      auto [error, bytes] = co_await http::async_write_header(stream, serializer, kAwait);
      if (error) co_return false;
      while (!closing) {
        stream.expires_never();
        const std::string part = co_await reply.next();
        if (part.empty()) break;
        stream.expires_after(kPatience);
        auto [failed, sent] = co_await asio::async_write(stream, asio::buffer(part), kAwait);
        if (failed) break;
      }
      co_return false;
    }
    message.body() = std::move(reply.body);
    message.prepare_payload();
    if (head) message.body().clear();
    auto [error, bytes] = co_await http::async_write(stream, message, kAwait);
    co_return !error && message.keep_alive();
  }

  /// Sends, and reads away what the client still has to say, so that it gets to see the answer.
  Awaitable<void> SendAndEnd(Stream& stream, ControlReply reply) {
    co_await Send(stream, std::move(reply), false, false);
    boost::system::error_code ignored;
    stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    std::array<char, 4096> rest;
    for (std::size_t read = 0; read < 4 * kMaxBody;) {
      auto [error, bytes] = co_await stream.async_read_some(asio::buffer(rest), kAwait);
      if (error) break;
      read += bytes;
    }
  }

  void Start() { gate.Spawn(Accept()); }

  asio::any_io_executor loop;
  ControlHandler handler;
  Acceptor acceptor;
  asio::steady_timer pause;
  Gate gate;
  std::set<Stream*> streams;
  std::string unix_path;
  std::uint16_t port = 0;
  bool closing = false;
};

HttpServer::HttpServer(asio::any_io_executor loop, ControlHandler handler)
    : impl_(std::make_unique<Impl>(loop, std::move(handler))) {}

HttpServer::~HttpServer() = default;

StartFailure HttpServer::ListenUnix(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un{}.sun_path))
    return {path + ": the path of a socket may have at most 107 bytes"};
  if (IsStale(path)) ::unlink(path.c_str());
  boost::system::error_code error;
  const Protocol::endpoint endpoint = asio::local::stream_protocol::endpoint(path);
  impl_->acceptor.open(endpoint.protocol(), error);
  if (!error) impl_->acceptor.bind(endpoint, error);
  // Nobody can connect before listen: the mode holds from the first moment.
  if (!error && ::chmod(path.c_str(), 0660) != 0) error.assign(errno, boost::system::system_category());
  if (!error) impl_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    impl_->acceptor.close();
    const bool taken = error == asio::error::address_in_use;
    return {path + ": " + (taken ? "somebody listens there already" : error.message()), true};
  }
  impl_->unix_path = path;
  impl_->Start();
  return {};
}

StartFailure HttpServer::ListenTcp(const std::string& address) {
  const std::optional<asio::ip::tcp::endpoint> wanted = ParseAddress(address);
  if (!wanted) return {address + " is no address with a port, such as 127.0.0.1:8642"};
  boost::system::error_code error;
  const Protocol::endpoint endpoint = *wanted;
  impl_->acceptor.open(endpoint.protocol(), error);
  if (!error) impl_->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) impl_->acceptor.bind(endpoint, error);
  if (!error) impl_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    impl_->acceptor.close();
    return {address + ": " + error.message(), true};
  }
  asio::ip::tcp::endpoint taken;
  const Protocol::endpoint local = impl_->acceptor.local_endpoint(error);
  std::memcpy(taken.data(), local.data(), local.size());
  impl_->port = taken.port();
  impl_->Start();
  return {};
}

std::uint16_t HttpServer::port() const {
  return impl_->port;
}

std::size_t HttpServer::connections() const {
  return impl_->streams.size();
}

void HttpServer::Close(std::function<void()> done) {
  impl_->closing = true;
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
  impl_->pause.cancel();
  if (!impl_->unix_path.empty()) ::unlink(impl_->unix_path.c_str());
  for (Stream* stream : impl_->streams) stream->cancel();
  impl_->gate.Close(std::move(done));
}

}  // namespace trawl::crawler
