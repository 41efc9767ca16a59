#include "tests/support/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <stdexcept>
#include <utility>

namespace trawl::test {
namespace {

class PlainPeer final : public Peer {
 public:
  PlainPeer(int fd, int number) : Peer(fd, number) {}
  bool Send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

 protected:
  long Receive(char* bytes, std::size_t size) override { return ::recv(fd_, bytes, size, 0); }
};

class TlsPeer final : public Peer {
 public:
  TlsPeer(int fd, int number, SSL* ssl) : Peer(fd, number), ssl_(ssl) {}
  bool Send(std::string_view bytes) override {
    return bytes.empty() || SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }

 protected:
  long Receive(char* bytes, std::size_t size) override {
    return SSL_read(ssl_, bytes, static_cast<int>(size));
  }
  bool Pending() const override { return SSL_pending(ssl_) > 0; }

 private:
  SSL* ssl_;
};

std::shared_ptr<void> ServerContext(const ScriptedServer::Tls& tls) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  BIO* bio = BIO_new_mem_buf(tls.certificate->chain_pem.data(), -1);
  X509* const paper = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  bio = BIO_new_mem_buf(tls.certificate->key_pem.data(), -1);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  const bool good =
      SSL_CTX_use_certificate(context.get(), paper) == 1 && SSL_CTX_use_PrivateKey(context.get(), key) == 1;
  X509_free(paper);
  EVP_PKEY_free(key);
  if (!good) throw std::runtime_error("the test certificate cannot be used");
  if (tls.only_1_2) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  if (tls.only_1_1) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  }
  return context;
}

}  // namespace

std::string Peer::ReadHead() {
  for (;;) {
    const std::size_t end = left_.find("\r\n\r\n");
    if (end != left_.npos) {
      std::string head = left_.substr(0, end + 4);
      left_.erase(0, end + 4);
      return head;
    }
    char bytes[4096];
    const long got = Receive(bytes, sizeof bytes);
    if (got <= 0) return {};
    left_.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string Peer::Read(std::size_t size) {
  while (left_.size() < size) {
    char bytes[4096];
    const long got = Receive(bytes, sizeof bytes);
    if (got <= 0) break;
    left_.append(bytes, static_cast<std::size_t>(got));
  }
  std::string taken = left_.substr(0, size);
  left_.erase(0, size);
  return taken;
}

void Peer::Relay(std::uint16_t port) {
  const UniqueFd origin(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(origin.Get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return;
  PlainPeer far(origin.Get(), 0);
  if (!far.Send(left_)) return;
  left_.clear();
  char bytes[16 * 1024];
  for (;;) {
    pollfd ends[2] = {{fd_, POLLIN, 0}, {origin.Get(), POLLIN, 0}};
    if (!Pending() && ::poll(ends, 2, -1) < 0) return;
    if (Pending() || ends[0].revents != 0) {
      const long got = Receive(bytes, sizeof bytes);
      if (got <= 0 || !far.Send(std::string_view(bytes, static_cast<std::size_t>(got)))) return;
    }
    if (ends[1].revents != 0) {
      const ssize_t got = ::recv(origin.Get(), bytes, sizeof bytes, 0);
      if (got <= 0 || !Send(std::string_view(bytes, static_cast<std::size_t>(got)))) return;
    }
  }
}

bool Peer::SendBytewise(std::string_view bytes) {
  for (const char& byte : bytes) {
    if (!Send(std::string_view(&byte, 1))) return false;
  }
  return true;
}

void Peer::AwaitClose() {
  char bytes[4096];
  while (Receive(bytes, sizeof bytes) > 0) continue;
}

std::string Peer::Address() const {
  sockaddr_in from{};
  socklen_t size = sizeof from;
  char text[INET_ADDRSTRLEN] = {};
  if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&from), &size) == 0)
    ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
  return text;
}

void Peer::Reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  Start();
}

ScriptedServer::ScriptedServer(Script script, Tls tls)
    : script_(std::move(script)), tls_(tls), context_(ServerContext(tls)) {
  Start();
}

void ScriptedServer::Start() {
  listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.Get(), generic, size) != 0 || ::listen(listener_.Get(), 1024) != 0 ||
      ::getsockname(listener_.Get(), generic, &size) != 0) {
    throw std::runtime_error("the scripted server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  stop_ = true;
  ::shutdown(listener_.Get(), SHUT_RDWR);
  acceptor_.join();
  for (Line& line : lines_) {
    {
      const std::lock_guard lock(mutex_);
      if (line.fd) ::shutdown(line.fd.Get(), SHUT_RDWR);
    }
    line.thread.join();
  }
}

void ScriptedServer::Accept() {
  while (!stop_) {
    UniqueFd fd(::accept4(listener_.Get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) continue;
    const int on = 1;
    ::setsockopt(fd.Get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int number = accepted_++;
    Line& line = lines_.emplace_back();
    const int raw = fd.Get();
    line.fd = std::move(fd);
    line.thread = std::thread([this, &line, raw, number] {
      Serve(raw, number);
      const std::lock_guard lock(mutex_);
      line.fd.Reset();
    });
  }
}

void ScriptedServer::Serve(int fd, int number) {
  // OpenSSL's own socket writes raise it; only here, so that a client that raises it is seen.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  if (!context_) {
    PlainPeer peer(fd, number);
    return script_(peer);
  }
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(static_cast<SSL_CTX*>(context_.get())),
                                                      SSL_free);
  SSL_set_fd(ssl.get(), fd);
  if (SSL_accept(ssl.get()) != 1) return;
  if (SSL_session_reused(ssl.get())) ++resumed_;
  TlsPeer peer(fd, number, ssl.get());
  script_(peer);
  if (tls_.close_notify) SSL_shutdown(ssl.get());
}

std::string ScriptedServer::Url(std::string_view path) const {
  return (context_ ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port_) +
         std::string(path);
}

std::string Answer(std::string_view body, std::string_view fields, std::string_view status) {
  std::string answer = "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields);
  answer += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return answer += body;
}

}  // namespace trawl::test
