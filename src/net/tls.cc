#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "base/allowance.h"
#include "base/setting_file.h"

namespace pdns::net {
namespace {

constexpr std::size_t kAnswersMost = 4096;  // to a peer that does not read

// Calls of recv() within one Read(), two a record: with full records much more than it is asked
// for, with the smallest ones a few milliseconds.
constexpr int kCallsMost = 256;

// Records without data (key updates, alerts, empty ones) that a peer may send at once, and how
// often one more.
constexpr int kIdleRecordsMost = 64;
constexpr std::chrono::milliseconds kIdleRecordEach(250);

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// OpenSSL would wait for the writer of a FIFO, and calls a directory a file without a certificate.
Status TryFiles(std::initializer_list<std::string> paths) {
  for (const std::string& path : paths) {
    const auto read = path.empty() ? Result<std::string>("") : ReadSettingFile(path);
    if (!read.ok())
      return Status::Usage(path + ": cannot be used for TLS: " + read.status().message());
  }
  return {};
}

// What OpenSSL says first of what went wrong: the cause, not what came of it.
std::string Cause() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  const char* const text = ERR_reason_error_string(code);
  if (text != nullptr) return text;
  return ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : "unknown";
}

// What the BIO reads and writes.
struct Socket {
  int fd;
  int calls_left;  // of recv(), until the next Read()
};

// OpenSSL's own socket BIO uses write(), which raises SIGPIPE.
int SocketRead(BIO* bio, char* into, int size) {
  Socket& socket = *static_cast<Socket*>(BIO_get_data(bio));
  const int fd = socket.fd;
  BIO_clear_retry_flags(bio);
  if (socket.calls_left == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  --socket.calls_left;
  ssize_t got = -1;
  do {
    got = recv(fd, into, static_cast<std::size_t>(size), MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

int SocketWrite(BIO* bio, const char* from, int size) {
  const int fd = static_cast<const Socket*>(BIO_get_data(bio))->fd;
  BIO_clear_retry_flags(bio);
  ssize_t sent = -1;
  do {
    sent = send(fd, from, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long SocketControl(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* SocketMethod() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pdns socket");
    BIO_meth_set_read(made, SocketRead);
    BIO_meth_set_write(made, SocketWrite);
    BIO_meth_set_ctrl(made, SocketControl);
    return made;
  }();
  return kMethod;
}

class TlsChannel final : public Channel {
 public:
  TlsChannel(Descriptor fd, SSL_CTX* context)
      : Channel(std::move(fd)), socket_{fd_.get(), 0}, ssl_(SSL_new(context)) {
    BIO* const bio = BIO_new(SocketMethod());
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
    SSL_set_msg_callback(ssl_.get(), CountRecord);
    SSL_set_msg_callback_arg(ssl_.get(), this);
  }
  ~TlsChannel() override { Shutdown(); }

  // Records hold 16 KiB at most: as many as there are and fit.
  Got Read(std::span<std::uint8_t> into) override {
    SendAnswers();
    socket_.calls_left = kCallsMost;
    pending_ = false;
    std::size_t filled = 0;
    while (ended_ == Outcome::kBytes && filled < into.size()) {
      std::size_t got = 0;
      ERR_clear_error();
      const bool fresh = SSL_pending(ssl_.get()) == 0;
      const int done = SSL_read_ex(ssl_.get(), into.data() + filled, into.size() - filled, &got);
      if (done == 1) {
        records_ -= fresh ? 1 : 0;
      } else {
        if (Understand(done) == Outcome::kWouldBlock) break;
        pending_ = filled > 0;  // its end is told by the next call
      }
      filled += got;
    }
    if (filled == into.size() || socket_.calls_left == 0) pending_ = true;
    if (ended_ == Outcome::kBytes && TooManyIdle()) Refuse();
    if (filled > 0) return {Outcome::kBytes, filled};
    return {ended_ == Outcome::kBytes ? Outcome::kWouldBlock : ended_};
  }

  void Write(Bytes bytes) override {
    if (answers_.size() + bytes.size() <= kAnswersMost) AppendBytes(answers_, bytes);
    SendAnswers();
  }

  void Goodbye() override { Shutdown(); }

  bool plain() const override { return false; }
  bool wants_read() const override { return !writes_first_; }
  bool wants_write() const override { return writes_first_ || !answers_.empty(); }
  bool pending() const override { return pending_; }
  bool established() const override { return SSL_is_init_finished(ssl_.get()) == 1; }

 private:
  // Of OpenSSL, for each record that comes, among other things: with TLS 1.3 its true type is told
  // apart from its header.
  static void CountRecord(int sent, int /*version*/, int what, const void* /*bytes*/,
                          std::size_t /*size*/, SSL* ssl, void* channel) {
    const bool newest = SSL_version(ssl) >= TLS1_3_VERSION;
    if (sent != 0 || what != (newest ? SSL3_RT_INNER_CONTENT_TYPE : SSL3_RT_HEADER)) return;
    if (SSL_is_init_finished(ssl) == 1) ++static_cast<TlsChannel*>(channel)->records_;
  }

  // More records than those that brought data, by more than may be.
  bool TooManyIdle() {
    return records_ > 0 &&
           !idle_records_.Spend(std::exchange(records_, 0), std::chrono::steady_clock::now());
  }

  void Refuse() {
    reason_ = "TLS: one record without data after the other";
    dead_ = true;
    ended_ = Outcome::kFailed;
    pending_ = true;  // its end is told by the next call
  }

  Outcome Understand(int done) {
    const int error = SSL_get_error(ssl_.get(), done);
    writes_first_ = error == SSL_ERROR_WANT_WRITE;
    switch (error) {
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return Outcome::kWouldBlock;
      case SSL_ERROR_ZERO_RETURN:
        reason_ = "closed";
        return ended_ = Outcome::kClosed;
      case SSL_ERROR_SYSCALL:
        reason_ = "closed without close_notify";
        dead_ = true;
        return ended_ = Outcome::kClosed;
      default:
        reason_ = "TLS: " + Cause();
        dead_ = true;
        return ended_ = Outcome::kFailed;
    }
  }

  void SendAnswers() {
    if (dead_ || said_goodbye_ || SSL_is_init_finished(ssl_.get()) != 1) return;
    while (!answers_.empty()) {
      std::size_t sent = 0;
      ERR_clear_error();
      if (SSL_write_ex(ssl_.get(), answers_.data(), answers_.size(), &sent) != 1) return;
      answers_.erase(0, sent);
    }
  }

  // Once, and never after a failure, as OpenSSL demands.
  void Shutdown() {
    if (said_goodbye_ || dead_ || SSL_is_init_finished(ssl_.get()) != 1) return;
    said_goodbye_ = true;
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  Socket socket_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  Outcome ended_ = Outcome::kBytes;  // kBytes: it goes on
  std::string answers_;              // not yet sent
  int records_ = 0;                  // that came, less those whose data was read
  Allowance idle_records_{kIdleRecordsMost, kIdleRecordEach};
  bool writes_first_ = false;  // nothing can be read before that
  bool pending_ = false;
  bool said_goodbye_ = false;
  bool dead_ = false;  // failed or cut: OpenSSL must not be asked to write any more
};

}  // namespace

struct TlsServer::Context {
  std::unique_ptr<SSL_CTX, FreeContext> ssl{SSL_CTX_new(TLS_server_method())};
};

TlsServer::TlsServer(std::unique_ptr<Context> context) : context_(std::move(context)) {}
TlsServer::~TlsServer() = default;

Result<std::unique_ptr<TlsServer>> TlsServer::Open(const std::string& certificate,
                                                   const std::string& key,
                                                   const std::string& client_authorities) {
  auto context = std::make_unique<Context>();
  SSL_CTX* const ssl = context->ssl.get();
  const auto unfit = [](const std::string& what) {
    return Status::Usage(what + ": cannot be used for TLS: " + Cause());
  };
  if (Status read = TryFiles({certificate, key, client_authorities}); !read.ok()) return read;
  ERR_clear_error();
  if (ssl == nullptr || SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) != 1)
    return unfit("OpenSSL");
  SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ssl, 0);
  SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A service has nobody to ask for a passphrase.
  SSL_CTX_set_default_passwd_cb(ssl, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(ssl, certificate.c_str()) != 1) return unfit(certificate);
  if (SSL_CTX_use_PrivateKey_file(ssl, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(ssl) != 1) {
    return unfit(key);
  }
  if (!client_authorities.empty()) {
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(client_authorities.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(ssl, client_authorities.c_str()) != 1) {
      sk_X509_NAME_pop_free(names, X509_NAME_free);
      return unfit(client_authorities);
    }
    SSL_CTX_set_client_CA_list(ssl, names);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return std::unique_ptr<TlsServer>(new TlsServer(std::move(context)));
}

std::unique_ptr<Channel> TlsServer::Accept(Descriptor fd) {
  return std::make_unique<TlsChannel>(std::move(fd), context_->ssl.get());
}

}  // namespace pdns::net
