// Our end of TLS on a listening socket, by OpenSSL: accepted Descriptor -> [TlsServer] -> Channel.
//
// TLS 1.2 or later, by the system's policy (openssl.cnf) where that asks for more. The handshake is
// part of reading: it never blocks, and a peer that drags it out is the listener's to end. No
// sessions are resumed. One thread at a time, channels included.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "net/channel.h"
#include "net/descriptor.h"

namespace pdns::net {

class TlsServer {
 public:
  // PEM files: our certificate with its chain, its key, and the authorities whose clients may come
  // (empty: any client, without a certificate). kUsage: one of them cannot be used. Files are read
  // here only.
  static Result<std::unique_ptr<TlsServer>> Open(const std::string& certificate,
                                                 const std::string& key,
                                                 const std::string& client_authorities);
  ~TlsServer();  // channels may live on
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // The channel of a connected socket. Failure of the handshake comes by its Read().
  std::unique_ptr<Channel> Accept(Descriptor fd);

 private:
  struct Context;
  explicit TlsServer(std::unique_ptr<Context> context);

  std::unique_ptr<Context> context_;
};

}  // namespace pdns::net
