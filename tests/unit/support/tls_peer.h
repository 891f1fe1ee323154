// A client of TLS, and an authority that certifies it and its server: by OpenSSL's own socket I/O.
// Link PkgConfig::openssl and pdns_net.
#pragma once

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/descriptor.h"

namespace pdns::testing {

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
template <class T>
using OpenSslPtr = std::unique_ptr<T, FreeOpenSsl>;

inline void MustHold(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// Makes certificates in files: PATH.pem and PATH.key.
class Authority {
 public:
  explicit Authority(const std::string& path) : path_(path), key_(NewKey()) {
    certificate_ = Certify("authority of " + path, key_.get(), nullptr);
    Write(path, certificate_.get(), key_.get());
  }

  void Issue(const std::string& path) const {
    const OpenSslPtr<EVP_PKEY> key = NewKey();
    const OpenSslPtr<X509> made = Certify(path, key.get(), this);
    Write(path, made.get(), key.get());
  }

  std::string certificate() const { return path_ + ".pem"; }

 private:
  static OpenSslPtr<EVP_PKEY> NewKey() {
    OpenSslPtr<EVP_PKEY> key(EVP_EC_gen("P-256"));
    MustHold(key != nullptr, "no key");
    return key;
  }

  static OpenSslPtr<X509> Certify(const std::string& name, EVP_PKEY* key, const Authority* by) {
    static long serial = 0;
    OpenSslPtr<X509> made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 24L * 3600);
    X509_set_pubkey(made.get(), key);
    const std::string common = name.substr(name.rfind('/') + 1);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common.data()),
                               static_cast<int>(common.size()), -1, 0);
    X509* const issuer = by == nullptr ? made.get() : by->certificate_.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
    X509_EXTENSION* const basic = X509V3_EXT_conf_nid(
        nullptr, nullptr, NID_basic_constraints, by == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
    X509_add_ext(made.get(), basic, -1);
    X509_EXTENSION_free(basic);
    MustHold(X509_sign(made.get(), by == nullptr ? key : by->key_.get(), EVP_sha256()) > 0, "sign");
    return made;
  }

  static void Write(const std::string& path, X509* certificate, EVP_PKEY* key) {
    FILE* const pem = std::fopen((path + ".pem").c_str(), "w");
    FILE* const secret = std::fopen((path + ".key").c_str(), "w");
    MustHold(pem != nullptr && PEM_write_X509(pem, certificate) == 1, "certificate");
    MustHold(secret != nullptr &&
                 PEM_write_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
             "key");
    std::fclose(pem);
    std::fclose(secret);
  }

  std::string path_;
  OpenSslPtr<EVP_PKEY> key_;
  OpenSslPtr<X509> certificate_;
};

// The client's end. Never waits: one thread may hold both ends.
class TlsPeer {
 public:
  // `certificate`: path of what Authority::Issue made; empty: none is shown.
  TlsPeer(net::Descriptor fd, const Authority& trusted, const std::string& certificate = {},
          int version_at_most = 0)
      : fd_(std::move(fd)), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX* const context = context_.get();
    MustHold(SSL_CTX_load_verify_file(context, trusted.certificate().c_str()) == 1, "authority");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_max_proto_version(context, version_at_most);
    if (!certificate.empty()) {
      MustHold(SSL_CTX_use_certificate_file(context, (certificate + ".pem").c_str(),
                                            SSL_FILETYPE_PEM) == 1 &&
                   SSL_CTX_use_PrivateKey_file(context, (certificate + ".key").c_str(),
                                               SSL_FILETYPE_PEM) == 1,
               "client's certificate");
    }
    fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), fd_.get());
    SSL_set_connect_state(ssl_.get());
  }

  // One step; true once it is done.
  bool Handshake() {
    ERR_clear_error();
    return Noted(SSL_do_handshake(ssl_.get())) == 1;
  }

  // How much was taken.
  std::size_t TrySend(std::string_view bytes) {
    std::size_t sent = 0;
    ERR_clear_error();
    Noted(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent));
    return sent;
  }

  // Asks for new keys on both sides; false when the other takes no more.
  bool UpdateKeys() {
    ERR_clear_error();
    return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) == 1 &&
           Noted(SSL_do_handshake(ssl_.get())) == 1;
  }

  // What has come back by now; notices the other's end.
  std::string Received() {
    std::string all;
    std::array<char, 4096> some;
    std::size_t got = 0;
    ERR_clear_error();
    while (Noted(SSL_read_ex(ssl_.get(), some.data(), some.size(), &got)) == 1)
      all.append(some.data(), got);
    return all;
  }

  bool told_goodbye() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  bool failed() const { return failed_; }
  int version() const { return SSL_version(ssl_.get()); }
  int fd() const { return fd_.get(); }

  void Goodbye() { SSL_shutdown(ssl_.get()); }
  void Close() { fd_ = net::Descriptor(); }

 private:
  int Noted(int done) {
    const int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), done);
    failed_ = failed_ || error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    return done;
  }

  net::Descriptor fd_;
  OpenSslPtr<SSL_CTX> context_;
  OpenSslPtr<SSL> ssl_;
  bool failed_ = false;
};

}  // namespace pdns::testing
