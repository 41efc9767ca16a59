#include "crawler/fetch/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <list>
#include <new>
#include <unordered_map>

namespace trawl::crawler {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeConnection {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
struct FreeMethod {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

using TlsSession = std::unique_ptr<SSL_SESSION, FreeSession>;

/// Sessions by origin, the last used first.
class Sessions {
 public:
  void Keep(const std::string& origin, TlsSession session) {
    const auto found = by_origin_.find(origin);
    if (found != by_origin_.end()) {
      found->second->second = std::move(session);
      entries_.splice(entries_.begin(), entries_, found->second);
      return;
    }
    entries_.emplace_front(origin, std::move(session));
    by_origin_.emplace(entries_.front().first, entries_.begin());
    if (entries_.size() > TlsContext::kMaxSessions) {
      by_origin_.erase(entries_.back().first);
      entries_.pop_back();
    }
  }

  SSL_SESSION* Find(const std::string& origin) {
    const auto found = by_origin_.find(origin);
    return found == by_origin_.end() ? nullptr : found->second->second.get();
  }

  void Drop(const std::string& origin) {
    const auto found = by_origin_.find(origin);
    if (found == by_origin_.end()) return;
    const auto entry = found->second;
    by_origin_.erase(found);
    entries_.erase(entry);
  }

 private:
  std::list<std::pair<std::string, TlsSession>> entries_;
  std::unordered_map<std::string_view, std::list<std::pair<std::string, TlsSession>>::iterator> by_origin_;
};

// What lies below as OpenSSL sees it: the socket's descriptor without a copy, never SIGPIPE, and by the same
// door as plain ones; or another transport.

int BelowWrite(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const Transfer step = static_cast<Transport*>(BIO_get_data(bio))
                            ->Write(std::string_view(bytes, static_cast<std::size_t>(size)));
  if (step.bytes > 0) return static_cast<int>(step.bytes);
  if (step.error.empty()) BIO_set_retry_write(bio);
  errno = step.error.empty() ? EAGAIN : ECONNRESET;
  return -1;
}

int BelowRead(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const Transfer step = static_cast<Transport*>(BIO_get_data(bio))
                            ->Read(std::span<char>(bytes, static_cast<std::size_t>(size)));
  if (step.bytes > 0) return static_cast<int>(step.bytes);
  if (step.ended) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return 0;
  }
  if (step.error.empty()) BIO_set_retry_read(bio);
  errno = step.error.empty() ? EAGAIN : ECONNRESET;
  return -1;
}

int BioWrite(BIO* bio, const char* bytes, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ssize_t sent = socket.door().Send(socket.fd(), bytes, static_cast<std::size_t>(size));
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int BioRead(BIO* bio, char* bytes, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ssize_t got = socket.door().Receive(socket.fd(), bytes, static_cast<std::size_t>(size));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long BioControl(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return 0;
}

int BioCreate(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

/// The library's own words for the last error, which is taken off its queue.
std::string LastError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return {};
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

int OriginIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

struct TlsContext::Impl {
  std::unique_ptr<SSL_CTX, FreeContext> context;
  std::unique_ptr<BIO_METHOD, FreeMethod> method, method_below;
  Sessions sessions;
};

/// OpenSSL directly on the socket: asio's stream would hold 34 KiB of buffers for every connection, this
/// holds none while it waits. Runs on: event loop. Borrows the context.
class TlsTransport final : public Transport {
 public:
  /// On `socket`, or, where that is null, on `below`.
  TlsTransport(TlsContext::Impl& shared, std::unique_ptr<Socket> socket, std::unique_ptr<Transport> below,
               const std::string& host, std::string origin)
      : Transport(std::move(socket)),
        shared_(shared),
        origin_(std::move(origin)),
        below_(std::move(below)),
        ssl_(SSL_new(shared.context.get())) {
    BIO* const bio = BIO_new(below_ ? shared.method_below.get() : shared.method.get());
    if (!ssl_ || bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, below_ ? static_cast<void*>(below_.get()) : socket_.get());
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_ex_data(ssl_.get(), OriginIndex(), this);
    if (IsAddress(host)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str());
    } else {
      // A name that ends in a dot is the same name; certificates and SNI have it without (RFC 6066 section
      // 3).
      const std::string name = host.size() > 1 && host.back() == '.' ? host.substr(0, host.size() - 1) : host;
      SSL_set_tlsext_host_name(ssl_.get(), name.c_str());
      SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      SSL_set1_host(ssl_.get(), name.c_str());
    }
    if (SSL_SESSION* const session = shared.sessions.Find(origin_)) SSL_set_session(ssl_.get(), session);
    SSL_set_connect_state(ssl_.get());
  }

  /// Says goodbye when there is someone to say it to. Without the marks OpenSSL would forbid to resume the
  /// session.
  ~TlsTransport() override {
    if (usable_) SSL_shutdown(ssl_.get());
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    ERR_clear_error();
  }

  Need Handshake(FetchFailure& failure) override {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
      usable_ = true;
      return Need::kNothing;
    }
    const int saved = errno;
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ) {
      SSL_free_buffers(ssl_.get());
      return Need::kReadable;
    }
    if (error == SSL_ERROR_WANT_WRITE) return Need::kWritable;
    shared_.sessions.Drop(origin_);  // should it be what the server stumbles over
    failure = {Outcome::kTlsFailed, Reason(error, result, saved)};
    return Need::kNothing;
  }

  Transfer Write(std::string_view bytes) override {
    Transfer step;
    ERR_clear_error();
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &step.bytes);
    if (result != 1) return Stopped(result, step);
    // SSL_MODE_RELEASE_BUFFERS forgets the write buffer in OpenSSL 3.0: 16 KiB for as long as an answer
    // takes.
    if (step.bytes == bytes.size()) SSL_free_buffers(ssl_.get());
    return step;
  }

  Transfer Read(std::span<char> buffer) override {
    Transfer step;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &step.bytes);
    if (result != 1) return Stopped(result, step);
    if (!HasPending()) step.need = Need::kReadable;
    return step;
  }

  bool HasPending() const override {
    return SSL_has_pending(ssl_.get()) != 0 || (below_ && below_->HasPending());
  }
  Socket& socket() override { return below_ ? below_->socket() : *socket_; }

  std::string Security() const override { return SSL_get_version(ssl_.get()); }

  static int NewSession(SSL* ssl, SSL_SESSION* session) {
    auto& self = *static_cast<TlsTransport*>(SSL_get_ex_data(ssl, OriginIndex()));
    self.shared_.sessions.Keep(self.origin_, TlsSession(session));
    return 1;  // the session is ours now
  }

 private:
  Transfer Stopped(int result, Transfer step) {
    const int saved = errno;
    const int error = SSL_get_error(ssl_.get(), result);
    step.bytes = 0;
    if (error == SSL_ERROR_WANT_READ) {
      step.need = Need::kReadable;
    } else if (error == SSL_ERROR_WANT_WRITE) {
      step.need = Need::kWritable;
    } else if (error == SSL_ERROR_ZERO_RETURN) {
      step.ended = true;
    } else if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      ERR_clear_error();
      usable_ = false;
      step.ended = true;
      step.clean = false;  // whoever sits on the line could have cut it: RFC 9112 section 9.8
    } else {
      usable_ = false;
      step.error = Reason(error, result, saved);
    }
    return step;
  }

  /// Which check failed, or what the peer did.
  std::string Reason(int error, int result, int saved) {
    const long verified = SSL_get_verify_result(ssl_.get());
    const unsigned long code = ERR_peek_error();
    if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED && verified != X509_V_OK) {
      ERR_clear_error();
      return std::string("certificate: ") + X509_verify_cert_error_string(verified);
    }
    if (code != 0 && ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      ERR_clear_error();
      return "handshake: the peer closed the connection";
    }
    if (const std::string text = LastError(); !text.empty()) return "handshake: " + text;
    if (error == SSL_ERROR_SYSCALL && result < 0 && saved != 0) return ErrorText(saved);
    return "the peer closed the connection";
  }

  TlsContext::Impl& shared_;
  const std::string origin_;
  bool usable_ = false;  ///< the handshake is done and nothing has broken since
  const std::unique_ptr<Transport> below_;
  std::unique_ptr<SSL, FreeConnection> ssl_;
};

TlsContext::TlsContext(const config::TlsOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->context.reset(SSL_CTX_new(TLS_client_method()));
  impl_->method.reset(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "trawl socket"));
  SSL_CTX* const context = impl_->context.get();
  impl_->method_below.reset(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "trawl transport"));
  BIO_METHOD* const method = impl_->method.get();
  BIO_METHOD* const below = impl_->method_below.get();
  if (context == nullptr || method == nullptr || below == nullptr) throw std::bad_alloc();
  BIO_meth_set_write(method, BioWrite);
  BIO_meth_set_read(method, BioRead);
  BIO_meth_set_write(below, BelowWrite);
  BIO_meth_set_read(below, BelowRead);
  for (BIO_METHOD* const one : {method, below}) {
    BIO_meth_set_ctrl(one, BioControl);
    BIO_meth_set_create(one, BioCreate);
  }

  // As browsers have it. Servers from before RFC 5746 are many still: what it guards against is
  // renegotiation, which is refused. And of finite-field Diffie-Hellman the groups are too often too small.
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_cipher_list(context, "DEFAULT:!DHE");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_max_send_fragment(context, 2048);  // requests are small: so is the buffer they are sealed in
  SSL_CTX_set_read_ahead(context, 1);            // one read for a record instead of two
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, TlsTransport::NewSession);
  constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols);
  SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!options.verify) return;
  const bool trusted = options.ca_file.empty()
                           ? SSL_CTX_set_default_verify_paths(context) == 1
                           : SSL_CTX_load_verify_file(context, options.ca_file.c_str()) == 1;
  if (!trusted) setup_error_ = "tls.ca_file: '" + options.ca_file + "' cannot be read: " + LastError();
}

TlsContext::~TlsContext() = default;

std::unique_ptr<Transport> TlsContext::Open(std::unique_ptr<Socket> socket, const std::string& host,
                                            const std::string& origin) {
  return std::make_unique<TlsTransport>(*impl_, std::move(socket), nullptr, host, origin);
}

std::unique_ptr<Transport> TlsContext::OpenOver(std::unique_ptr<Transport> below, const std::string& host,
                                                const std::string& origin) {
  return std::make_unique<TlsTransport>(*impl_, nullptr, std::move(below), host, origin);
}

}  // namespace trawl::crawler
